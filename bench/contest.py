"""Who runs against whom: rounds that take turns, so that whatever else the machine does hits all of them alike."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg

from bench import naive, plain_sql
from bench.callers import CallerProcesses
from bench.http_load import HttpCallers
from bench.measured import Figures, Round
from bench.product import Product
from bench.workloads import Workload

WARM_UP_SECONDS = 3.0
# Each process has to meet each of ten thousand accounts, and it is the batches that bring many.
BATCH_WARM_UP_SECONDS = 9.0
# A machine that stands still for seconds makes the product say busy; more than this is no figure of the product's.
REFUSED_SHARE_MAX = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is measured: which form, on which accounts, how many callers, how many orders per call."""

    form: str
    workload: Workload
    callers: int
    bulk: int = 1

    @property
    def name(self) -> str:
        return f"{self.form} {self.bulk}" if self.bulk > 1 else self.form


Results = dict[Entry, Figures]


class Contest:
    """The product, the callers beside it, and every form that can run a round."""

    def __init__(self, product: Product, callers: CallerProcesses) -> None:
        self.product = product
        self._callers = callers
        self._rounds: dict[str, Callable[[Entry, float], Round]] = {
            "verb": self._verb_or_naive,
            "naive": self._naive,
            "plain SQL": self._plain_sql,
            "HTTP": self._http,
            "HTTP balance": self._http,
        }

    def warm_up(self) -> None:
        """Let every process see every account, and every statement be prepared, before anything is timed."""
        for form, bulk in (("HTTP", 1_000), ("HTTP", 1), ("verb", 1_000), ("verb", 1), ("naive", 1), ("plain SQL", 1)):
            callers, seconds = (4, BATCH_WARM_UP_SECONDS) if bulk > 1 else (32, WARM_UP_SECONDS)
            self.round(Entry(form, Workload.UNIFORM, callers, bulk), seconds)

    def round(self, entry: Entry, seconds: float) -> Round:
        """One round of the entry, with the processor time that it cost."""
        before = self.product.cpu_seconds()
        measured = self._rounds[entry.form](entry, seconds)
        after = self.product.cpu_seconds()
        return replace(measured, cpu_seconds={part: after[part] - before[part] for part in after})

    def take_turns(
        self, entries: list[Entry], rounds: int, seconds: float, on_round: Callable[[Entry], None]
    ) -> Results:
        """So many rounds of each entry, in turn; the medians."""
        measured: dict[Entry, list[Round]] = {entry: [] for entry in entries}
        for _ in range(rounds):
            for entry in entries:
                measured[entry].append(self.round(entry, seconds))
                on_round(entry)
        return {entry: Figures.of(of_entry) for entry, of_entry in measured.items()}

    def _verb_or_naive(self, entry: Entry, seconds: float) -> Round:
        return self._callers.run(
            entry.form, entry.workload, entry.callers, seconds, ledger_id=self.product.ledger_id, bulk=entry.bulk
        )

    def _naive(self, entry: Entry, seconds: float) -> Round:
        # It needs PostgreSQL to know exactly what each of its many transactions read.
        with self.product.default_predicate_locks():
            return self._verb_or_naive(entry, seconds)

    def _plain_sql(self, entry: Entry, seconds: float) -> Round:
        return plain_sql.run_plain_sql(self.product.owner_url, entry.workload, entry.callers, seconds)

    def _http(self, entry: Entry, seconds: float) -> Round:
        seed = time.monotonic_ns()
        retries = self.product.retries()
        with HttpCallers(self.product.port, self.product.key, entry.callers) as http:
            if entry.form == "HTTP balance":
                requests = http.balances(entry.workload, seed)
            elif entry.bulk > 1:
                requests = http.batches(entry.workload, seed, entry.bulk)
            else:
                requests = http.transfers(entry.workload, seed)
            measured = http.run(requests, seconds, transfers_each=entry.bulk)
        _require_success(entry, measured)
        return replace(measured, retries=self.product.retries() - retries)


@contextmanager
def contest() -> Iterator[Contest]:
    """The product started on empty books, with the tables of the other forms beside its own."""
    with Product() as product:
        with psycopg.connect(product.owner_url, autocommit=True) as owner:
            owner.execute(naive.SCHEMA)
            owner.execute(plain_sql.SCHEMA)
            for table in ("naive_account", "plain_account"):
                # Rows of tables in use have room beside them for their next version, and so do the product's.
                owner.execute(f"UPDATE {table} SET balance = 0")  # noqa: S608 - our own names
                owner.execute(f"VACUUM ANALYZE {table}")
        os.environ.update(product.environment)
        callers = CallerProcesses(product.environment)
        try:
            yield Contest(product, callers)
        finally:
            callers.stop()


def _require_success(entry: Entry, measured: Round) -> None:
    refused = {status: count for status, count in measured.statuses.items() if status >= 300}  # noqa: PLR2004
    if sum(refused.values()) > REFUSED_SHARE_MAX * sum(measured.statuses.values()):
        raise SystemExit(
            f"{entry.name} on {entry.workload}: the product answered {refused}; a benchmark of refusals is none."
        )
