"""Ways that somebody with the app's password once found past the invariants, each closed since."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from psycopg import IsolationLevel

from ledger.models import Account, Ledger
from tests.ledger.raw_books import RawLeg, RawPosting, at_every_isolation_level, connect, refused


def payment(ledger: Ledger, debit: Account, credit: Account) -> RawPosting:
    return RawPosting(ledger, [RawLeg(debit, "debit", Decimal(5)), RawLeg(credit, "credit", Decimal(5))])


@at_every_isolation_level
def test_nobody_posts_while_his_commits_are_answered_before_they_are_on_disk(
    ledger: Ledger, cash: Account, revenue: Account, level: IsolationLevel
) -> None:
    def attack(connection: psycopg.Connection) -> None:
        connection.execute("SET synchronous_commit = off")
        payment(ledger, cash, revenue).write(connection)

    refused(ledger, "posting_is_durable", attack, level)


@at_every_isolation_level
def test_steps_are_numbered_in_the_order_in_which_they_are_read(
    ledger: Ledger, make_account: Callable[..., Account], level: IsolationLevel
) -> None:
    """Numbered the other way round, an overdraft would look like a payment before it."""
    wallet = make_account("WALLET", type="liability", non_negative=True)
    out = RawLeg(wallet, "debit", Decimal(5), seq=2, balance_after=0)
    back = RawLeg(wallet, "credit", Decimal(5), seq=1, balance_after=5)
    refused(ledger, "leg_must_fit_its_journal", RawPosting(ledger, [out, back]).write, level)


@pytest.mark.parametrize("instant", ["'-infinity'", "'4700-01-01 BC'", "now() - interval '1 second'"])
def test_what_was_known_at_an_instant_stays_known(
    ledger: Ledger, cash: Account, revenue: Account, instant: str
) -> None:
    def attack(connection: psycopg.Connection) -> None:
        connection.execute(
            payment(ledger, cash, revenue)
            .statement(connection)
            .replace("clock_timestamp()", f"({instant})::timestamptz")
        )

    refused(ledger, "journal_number_has_no_gap", attack)


def test_a_ledger_has_a_time_zone_that_is_one(ledger: Ledger) -> None:
    def attack(connection: psycopg.Connection) -> None:
        connection.execute(
            "INSERT INTO ledger_ledger (id, code, base_ccy, timezone, created_at)"
            " VALUES (gen_random_uuid(), %s, 'EUR', 'Mars/Phobos', now())",
            [f"t-{uuid.uuid4().hex}"],
        )

    refused(ledger, "ledger_timezone_is_known", attack)


def test_a_revoked_key_stays_revoked(ledger: Ledger) -> None:
    from ledger.api_keys import create_api_key, revoke_api_key

    secret = create_api_key(ledger.code, ["read"])
    revoke_api_key(secret[:11])

    def attack(connection: psycopg.Connection) -> None:
        connection.execute("UPDATE ledger_apikey SET revoked_at = NULL WHERE ledger_id = %s", [ledger.id])

    refused(ledger, "revoked_key_stays_revoked", attack)


def test_nothing_of_a_posting_is_taken_from_a_sequence_that_others_could_move() -> None:
    """Each number that is taken ahead would make a posting fail, hours later, that did nothing wrong."""
    with connect("owner") as owner:
        numbered = owner.execute(
            "SELECT c.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
            " JOIN pg_class c ON c.oid = d.refobjid WHERE s.relkind = 'S' AND c.relname LIKE 'ledger%'"
        ).fetchall()
    assert {name for (name,) in numbered}.isdisjoint({"ledger_idempotencykey", "ledger_journal", "ledger_leg"})
    assert numbered


@pytest.mark.parametrize("table", ["django_session", "auth_user"])
def test_the_read_only_role_reads_no_session_and_no_password(table: str) -> None:
    with connect("owner") as owner:
        may = owner.execute("SELECT has_table_privilege('doublex_readonly', %s, 'SELECT')", [table]).fetchone()
    assert may == (False,)


@pytest.mark.parametrize(
    "attack",
    ["CREATE TEMP TABLE mine (id int)", "CREATE FUNCTION pg_temp.legs() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
)
def test_the_app_makes_no_functions_of_its_own(attack: str) -> None:
    """Called within the statement that writes journals, one wrote their legs in two statements, the later steps first."""
    with connect() as app, pytest.raises(psycopg.errors.InsufficientPrivilege, match="temporary"):
        app.execute(attack)
