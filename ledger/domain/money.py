"""Exact amounts. Nothing here ever rounds: what does not fit is refused."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

from ledger.domain.refusals import InvalidAmount

# Twenty digits before the point, up to eighteen after it, and room for a sum of very many of them.
# Inexact is trapped: arithmetic that would round raises instead.
EXACT = Context(prec=76, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
ZERO = Decimal(0)
INTEGER_DIGITS_MAX = 20
DECIMALS_MAX = 18

# Made once: every amount that is shown needs one.
_QUANTA = [Decimal(1).scaleb(-decimals) for decimals in range(DECIMALS_MAX + 1)]

_AMOUNT = re.compile(r"(?a:\d{1,20}(?:\.\d{1,18})?)")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in major units of its currency: Money(Decimal("12.34"), "EUR").

    Raises:
        TypeError: the amount is a float, which cannot hold a cent exactly, or no number at all.
    """

    amount: Decimal
    ccy: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}: {self.amount!r}")


def parse_amount(text: str, *, field: str | None = None) -> Decimal:
    """The positive amount that `text` writes, in major units.

    Raises:
        InvalidAmount: not plain digits with an optional point, too long, or not above zero.
    """
    if not _AMOUNT.fullmatch(text):
        raise InvalidAmount(
            f"{text[:60]!r} is not an amount: write digits with an optional point, at most "
            f"{INTEGER_DIGITS_MAX} before it and {DECIMALS_MAX} after it, such as '12.34'.",
            field=field,
        )
    amount = Decimal(text)
    if not amount:
        raise InvalidAmount("An amount is above zero; the side says its direction.", field=field)
    return amount


def require_decimals(amount: Decimal, minor_units: int, ccy: str, *, field: str | None = None) -> None:
    """Refuse an amount with more decimals than its currency has; trailing zeros do not count.

    Raises:
        InvalidAmount: half a cent, or half of whatever is smallest in that currency.
    """
    # Slicing the written form costs a tenth of quantising, and this runs once per leg.
    decimals = f"{amount:f}".partition(".")[2]
    if len(decimals) > minor_units and decimals[minor_units:].strip("0"):
        most = f"{minor_units} at most" if minor_units else "none"
        raise InvalidAmount(f"{amount:f} {ccy} has more decimals than {ccy} has: {most}.", field=field)


def format_amount(amount: Decimal, minor_units: int) -> str:
    """The amount as the API writes it: plain digits with exactly the currency's decimals."""
    return f"{EXACT.quantize(amount, _QUANTA[minor_units]):f}"
