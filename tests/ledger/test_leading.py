"""The leaders' one connection: the same for every thread, replaced when it was lost, and nobody's in a transaction."""

import pytest
from django.db import DatabaseError, connection

from ledger.leading import LeadersConnection
from tests.ledger.raw_books import InBackground, connect


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def led_backend(leaders: LeadersConnection) -> int:
    with leaders.lent():
        return backend()


def test_every_thread_leads_on_the_same_connection_and_has_its_own_besides() -> None:
    leaders, seen = LeadersConnection(), []
    for _ in range(2):
        thread = InBackground(lambda: seen.append((led_backend(leaders), backend())))
        assert thread.outcome() is None
    (first, own), (second, _) = seen
    assert first == second != own
    leaders.close()


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    leaders = LeadersConnection()
    before = led_backend(leaders)
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert led_backend(leaders) != before
    leaders.close()


def test_a_connection_that_broke_in_use_is_replaced_for_the_next_leader() -> None:
    leaders = LeadersConnection()
    before = led_backend(leaders)
    with pytest.raises(DatabaseError), leaders.lent(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert led_backend(leaders) != before
    leaders.close()
