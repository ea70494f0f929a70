from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from ledger.domain.accounts import Side
from ledger.domain.money import Money
from ledger.domain.orders import LegOrder, OnClosed, ReversalOrder, StatedRate, TransferOrder

ORDER = TransferOrder(
    uuid4(),
    "key",
    (LegOrder("A", Side.DEBIT, "10.0", "EUR"), LegOrder("B", Side.CREDIT, "10.0", "EUR")),
    description="rent",
    metadata={"a": 1, "b": {"c": "d"}},
)


@pytest.mark.parametrize("amount", ["10", "10.00", "010.000"])
def test_one_amount_has_one_fingerprint_however_it_is_written(amount: str) -> None:
    same = replace(ORDER, legs=tuple(replace(leg, amount=amount) for leg in ORDER.legs))
    assert same.fingerprint() == ORDER.fingerprint()


def test_the_key_and_the_order_of_metadata_do_not_matter() -> None:
    same = replace(ORDER, idempotency_key="other", metadata={"b": {"c": "d"}, "a": 1})
    assert same.fingerprint() == ORDER.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"legs": ORDER.legs[::-1]},
        {"legs": (replace(ORDER.legs[0], amount="10.01"), ORDER.legs[1])},
        {"legs": (replace(ORDER.legs[0], amount=None), ORDER.legs[1])},
        {"legs": (replace(ORDER.legs[0], account="C"), ORDER.legs[1])},
        {"value_date": date(2026, 1, 1)},
        {"on_closed": OnClosed.REFUSE},
        {"description": ""},
        {"reference": "r"},
        {"metadata": {}},
    ],
)
def test_whatever_else_differs_is_another_order(change: dict[str, object]) -> None:
    assert replace(ORDER, **change).fingerprint() != ORDER.fingerprint()  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["NaN", "1e3", "x" * 100, ".", ".5", "１"])
def test_what_is_no_amount_still_has_a_fingerprint(amount: str) -> None:
    legs = (replace(ORDER.legs[0], amount=amount), ORDER.legs[1])
    assert replace(ORDER, legs=legs).fingerprint() != ORDER.fingerprint()


@pytest.mark.parametrize("amount", ["9" * 20 + "." + "9" * 17 + "0", "9" * 20 + "." + "9" * 17])
def test_the_longest_amount_is_still_read_as_one(amount: str) -> None:
    legs = (replace(ORDER.legs[0], amount=amount), ORDER.legs[1])
    shorter = (replace(ORDER.legs[0], amount="9" * 20 + "." + "9" * 17), ORDER.legs[1])
    assert replace(ORDER, legs=legs).fingerprint() == replace(ORDER, legs=shorter).fingerprint()


def test_a_text_too_long_for_an_amount_stays_as_it_was_written() -> None:
    one, other = "0" * 20 + "1." + "0" * 18, "0" * 19 + "1." + "0" * 19
    texts = [replace(ORDER, legs=(replace(ORDER.legs[0], amount=text), ORDER.legs[1])) for text in (one, other)]
    assert texts[0].fingerprint() != texts[1].fingerprint()


@pytest.mark.parametrize(("one", "other"), [("1e3", "1000"), ("1.2.3", "1.2.30"), ("NaN", "nan")])
def test_what_is_no_amount_is_not_taken_for_another(one: str, other: str) -> None:
    orders = [replace(ORDER, legs=(replace(ORDER.legs[0], amount=text), ORDER.legs[1])) for text in (one, other)]
    assert orders[0].fingerprint() != orders[1].fingerprint()


def test_a_fingerprint_is_for_ever() -> None:
    """Keys that have posted keep theirs: a new canonical form would turn every replay into a conflict."""
    written = replace(ORDER, value_date=date(2026, 1, 31), on_closed=OnClosed.NEXT_OPEN_DAY, reference="r/é")
    assert written.fingerprint().hex() == "507167bd06994a18ad5316f34181ff7397fe5ac85f6f0c955d6f29d6b9708b6e"
    reversal = ReversalOrder(UUID(int=1), UUID(int=2), "key", date(2026, 1, 31), "typing error")
    assert reversal.fingerprint().hex() == "91b8a733713853e05aa21d2a26fc8d800d302dce59a8b5fd3b9a5c55e01874e3"


def test_a_stated_rate_is_part_of_the_fingerprint_as_a_number_with_its_pair() -> None:
    orders = {
        (rate, pair): replace(ORDER, metadata={}, description="", fx=StatedRate(rate, pair)).fingerprint().hex()
        for rate, pair in (("1.10", "EUR/USD"), ("1.1", "EUR/USD"), ("1.1", None), ("1.2", "EUR/USD"))
    }
    assert orders["1.10", "EUR/USD"] == orders["1.1", "EUR/USD"]
    assert len(set(orders.values())) == 3
    legs = '[["A","debit","10.","EUR"],["B","credit","10.","EUR"]]'
    canonical = f'["transfer",{legs},null,null,"","",{{}},["1.1","EUR/USD"]]'
    assert orders["1.1", "EUR/USD"] == sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "change", [{"journal_id": UUID(int=3)}, {"value_date": date(2026, 1, 1)}, {"description": "other"}]
)
def test_another_reversal_has_another_fingerprint(change: dict[str, object]) -> None:
    reversal = ReversalOrder(UUID(int=1), UUID(int=2), "key")
    assert replace(reversal, **change).fingerprint() != reversal.fingerprint()  # type: ignore[arg-type]
    assert replace(reversal, idempotency_key="other").fingerprint() == reversal.fingerprint()


def test_an_order_of_money_is_written_plainly() -> None:
    assert LegOrder.of("A", Side.DEBIT, Money(Decimal("1E+3"), "EUR")) == LegOrder("A", Side.DEBIT, "1000", "EUR")
