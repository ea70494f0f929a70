"""How a command tells its operator that the books refuse: the option, what was wrong with it, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from ledger.domain.refusals import Refusal


@contextmanager
def refusals_as_command_errors(*options: str, **named: str) -> Iterator[None]:
    """A refusal's field is told as the operator typed it: as one of the `options`, or as what it is `named`.

    Other fields keep their names: arguments without dashes, and what a command reads elsewhere.
    """
    typed = {option.lstrip("-").replace("-", "_"): option for option in options} | named
    try:
        yield
    except Refusal as refusal:
        field = f"{typed.get(refusal.field, refusal.field)}: " if refusal.field else ""
        raise CommandError(f"{field}{refusal.detail.rstrip('.')}.") from refusal
