"""A day on the command line, refused in the words of the API."""

from argparse import ArgumentTypeError
from datetime import date

from ledger.domain.dates import parse_date
from ledger.domain.refusals import InvalidRequest


def day(text: str) -> date:
    """The day that an option names; for argparse's `type`."""
    try:
        return parse_date(text)
    except InvalidRequest as refusal:
        raise ArgumentTypeError(refusal.detail) from None
