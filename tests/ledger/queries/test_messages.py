"""Several statements in one message: quoted, in order, prepared once per connection, and none behind one that fails."""

import psycopg
import pytest
from django.db import DataError, connection
from pytest_django import Settings

from ledger.queries.messages import Message, transaction_in_messages
from tests.ledger.raw_books import connect

ECHO = "SELECT %s::text, %s::text[]"


@pytest.fixture(params=[True, False], ids=["prepared", "not prepared"])
def _prepared(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.DATABASE_PREPARED_STATEMENTS = request.param


def prepared() -> int:
    message = Message()
    rows = message.add(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%$1::text, $2::text[]%"]
    )
    message.send()
    return int(rows()[0][0])


@pytest.mark.usefixtures("_prepared")
@pytest.mark.parametrize("text", ["", "it's", "\\", "'; DROP TABLE ledger_leg; --", "%s", "$1", "ü€\n\t", "E'\\''"])
def test_values_arrive_as_they_were_whatever_they_contain(text: str) -> None:
    message = Message()
    first, second = message.add(ECHO, [text, "{1,NULL}"]), message.add(ECHO, ["last", "{}"])
    message.send()
    assert (first(), second()) == ([(text, ["1", None])], [("last", [])])


@pytest.mark.usefixtures("_prepared")
def test_nothing_runs_behind_a_statement_that_fails() -> None:
    message = Message()
    # Locks of the session, because a rollback does not undo them.
    message.add("SELECT pg_advisory_lock(%s::int)", ["4711"])
    message.add("SELECT 1 / %s::int", ["0"])
    message.add("SELECT pg_advisory_lock(%s::int)", ["4712"])
    with pytest.raises(DataError, match="division by zero"):
        message.send()
    try:
        with connect() as observer:
            free = observer.execute(
                "SELECT pg_try_advisory_xact_lock(4711), pg_try_advisory_xact_lock(4712)"
            ).fetchone()
        assert free == (False, True)
    finally:
        connection.connection.execute("SELECT pg_advisory_unlock_all()")


def test_a_statement_is_prepared_once_per_connection_and_again_on_the_next() -> None:
    connection.close()
    for _ in range(3):
        message = Message()
        message.add(ECHO, ["a", "{}"])
        message.send()
    assert prepared() == 1
    pid = connection.connection.info.backend_pid
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()
    message = Message()
    rows = message.add(ECHO, ["b", "{}"])
    message.send()
    assert rows() == [("b", [])]


def test_prepared_statements_outlive_a_rollback_as_postgresql_has_it() -> None:
    for _ in range(10):
        # As often as makes a driver prepare it that does so by itself, and deallocate everything at its next rollback.
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [1])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), transaction_in_messages():
            message = Message()
            message.command("BEGIN ISOLATION LEVEL SERIALIZABLE")
            rows = message.add(ECHO, ["a", "{}"])
            message.send()
            assert rows() == [("a", [])]
            raise ZeroDivisionError
    assert connection.get_autocommit()


def test_a_transaction_whose_last_message_commits_is_through_and_the_connection_as_before() -> None:
    with transaction_in_messages():
        message = Message()
        message.command("BEGIN ISOLATION LEVEL SERIALIZABLE")
        level = message.add("SELECT current_setting(%s)", ["transaction_isolation"])
        message.send()
        assert connection.in_atomic_block
        last = Message()
        last.command("COMMIT")
        last.send()
    assert level() == [("serializable",)]
    assert connection.get_autocommit()
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
