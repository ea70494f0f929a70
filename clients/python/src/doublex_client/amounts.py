"""Amounts on their way to the ledger: exact, never a float."""

from decimal import Decimal, InvalidOperation

Amount = Decimal | int | str


def as_text(amount: Amount) -> str:
    """The amount as the API takes it: plain digits.

    Raises:
        TypeError: a float, which cannot hold a cent exactly, or no amount at all.
        ValueError: a text that writes no number.
    """
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise TypeError(f"an amount is a Decimal, an int or a text, not {type(amount).__name__}: {amount!r}")
    try:
        exact = Decimal(amount)
    except InvalidOperation:
        raise ValueError(f"{amount!r} is no amount: write digits with an optional point, such as '12.34'") from None
    if not exact.is_finite():
        raise ValueError(f"{amount!r} is no amount")
    return f"{exact:f}"
