"""Whatever the amounts and rates: each journal is zero-sum, at most half a minor unit is lost, every refusal has a name."""

import random
from collections import Counter
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fx.domain.conversion import ConversionRate, Rounding, rounded
from tests.fx.domain.random_conversions import DAY, check, random_case

REFUSALS = {"amount_too_small", "invalid_amount", "journal_not_balanced"}


def outcomes(seed: int, count: int) -> Counter[str]:
    pick = random.Random(seed)
    return Counter(check(random_case(pick)) for _ in range(count))


@pytest.mark.parametrize("seed", range(4))
def test_random_conversions_balance_or_are_refused_by_name(seed: int) -> None:
    found = outcomes(seed, 2_500)
    assert found["settled"] > 500
    assert found.keys() - {"settled"} <= REFUSALS, found


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_million_random_conversions_balance_or_are_refused_by_name(seed: int) -> None:
    found = outcomes(seed, 100_000)
    assert found.keys() - {"settled"} <= REFUSALS, found


def drift(amounts: list[Decimal], rounding: Rounding) -> Decimal:
    """What rounding all of the amounts to cents adds to their sum."""
    return sum((rounded(amount, 2, rounding) - amount for amount in amounts), Decimal(0))


def test_half_even_over_consecutive_half_cents_drifts_by_nothing_where_half_up_gains_half_of_each() -> None:
    half_cents = [Decimal(cents).scaleb(-2) + Decimal("0.005") for cents in range(100_000)]
    assert drift(half_cents, Rounding.HALF_EVEN) == 0
    assert drift(half_cents, Rounding.HALF_UP) == 500


def test_half_even_over_random_amounts_stays_within_five_standard_deviations() -> None:
    pick = random.Random(2026)
    rate = ConversionRate.stated("EUR", "USD", Decimal("1.0853"), DAY, inverted=False)
    amounts = [rate.exact(Decimal(pick.randrange(1, 10_000_000)).scaleb(-2)) for _ in range(100_000)]
    # A rounding error is uniform over a cent: its standard deviation is a cent over the root of twelve.
    deviation = Decimal("0.01") / Decimal(12).sqrt() * Decimal(100_000).sqrt()
    assert abs(drift(amounts, Rounding.HALF_EVEN)) < 5 * deviation


believable = st.decimals("1E-12", "1E+12", places=12).filter(bool)
amounts = st.decimals("0.000000000000000001", "99999999999999999999", places=18)
DIRECT = Context(prec=120, rounding=ROUND_HALF_EVEN)


@given(amounts, believable)
def test_an_inverted_rate_is_the_direct_division_to_a_hundred_and_twenty_digits(
    amount: Decimal, value: Decimal
) -> None:
    rate = ConversionRate.stated("EUR", "USD", value, DAY, inverted=True)
    assert rate.exact(amount) == DIRECT.divide(amount, value)
    back = DIRECT.subtract(rate.exact_back(rate.exact(amount)), amount)
    assert back.copy_abs() <= DIRECT.multiply(amount, Decimal("1E-118"))


@given(amounts, believable, st.booleans(), st.sampled_from((0, 2, 3, 8, 18)), st.sampled_from(Rounding))
def test_converting_never_creates_more_than_half_a_minor_unit(
    amount: Decimal, value: Decimal, inverted: bool, minor_units: int, rounding: Rounding
) -> None:
    """In whole numbers, which share nothing with the context that it is computed in."""
    rate = ConversionRate.stated("EUR", "USD", value, DAY, inverted=inverted)
    converted = rounded(rate.exact(amount), minor_units, rounding)
    exact = Fraction(amount) / Fraction(value) if inverted else Fraction(amount) * Fraction(value)
    assert abs(Fraction(converted) - exact) <= Fraction(1, 2 * 10**minor_units)
    assert converted.as_tuple().exponent == -minor_units
