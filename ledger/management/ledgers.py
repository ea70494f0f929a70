"""The ledger that a command's --ledger names."""

from uuid import UUID

from django.core.management.base import CommandError

from ledger.queries.ledgers import ledger_id_of


def asked_ledger(code: str) -> UUID:
    """Its id.

    Raises:
        CommandError: there is none of this code.
    """
    ledger_id = ledger_id_of(code)
    if ledger_id is None:
        raise CommandError(f"--ledger: there is no ledger {code[:80]!r}; `ledgers` lists them.")
    return ledger_id
