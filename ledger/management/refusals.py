"""How a command tells its operator that the books refuse: the option, what was wrong with it, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from ledger.domain.refusals import Refusal


@contextmanager
def refusals_as_command_errors() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        field = f"{refusal.field}: " if refusal.field else ""
        raise CommandError(f"{field}{refusal.detail.rstrip('.')}.") from refusal
