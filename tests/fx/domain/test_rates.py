from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fx.domain.rates import Quotation, RateType, crossed, format_rate, in_direction, inverse, normalised, parse_rate
from fx.domain.refusals import InvalidRate
from tests.fx.rates import DAY

rates = st.decimals("1E-12", "1E+12", places=12).filter(bool)
EXACT_ENOUGH = Context(prec=200)


@given(rates)
def test_an_inverse_agrees_with_direct_division_to_fifty_digits(value: Decimal) -> None:
    assert inverse(value) == Context(prec=50).plus(EXACT_ENOUGH.divide(Decimal(1), value))


@given(rates, st.booleans(), st.sampled_from(RateType))
def test_each_direction_is_the_quotation_or_one_division_of_it(
    value: Decimal, low_first: bool, type_: RateType
) -> None:
    base, quote = ("AAA", "BBB") if low_first else ("BBB", "AAA")
    kept = normalised(Quotation(base, quote, value, DAY, "ECB", type_))
    assert (kept.base, kept.quote) == ("AAA", "BBB")
    assert kept.type == (type_ if low_first else type_.opposite)

    def rate(base: str, quote: str) -> Decimal:
        return in_direction(
            base, quote, value=kept.value, quoted_value=kept.quoted_value, quoted_inverted=kept.inverted
        )

    assert rate(base, quote) == value
    assert rate(quote, base) == inverse(value)


def test_a_cross_is_the_product_at_high_precision() -> None:
    third = inverse(Decimal(3))
    assert crossed(third, Decimal(3)) == Decimal("0." + "9" * 50)


@pytest.mark.parametrize(
    ("text", "value"), [("1.0850", "1.0850"), ("0.00001", "0.00001"), ("1E-5", "0.00001"), ("163", "163")]
)
def test_a_rate_is_read_as_it_is_written(text: str, value: str) -> None:
    assert f"{parse_rate(text):f}" == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", "0.0", "-1", "+1", "1,5", "1.", ".5", "NaN", "inf", "1_0", "١", "1e99", "1e-13", "1 0", "1\n"],
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRate) as refusal:
        parse_rate(text, field="rate")
    assert refusal.value.field == "rate"


def test_a_rate_is_shown_as_given_or_cut_to_the_digits_that_count() -> None:
    assert [format_rate(Decimal(text)) for text in ("1.0850", "1E-5", "1E+3")] == ["1.0850", "0.00001", "1000"]
    assert format_rate(inverse(Decimal(3))) == "0.333333333333333"
