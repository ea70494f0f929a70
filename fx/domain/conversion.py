"""From one currency into another: exact until the end, then rounded once, by a rule that has a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import StrEnum

from fx.domain.rates import HIGH_PRECISION, ONE, RateFound, RateStep

# An amount has 38 digits, a quotation 37, a cross two of them: products are exact here. A quotient is not always, but it
# differs from any half of a minor unit by far more than its last digit, so that rounding it once more is rounding once.
CONVERSION = Context(prec=120, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow, DivisionByZero])
RESIDUAL_DECIMALS = 30

STATED = "stated"

_RESIDUAL_UNIT = ONE.scaleb(-RESIDUAL_DECIMALS)
_BPS = Decimal(10_000)


class Rounding(StrEnum):
    """Which way half a minor unit goes."""

    HALF_EVEN = "half-even"
    HALF_UP = "half-up"


_ROUNDINGS = {Rounding.HALF_EVEN: ROUND_HALF_EVEN, Rounding.HALF_UP: ROUND_HALF_UP}


@dataclass(frozen=True, slots=True)
class ConversionRate:
    """One unit of `base` is worth multiply_by / divide_by units of `quote`: a fraction, so that nothing is lost in it.

    `rate` is the same at high precision, for people.
    """

    base: str
    quote: str
    multiply_by: Decimal
    divide_by: Decimal
    rate: Decimal
    rate_date: date
    source: str
    path: str
    steps: tuple[RateStep, ...] = ()

    @classmethod
    def found(cls, found: RateFound) -> "ConversionRate":
        """The rate of a look-up, made of the quotations themselves: what was inverted is divided by, not multiplied."""
        multiply_by = _product([step.value for step in found.steps if not step.inverted])
        divide_by = _product([step.value for step in found.steps if step.inverted])
        return cls(
            found.base,
            found.quote,
            multiply_by,
            divide_by,
            found.rate,
            found.rate_date,
            found.source,
            found.path,
            found.steps,
        )

    @classmethod
    def stated(cls, base: str, quote: str, value: Decimal, on: date, *, inverted: bool) -> "ConversionRate":
        """The rate that a caller states; `inverted` says that it is units of base for one unit of quote."""
        factors = (ONE, value) if inverted else (value, ONE)
        return cls(base, quote, *factors, HIGH_PRECISION.divide(*factors), on, STATED, STATED)

    def exact(self, amount: Decimal) -> Decimal:
        """What the amount of base is worth in quote, unrounded."""
        return CONVERSION.divide(CONVERSION.multiply(amount, self.multiply_by), self.divide_by)

    def exact_back(self, amount: Decimal) -> Decimal:
        """What the amount of quote is worth in base, unrounded."""
        return CONVERSION.divide(CONVERSION.multiply(amount, self.divide_by), self.multiply_by)

    def residual(self, base_amount: Decimal, quote_amount: Decimal) -> Decimal:
        """What `quote_amount` is beyond the exact one, in quote, to thirty decimals."""
        residual = CONVERSION.subtract(quote_amount, self.exact(base_amount))
        return residual.quantize(_RESIDUAL_UNIT, context=CONVERSION).normalize(CONVERSION)


def rounded(exact: Decimal, minor_units: int, rounding: Rounding) -> Decimal:
    """The exact amount to the currency's minor units."""
    return exact.quantize(ONE.scaleb(-minor_units), rounding=_ROUNDINGS[rounding], context=CONVERSION)


def share(amount: Decimal, bps: Decimal) -> Decimal:
    """So many basis points of the amount, unrounded."""
    return CONVERSION.divide(CONVERSION.multiply(amount, bps), _BPS)


def as_text(number: Decimal) -> str:
    """Plain digits without trailing zeros."""
    return f"{number.normalize(CONVERSION):f}" if number else "0"


def _product(factors: Sequence[Decimal]) -> Decimal:
    product = ONE
    for factor in factors:
        product = CONVERSION.multiply(product, factor)
    return product
