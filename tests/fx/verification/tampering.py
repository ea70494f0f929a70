"""What only the tables' owner can do to conversions, and what `ledger_verify` then prints."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Ledger
from tests.ledger.corrupting import unguarded
from tests.ledger.raw_books import connect

# Children first, so that they can be removed in this order.
OWN_TABLES = ("fx_revaluation", "fx_settlement", "fx_clearingaccount")
# A table whose foreign keys are still to be checked cannot have its triggers switched on again.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
GUARDED = (
    *OWN_TABLES,
    "ledger_leg",
    "ledger_journal",
    "ledger_idempotencykey",
    "ledger_account",
    "ledger_balance",
    "fx_raterevision",
)


@contextmanager
def tampered(
    ledger: Ledger, *statements: str, ids: Mapping[str, UUID] | None = None, without: str | None = None
) -> Iterator[None]:
    """The ledger's books with lies in them; `without` names a CHECK of fx_settlement's that would refuse them.

    Afterwards the rows that may break it are gone, because it could not come back otherwise.
    """
    definition = None if without is None else _dropped(without)
    try:
        with unguarded(*GUARDED) as owner:
            for statement in statements:
                assert owner.execute(statement, {"ledger": ledger.id, **(ids or {})}).rowcount != 0, statement
            owner.execute(CHECK_NOW)
        yield
    finally:
        with unguarded(*OWN_TABLES) as owner:
            for table in OWN_TABLES:
                owner.execute(f"DELETE FROM {table} WHERE ledger_id = %s", [ledger.id])
            owner.execute(CHECK_NOW)
        if definition is not None:
            with connect("owner") as owner:
                owner.execute(f"ALTER TABLE fx_settlement ADD CONSTRAINT {without} {definition}")
                owner.commit()


def told(ledger: Ledger) -> dict[str, list[str]]:
    """What `ledger_verify` prints of the ledger, by check; it exits with 1 where it prints anything."""
    out, exit_code = StringIO(), 0
    try:
        call_command("ledger_verify", "--ledger", ledger.code, stdout=out)
    except CommandError as error:
        exit_code = error.returncode
    if exit_code == 0:
        assert "no discrepancy" in out.getvalue()
        return {}
    assert exit_code == 1
    found: dict[str, list[str]] = {}
    for line in out.getvalue().splitlines():
        check, _, rest = line.partition(f": ledger {ledger.code}, ")
        found.setdefault(check, []).append(rest)
    assert found, "it exits with 1 where it prints something"
    return found


def _dropped(constraint: str) -> str:
    with connect("owner") as owner:
        asked = owner.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint])
        rows = asked.fetchall()
        if len(rows) != 1:
            pytest.fail(f"there is no constraint {constraint}")
        owner.execute(f"ALTER TABLE fx_settlement DROP CONSTRAINT {constraint}")
        owner.commit()
    return str(rows[0][0])
