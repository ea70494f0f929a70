"""The pool: a connection that the server closed is not given out, a good one costs no round trip, and none is busy."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from doublex.postgresql.base import CheckedPool
from ledger import leading, telemetry
from ledger.domain import refusals
from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from tests.ledger.orders import transfer
from tests.ledger.raw_books import connect

PROBLEM = "application/problem+json"


def nothing(_: psycopg.Connection[Any]) -> None:
    """Every connection is good as it is."""


@pytest.fixture
def pool() -> Iterator[CheckedPool]:
    parameters = connection.get_connection_params() | {"autocommit": True}
    with CheckedPool(parameters, nothing, {"min_size": 1, "max_size": 1, "timeout": 5}) as pool:
        yield pool


def backend(pool: CheckedPool) -> int:
    with pool.connection() as pooled:
        return pooled.info.backend_pid


def test_a_connection_that_the_server_closed_is_not_given_out(pool: CheckedPool) -> None:
    before = backend(pool)
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    with pool.connection() as pooled:
        assert pooled.info.backend_pid != before
        assert pooled.execute("SELECT 1").fetchone() == (1,)


def test_a_good_connection_is_given_out_without_asking_the_server(pool: CheckedPool) -> None:
    with connect() as observer:
        observer.autocommit = True

        def last_asked_at(pid: int) -> object:
            return observer.execute("SELECT state_change FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()

        before = backend(pool)
        asked_at = last_asked_at(before)
        assert backend(pool) == before
        assert last_asked_at(before) == asked_at


def test_the_connection_that_came_back_last_goes_out_first() -> None:
    parameters = connection.get_connection_params() | {"autocommit": True}
    with CheckedPool(parameters, nothing, {"min_size": 3, "max_size": 3, "timeout": 5}) as pool:
        pool.wait()
        three = [pool.getconn() for _ in range(3)]
        pids = [pooled.info.backend_pid for pooled in three]
        for pooled in three:
            pool.putconn(pooled)
        assert [backend(pool) for _ in range(3)] == [pids[-1]] * 3


@pytest.fixture
def ledger_of_two_accounts() -> Ledger:
    ledger = Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="UTC")
    for code in ("CASH", "REV"):
        Account.objects.create(ledger=ledger, code=code, name=code, ccy_id="EUR", type="asset")
    return ledger


@pytest.fixture
def exhausted(ledger_of_two_accounts: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Django's pool has one connection, and somebody else keeps it. The ledger's accounts are remembered already."""
    post_transfer(transfer(ledger_of_two_accounts, "CASH", "REV", "1.00"))
    connection.close()
    leading.close_all()
    parameters = connection.get_connection_params() | {"autocommit": True}
    with CheckedPool(parameters, nothing, {"min_size": 1, "max_size": 1, "timeout": 0.1}) as small, small.connection():
        pools: dict[str, CheckedPool] = connection._connection_pools  # type: ignore[attr-defined]
        monkeypatch.setitem(pools, connection.alias, small)
        yield ledger_of_two_accounts
        monkeypatch.undo()


def test_a_posting_that_finds_no_connection_is_busy_and_writes_nothing(exhausted: Ledger) -> None:
    before = telemetry.SERIALIZATION_RETRIES_TOTAL._value.get()
    with pytest.raises(refusals.Busy):
        post_transfer(transfer(exhausted, "CASH", "REV", "1.00"))
    assert telemetry.SERIALIZATION_RETRIES_TOTAL._value.get() == before
    with connect() as observer:
        journals = observer.execute("SELECT count(*) FROM ledger_journal WHERE ledger_id = %s", [exhausted.id])
        assert journals.fetchone() == (1,)


@pytest.mark.usefixtures("exhausted")
def test_a_request_that_finds_no_connection_is_told_when_to_come_back(client: Client) -> None:
    for call in (client.get, client.post):
        answer: Any = call("/api/journals/", secure=True, HTTP_AUTHORIZATION="Bearer dx_any")
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "1")
        assert answer["Content-Type"] == PROBLEM
