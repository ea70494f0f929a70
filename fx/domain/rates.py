"""Exchange rates: what a source quoted, the one direction in which it is kept, and what a look-up found.

A rate of base/quote is how many units of quote one unit of base is worth. Each pair is kept in one direction: the code
that comes first in the alphabet is the base. `normalised` is the only place where a quotation changes its direction on
the way in, `in_direction` the only one on the way out.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from fx.domain.refusals import InvalidRate

# Twice the digits of the largest amount with all its decimals, and some: a rate is never what makes a cent wrong.
RATE_DIGITS = 50
HIGH_PRECISION = Context(prec=RATE_DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow, DivisionByZero])

# The dearest coin in the weakest currency is some 10^10, so beyond a million million somebody slipped. The bounds are
# each other's inverse: whether a rate is believable does not depend on its direction.
RATE_MIN = Decimal("1E-12")
RATE_MAX = Decimal("1E+12")
QUOTED_DECIMALS_MAX = 24
SOURCE_LENGTH_MAX = 32
SOURCE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]*$"

ONE = Decimal(1)
_NUMBER = re.compile(r"(?a:\d{1,13}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,2})?)")
_SOURCE = re.compile(SOURCE_PATTERN.rstrip("$"))


class RateType(StrEnum):
    MID = "mid"
    BID = "bid"
    ASK = "ask"

    @property
    def opposite(self) -> "RateType":
        """The type of the same quotation seen from its other currency: who bids for one asks for the other."""
        return _OPPOSITE[self]


_OPPOSITE = {RateType.MID: RateType.MID, RateType.BID: RateType.ASK, RateType.ASK: RateType.BID}


@dataclass(frozen=True, slots=True)
class Quotation:
    """A rate as its source gave it: one unit of `base` is worth `value` units of `quote`.

    `quoted_at` is the instant for a source that quotes more than once a day; `date` is then its date in UTC.
    """

    base: str
    quote: str
    value: Decimal
    date: date
    source: str
    type: RateType = RateType.MID
    quoted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NormalisedRate:
    """A quotation in the direction in which its pair is kept; `inverted` says that the source gave the other one."""

    base: str
    quote: str
    type: RateType
    value: Decimal
    quoted_value: Decimal
    inverted: bool


@dataclass(frozen=True, slots=True)
class RateStep:
    """One stored rate as a look-up used it: the quotation itself, and whether it was divided by.

    One unit of `base` is worth `value` units of `quote`, as the source quoted it; `inverted` says that the look-up
    went from `quote` to `base` and used 1/value. (rate_id, revision) stays readable for ever.
    """

    rate_id: UUID
    revision: int
    base: str
    quote: str
    value: Decimal
    source: str
    rate_date: date
    inverted: bool


@dataclass(frozen=True, slots=True)
class RateFound:
    """The answer to "what is one unit of `base` in `quote`".

    `rate` is at high precision and rounded to nothing else. `rate_date` is the older one where two steps were taken,
    `source` then names both ("ECB+manual"), and `path` says how: direct, inverse, cross, or same.
    """

    base: str
    quote: str
    rate: Decimal
    rate_date: date
    source: str
    path: str
    steps: tuple[RateStep, ...]


def inverse(value: Decimal) -> Decimal:
    """1/value at high precision, half-even."""
    return HIGH_PRECISION.divide(ONE, value)


def is_kept_as(base: str, quote: str) -> bool:
    """Whether base/quote, and not quote/base, is the direction in which the pair is kept."""
    return base < quote


def normalised(quotation: Quotation) -> NormalisedRate:
    """The quotation in the direction in which its pair is kept, divided once where the source gave the other one."""
    base, quote, type_, value = quotation.base, quotation.quote, quotation.type, quotation.value
    if is_kept_as(base, quote):
        return NormalisedRate(base, quote, type_, value, value, inverted=False)
    return NormalisedRate(quote, base, type_.opposite, inverse(value), value, inverted=True)


def in_direction(base: str, quote: str, *, value: Decimal, quoted_value: Decimal, quoted_inverted: bool) -> Decimal:
    """A kept rate in the direction asked for: the source's own figure where it quoted that one, else divided once."""
    if is_kept_as(base, quote):
        return value
    return quoted_value if quoted_inverted else inverse(value)


def crossed(first: Decimal, second: Decimal) -> Decimal:
    """The rate over two steps, at high precision."""
    return HIGH_PRECISION.multiply(first, second)


def format_rate(value: Decimal, digits: int = 15) -> str:
    """The rate in plain digits for people to read: as given where it is short, else cut to so many digits that count."""
    if len(value.as_tuple().digits) > digits:
        value = Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(value)
    return f"{value:f}"


def parse_rate(text: str, *, field: str | None = None) -> Decimal:
    """The rate that `text` writes.

    Raises:
        InvalidRate: no plain number, or out of bounds.
    """
    if not _NUMBER.fullmatch(text):
        raise InvalidRate(f"{text[:60]!r} is not a rate: write a positive number such as '1.0854'.", field=field)
    value = Decimal(text)
    require_believable(value, field=field)
    return value


def require_believable(value: Decimal, *, field: str | None = None) -> None:
    """Refuse a rate that is zero, negative, no number, absurd, or longer than any source writes.

    Raises:
        InvalidRate
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"a rate is a Decimal, not {type(value).__name__}: {value!r}")
    if not value.is_finite() or not RATE_MIN <= value <= RATE_MAX:
        raise InvalidRate(
            f"{value} is not a believable rate: it lies between 0.000000000001 and 1000000000000.", field=field
        )
    if -value.as_tuple().exponent > QUOTED_DECIMALS_MAX:  # type: ignore[operator]
        raise InvalidRate(f"A rate has at most {QUOTED_DECIMALS_MAX} decimals, not as many as {value}.", field=field)


def require_quotation(quotation: Quotation) -> None:
    """Refuse what no pair of currencies can have as its rate. Whether both currencies exist is the books' to say.

    Raises:
        InvalidRate: the field is `value`, `quote`, `source` or `quoted_at`.
    """
    require_believable(quotation.value, field="value")
    require_key(quotation)


def require_key(quotation: Quotation) -> None:
    """`require_quotation` for one whose value has been looked at.

    Raises:
        InvalidRate: the field is `quote`, `source` or `quoted_at`.
    """
    if quotation.base == quotation.quote:
        raise InvalidRate(f"{quotation.base} against itself has no rate to record: it is 1.", field="quote")
    _require_source(quotation.source)
    if quotation.quoted_at is not None and quotation.quoted_at.astimezone(UTC).date() != quotation.date:
        raise InvalidRate(f"{quotation.quoted_at} is not on {quotation.date} in UTC.", field="quoted_at")


@lru_cache(maxsize=256)
def _require_source(source: str) -> None:
    if len(source) > SOURCE_LENGTH_MAX or not _SOURCE.fullmatch(source):
        raise InvalidRate(
            f"{source[:60]!r} is not a source: 1 to {SOURCE_LENGTH_MAX} letters, digits, '.', '_' or '-'.",
            field="source",
        )
