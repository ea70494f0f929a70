from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from ledger.domain.accounts import Side
from ledger.domain.orders import LegOrder, OnClosed, TransferOrder

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


@pytest.mark.parametrize("amount", ["NaN", "1e3", "x" * 100, ".", "１"])
def test_what_is_no_amount_still_has_a_fingerprint(amount: str) -> None:
    legs = (replace(ORDER.legs[0], amount=amount), ORDER.legs[1])
    assert replace(ORDER, legs=legs).fingerprint() != ORDER.fingerprint()
