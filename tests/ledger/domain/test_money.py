from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.money import EXACT, Money, format_amount, parse_amount, require_decimals
from ledger.domain.refusals import InvalidAmount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0.00",
        "-1",
        "+1",
        "1e3",
        "NaN",
        "Infinity",
        ".5",
        "5.",
        "1,00",
        " 1",
        "1\n",
        "１",
        "1" * 21,
        f"0.{1:019}",
    ],
)
def test_what_is_no_amount_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(text)


def test_a_refusal_of_an_amount_shows_it_and_what_to_write() -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_amount("x" * 61, field="legs[0].amount")
    assert refusal.value.field == "legs[0].amount"
    assert refusal.value.detail == (
        f"'{'x' * 60}' is not an amount: write digits with an optional point, at most 20 before it and 18 after it, "
        "such as '12.34'."
    )
    with pytest.raises(InvalidAmount) as refusal:
        parse_amount("0.0", field="amount")
    assert (refusal.value.field, refusal.value.detail) == (
        "amount",
        "An amount is above zero; the side says its direction.",
    )
    with pytest.raises(InvalidAmount) as refusal:
        require_decimals(Decimal("1.505"), 2, "EUR", field="amount")
    assert (refusal.value.field, refusal.value.detail) == (
        "amount",
        "1.505 EUR has more decimals than EUR has: 2 at most.",
    )
    with pytest.raises(InvalidAmount, match=r"^100\.5 JPY has more decimals than JPY has: none\.$"):
        require_decimals(Decimal("100.5"), 0, "JPY")


@pytest.mark.parametrize("text", ["1", "0.01", "12.340", "9" * 20 + "." + "9" * 18])
def test_an_amount_is_read_exactly(text: str) -> None:
    assert f"{parse_amount(text):f}" == text


def test_money_refuses_a_float() -> None:
    with pytest.raises(TypeError, match=r"^an amount is a Decimal, not float: 0\.1$"):
        Money(0.1, "EUR")  # type: ignore[arg-type]
    assert Money(Decimal("0.1"), "EUR").amount == Decimal("0.1")


@pytest.mark.parametrize(("text", "minor_units"), [("0.005", 2), ("1.5", 0), ("0.0001", 3)])
def test_half_of_the_smallest_unit_is_refused(text: str, minor_units: int) -> None:
    with pytest.raises(InvalidAmount, match="more decimals"):
        require_decimals(Decimal(text), minor_units, "XTS")


@pytest.mark.parametrize(
    ("text", "minor_units"), [("10.00", 0), ("1.10", 1), ("0.001", 3), ("7", 2), ("7", 0), ("1234", 2)]
)
def test_trailing_zeros_are_no_decimals(text: str, minor_units: int) -> None:
    require_decimals(Decimal(text), minor_units, "XTS")


def test_sums_that_would_round_raise_instead() -> None:
    with pytest.raises(Inexact):
        EXACT.add(Decimal("1e80"), Decimal("1e-18"))


@given(st.integers(1, 10**38 - 1), st.integers(0, 18))
def test_what_is_written_reads_back_the_same(minor: int, minor_units: int) -> None:
    amount = Decimal(minor).scaleb(-18, EXACT)
    written = format_amount(amount, 18)
    assert parse_amount(written) == amount
    whole = format_amount(Decimal(minor % 10**20), minor_units)
    assert len(whole.partition(".")[2]) == minor_units
