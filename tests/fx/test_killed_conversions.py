"""`kill -9` of the server's process that is writing a conversion: both journals are in the books afterwards, or neither."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import psycopg
import pytest

from tests.doublex.running import Running
from tests.fx.api.conversions import leg
from tests.proofs.callers import Caller, books_of
from tests.proofs.recompute import discrepancies

DAY = "2026-01-30"
SECONDS_MAX = 60
STALL = """
CREATE OR REPLACE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(9); RETURN NULL; END'
"""
# A conversion in the books by halves: a settlement without two journals, or a journal in no settlement.
HALVES = """
SELECT s.id::text FROM fx_settlement s
 WHERE (SELECT count(*) FROM ledger_journal j WHERE j.id IN (s.base_journal_id, s.quote_journal_id)) <> 2
 UNION ALL
SELECT j.id::text FROM ledger_journal j
 WHERE NOT EXISTS (SELECT FROM fx_settlement s WHERE j.id IN (s.base_journal_id, s.quote_journal_id))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product with a rate, two accounts in its demo ledger, and nothing posted."""
    folder: Path = tmp_path_factory.mktemp("killed")
    started = Running(folder / "data")
    try:
        started.wait_until_up()
        rates = folder / "rates.csv"
        rates.write_text(f"base,quote,rate,date,source\nEUR,USD,1.1000,{DAY},ECB\n")
        assert started.beside("manage.py", "fx_rates", "import", str(rates)).returncode == 0
        for code in ("CASH-EUR", "CASH-USD"):
            opened = {"code": code, "name": code, "ccy": code[-3:], "type": "asset"}
            assert Caller(started.port).post("/api/accounts/", opened)[0] == 201
        yield started
    finally:
        if started.process.poll() is None:
            started.end()


def order(key: str) -> dict[str, Any]:
    legs = [leg("CASH-EUR", "credit", "100.00"), leg("CASH-USD", "debit", None)]
    return {"idempotency_key": key, "value_date": DAY, "legs": legs}


def asked(run: Running, statement: str) -> list[Any]:
    """The rows, once the server is back from its recovery."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        try:
            with books_of(run) as books:
                return books.execute(statement).fetchall()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def kill_whoever_waits(books: psycopg.Connection) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        row = books.execute("SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'advisory'").fetchone()
        if row:
            psutil.Process(row[0]).kill()
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits in the statement")


@pytest.mark.parametrize("table", ["fx_settlement", "ledger_journal", "ledger_leg"])
def test_a_server_process_killed_while_it_writes_a_conversion_leaves_both_halves_or_neither(
    run: Running, table: str
) -> None:
    before = asked(run, "SELECT count(*) FROM fx_settlement")[0][0]
    statuses: list[int] = []
    caller = Thread(target=lambda: statuses.append(Caller(run.port).post("/api/transfers/", order(table))[0]))
    with books_of(run) as books:
        books.execute(STALL)
        books.execute(f"CREATE TRIGGER zz_stall AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION stall()")
        books.execute("SELECT pg_advisory_lock(9)")
        caller.start()
        kill_whoever_waits(books)
    caller.join(SECONDS_MAX)
    # The server took every connection down with it. Who tried again at once found it recovering, or the lock gone.
    assert statuses[0] in (201, 503)
    assert asked(run, HALVES) == []
    assert asked(run, "SELECT count(*) FROM fx_settlement")[0][0] - before == (1 if statuses == [201] else 0)
    with books_of(run) as books:
        books.execute("DROP FUNCTION stall CASCADE")
    deadline = time.monotonic() + SECONDS_MAX
    while (status := Caller(run.port).post("/api/transfers/", order(table))[0]) not in (200, 201):
        assert status == 503
        assert time.monotonic() < deadline
    assert asked(run, "SELECT count(*) FROM fx_settlement")[0][0] == before + 1
    assert asked(run, HALVES) == []
    with books_of(run) as books:
        assert discrepancies(books) == []
