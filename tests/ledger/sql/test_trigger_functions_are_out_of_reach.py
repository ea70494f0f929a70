"""Trigger functions write with the owner's rights: the app's role may set them off by changing rows, and no other way."""

from decimal import Decimal

import psycopg
import pytest

from ledger.models import Account, Ledger
from tests.ledger.raw_books import Footprint, connect

# Columns that the function reads, in a table that any role may make and fill with what it likes.
DECOY = (
    "CREATE TEMP TABLE decoy (account_id uuid, account_seq bigint, side text, amount numeric, balance_after numeric)"
)
ATTACH = """CREATE TRIGGER decoy AFTER INSERT ON decoy REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION balance_is_the_sum_of_its_legs()"""


def test_invented_legs_cannot_be_folded_into_a_balance(ledger: Ledger, cash: Account) -> None:
    before = Footprint.of(ledger)
    with connect() as attacker, pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"function|temporary"):
        attacker.execute(DECOY)
        attacker.execute(ATTACH)
        million = Decimal(10**6)
        attacker.execute("INSERT INTO decoy VALUES (%s, 1, 'debit', %s, %s)", [cash.id, million, million])
        attacker.commit()
    assert Footprint.of(ledger) == before


def test_no_role_but_the_owner_may_execute_a_trigger_function() -> None:
    with connect("owner") as owner:
        reachable = owner.execute(
            "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prorettype = 'trigger'::regtype AND has_function_privilege('doublex_app', oid, 'EXECUTE')"
        ).fetchall()
    assert not reachable
