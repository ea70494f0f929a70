"""More callers than the product can serve, over HTTP: they wait or are told to come back, and nothing is lost."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench.http_load import HttpCallers
from bench.workloads import Workload
from doublex.embedded.state import running
from tests.doublex.running import Running

CONNECTIONS = 48
WAIT_SECONDS_MAX = 20


class Overloaded:
    """The product with one worker and eight threads, in demo mode, with the accounts of the load."""

    def __init__(self, run: Running) -> None:
        self.run = run
        instance = running(run.folder)
        assert instance
        self.owner_url = instance.environment["DATABASE_OWNER_URL"]
        with psycopg.connect(self.owner_url) as owner:
            owner.execute(
                "INSERT INTO ledger_account (id, ledger_id, code, name, ccy, type, non_negative, status, metadata,"
                " created_at) SELECT gen_random_uuid(), l.id, 'A' || lpad(n::text, 5, '0'), '', 'EUR', 'asset', false,"
                " 'active', '{}', now() FROM ledger_ledger l, generate_series(0, 9999) n WHERE l.code = 'demo'"
            )
        self.acknowledged: list[str] = []
        self.refusals: list[tuple[int, str]] = []

    def load(self, seconds: float) -> None:
        """Requests over all connections, each answer noted."""
        with HttpCallers(self.run.port, None, CONNECTIONS) as callers:
            callers.run(callers.transfers(Workload.ZIPF, seed=1), seconds, on_answer=self._note)

    def journals(self) -> set[str]:
        with psycopg.connect(self.owner_url) as owner:
            return {str(id_) for (id_,) in owner.execute("SELECT id FROM ledger_journal").fetchall()}

    def _note(self, status: int, body: bytes) -> None:
        if status == 201:
            self.acknowledged.append(json.loads(body)["journal_id"])
        else:
            self.refusals.append((status, json.loads(body)["code"]))


@pytest.fixture(scope="module")
def overloaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overloaded]:
    folder: Path = tmp_path_factory.mktemp("overload")
    run = Running(folder, WEB_WORKERS="1", WEB_THREADS="8")
    try:
        run.wait_until_up()
        yield Overloaded(run)
    finally:
        run.end()


def test_six_callers_per_thread_all_get_their_answer_and_every_201_is_in_the_books_once(overloaded: Overloaded) -> None:
    overloaded.load(seconds=2)
    assert overloaded.refusals == []
    assert len(overloaded.acknowledged) > CONNECTIONS
    assert len(set(overloaded.acknowledged)) == len(overloaded.acknowledged)
    assert set(overloaded.acknowledged) == overloaded.journals()


def test_while_the_gate_stays_shut_callers_are_told_busy_in_time_and_nothing_is_written(
    overloaded: Overloaded,
) -> None:
    before = overloaded.journals()
    with psycopg.connect(overloaded.owner_url) as holder:
        holder.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        started_at = time.monotonic()
        with HttpCallers(overloaded.run.port, None, 8) as callers:
            callers.run(callers.transfers(Workload.HOT, seed=2), 0.1, on_answer=overloaded._note)
        waited_seconds = time.monotonic() - started_at
    assert overloaded.refusals == [(503, "busy")] * 8
    assert waited_seconds < WAIT_SECONDS_MAX
    assert overloaded.journals() == before
