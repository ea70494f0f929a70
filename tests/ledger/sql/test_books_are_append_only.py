"""P4, P6, P7 and P10 through raw SQL."""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from psycopg import IsolationLevel

from ledger.models import Account, BookState, Journal, Ledger
from tests.ledger.raw_books import (
    InBackground,
    RawLeg,
    RawPosting,
    at_every_isolation_level,
    connect,
    refused,
    run_and_commit,
    wait_until_blocked,
)


@pytest.fixture
def posting(ledger: Ledger, cash: Account, revenue: Account) -> RawPosting:
    return RawPosting(ledger, [RawLeg(cash, "debit", Decimal("10.00")), RawLeg(revenue, "credit", Decimal("10.00"))])


@pytest.fixture
def posted(posting: RawPosting) -> RawPosting:
    with connect() as connection:
        posting.write(connection)
        connection.commit()
    return posting


def close_through(connection: psycopg.Connection, ledger: Ledger, day: str) -> None:
    connection.execute("UPDATE ledger_bookstate SET closed_through = %s WHERE ledger_id = %s", [day, ledger.id])


@at_every_isolation_level
@pytest.mark.parametrize("role", ["default", "owner"])
@pytest.mark.parametrize("table", ["ledger_journal", "ledger_leg", "ledger_idempotencykey"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET ledger_id = ledger_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_books_are_never_changed(posted: RawPosting, role: str, table: str, attack: str, level: IsolationLevel) -> None:
    expected = psycopg.errors.IntegrityError if role == "owner" else psycopg.errors.InsufficientPrivilege
    with connect(role, level) as connection, pytest.raises(expected):
        connection.execute(attack.format(table))
    assert Journal.objects.filter(id=posted.journal_id).exists()


@pytest.mark.parametrize(
    "table", ["ledger_account", "ledger_balance", "ledger_bookstate", "ledger_ledger", "ledger_currency"]
)
def test_what_the_books_rest_on_is_never_removed(table: str) -> None:
    with connect("owner") as connection, pytest.raises(psycopg.errors.IntegrityError, match="append-only"):
        connection.execute(f"DELETE FROM {table}")


@at_every_isolation_level
def test_a_key_posts_once(posted: RawPosting, level: IsolationLevel) -> None:
    again = RawPosting(posted.ledger, posted.legs, key=posted.key)
    refused(posted.ledger, "key_posts_once", again.write, level)


@at_every_isolation_level
def test_of_two_postings_with_one_key_at_once_the_second_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    with connect(level=level) as first, connect(level=level) as second:
        second.execute("SELECT 1")
        late = RawPosting(posting.ledger, posting.legs, key=posting.key, number=2)
        statement = late.statement(second)
        posting.write(first)
        waiting = InBackground(lambda: run_and_commit(second, statement))
        wait_until_blocked(second)
        first.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert Journal.objects.filter(ledger=posting.ledger).count() == 1


@at_every_isolation_level
def test_a_key_without_journals_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    posting.legs = []
    refused(
        posting.ledger,
        "key_must_have_its_journals",
        lambda connection: posting.write(connection, with_journal=False),
        level,
    )


@at_every_isolation_level
@pytest.mark.parametrize(("ordinal", "constraint"), [(2, "key_must_have_its_journals"), (1, "journal_of_key")])
def test_a_journal_added_to_an_old_key_is_refused(
    posted: RawPosting, level: IsolationLevel, ordinal: int, constraint: str
) -> None:
    more = RawPosting(posted.ledger, posted.legs, key_id=posted.key_id, ordinal=ordinal)
    refused(posted.ledger, constraint, lambda connection: more.write(connection, with_key=False), level)


@at_every_isolation_level
@pytest.mark.parametrize("number", [1, 3, 7])
def test_a_number_that_leaves_a_gap_or_repeats_is_refused(
    posted: RawPosting, level: IsolationLevel, number: int
) -> None:
    gap = RawPosting(posted.ledger, posted.legs, number=number)
    constraint = "journal_number_is_unique" if number == 1 else "journal_number_has_no_gap"
    refused(posted.ledger, constraint, gap.write, level)


@at_every_isolation_level
def test_a_closed_day_takes_no_journal(posting: RawPosting, level: IsolationLevel) -> None:
    with connect("owner") as owner:
        close_through(owner, posting.ledger, posting.value_date)
        owner.commit()
    refused(posting.ledger, "journal_day_must_be_open", posting.write, level)


@at_every_isolation_level
@pytest.mark.parametrize("closer_takes_the_gate", [True, False])
def test_a_posting_in_flight_while_the_day_closes_is_refused(
    posting: RawPosting, level: IsolationLevel, closer_takes_the_gate: bool
) -> None:
    with connect("owner") as closer, connect(level=level) as poster:
        poster.execute("SELECT 1")
        statement = posting.statement(poster)
        if closer_takes_the_gate:
            closer.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        close_through(closer, posting.ledger, posting.value_date)
        waiting = InBackground(lambda: run_and_commit(poster, statement))
        wait_until_blocked(poster)
        closer.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert BookState.objects.get(ledger=posting.ledger).last_number == 0


@pytest.fixture
def other(make_account: Callable[..., Account]) -> Account:
    """An account of another ledger."""
    stranger = Ledger.objects.create(code=f"o-{Ledger.objects.count()}-{id(make_account)}", base_ccy_id="EUR")
    return make_account("THEIRS", ledger=stranger)


@at_every_isolation_level
def test_a_leg_on_another_ledgers_account_is_refused(
    posting: RawPosting, other: Account, level: IsolationLevel
) -> None:
    posting.legs[0].account = other
    refused(posting.ledger, "leg_must_fit_its_account", posting.write, level)


@at_every_isolation_level
def test_a_leg_that_says_another_ledger_than_its_journal_is_refused(
    posting: RawPosting, other: Account, level: IsolationLevel
) -> None:
    posting.legs[0].account, posting.legs[0].ledger = other, other.ledger_id
    refused(posting.ledger, "leg_must_fit_its_journal", posting.write, level)


def test_a_journal_under_another_ledgers_key_is_refused(posting: RawPosting, other: Account) -> None:
    stolen = f"""WITH k AS (INSERT INTO ledger_idempotencykey (id, ledger_id, key, fingerprint, journal_count)
        VALUES ('{posting.key_id}', '{other.ledger_id}', 'k', '\\x00', 1)), """

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(stolen + posting.statement(connection, with_key=False).removeprefix("WITH "))

    refused(posting.ledger, "key_must_have_its_journals", attack)


def test_parent_of_another_ledger_is_refused(ledger: Ledger, cash: Account, other: Account) -> None:
    refused(
        ledger,
        "account_parent_is_in_its_ledger",
        lambda connection: connection.execute(
            "UPDATE ledger_account SET parent_id = %s WHERE id = %s", [other.id, cash.id]
        ),
    )


def test_read_only_role_reads_and_does_not_write(posted: RawPosting) -> None:
    with connect("owner") as connection:
        rights = connection.execute(
            "SELECT has_table_privilege('doublex_readonly', 'ledger_leg', 'SELECT'),"
            " has_table_privilege('doublex_readonly', 'ledger_leg', 'INSERT, UPDATE, DELETE, TRUNCATE')"
        ).fetchone()
    assert rights == (True, False)
