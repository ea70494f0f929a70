"""How far a rate moved from the one before it, and from where on somebody should look."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fx.domain.rates import HIGH_PRECISION, ONE, RateType, format_rate

# A rate that moves by more than this is accepted, with a warning. Measured from the smaller of the two values, so that
# the answer is the same in both directions of the pair; the last digit makes up for an inverse's rounding.
JUMP_PERCENT = Decimal(5)
_HUNDRED = Decimal(100)
JUMP_FACTOR = HIGH_PRECISION.add(ONE + JUMP_PERCENT / _HUNDRED, Decimal("1E-45"))


@dataclass(frozen=True, slots=True)
class RateMove:
    """A rate's new value beside the one before it, both in the direction in which the source quoted the new one."""

    base: str
    quote: str
    type: RateType
    source: str
    date: date
    before: Decimal
    after: Decimal

    @property
    def percent(self) -> Decimal:
        """By how many percent of the former value it rose (or fell, below zero), to two decimals."""
        factor = HIGH_PRECISION.divide(self.after, self.before)
        return HIGH_PRECISION.multiply(HIGH_PRECISION.subtract(factor, ONE), _HUNDRED).quantize(
            Decimal("0.01"), context=HIGH_PRECISION
        )

    @property
    def is_jump(self) -> bool:
        """Whether it is worth a look."""
        smaller, larger = sorted((self.before, self.after))
        return larger > HIGH_PRECISION.multiply(smaller, JUMP_FACTOR)

    def __str__(self) -> str:
        return (
            f"{self.base}/{self.quote} {self.date} {self.source} {self.type}: "
            f"{format_rate(self.before)} -> {format_rate(self.after)} ({self.percent:+f} %)"
        )
