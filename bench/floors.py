"""What the product is to reach on two cores, and what this run reached."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.contest import Entry, Results
from bench.workloads import Workload


@dataclass(frozen=True, slots=True)
class Floor:
    """One figure to reach; `at_most` for those that are good when small."""

    name: str
    floor: float
    measured: float
    unit: str
    at_most: bool = False

    @property
    def is_reached(self) -> bool:
        return self.measured <= self.floor if self.at_most else self.measured >= self.floor


def floors(results: Results) -> Iterator[Floor]:
    """Every floor for which this run has the figures."""
    yield from _of_verb(results)
    yield from _of_http(results)


def _of_verb(results: Results) -> Iterator[Floor]:
    for workload, times in ((Workload.UNIFORM, 4.5), (Workload.HOT, 15.0), (Workload.ZIPF, 6.0)):
        verb, naive = Entry("verb", workload, 32), Entry("naive", workload, 32)
        yield Floor(f"verb, {workload}, against naive", times, results[verb].against(results[naive]), "x")
        yield Floor(f"verb, {workload}, retries", 0.4, results[verb].retries_percent, "%", at_most=True)
    verb, plain = Entry("verb", Workload.UNIFORM, 32), Entry("plain SQL", Workload.UNIFORM, 32)
    yield Floor("verb, uniform, against plain SQL", 0.45, results[verb].against(results[plain]), "x")


def _of_http(results: Results) -> Iterator[Floor]:
    http = {workload: Entry("HTTP", workload, 32) for workload in Workload}
    for workload, times in ((Workload.UNIFORM, 2.0), (Workload.HOT, 8.0)):
        against = results[http[workload]].against(results[Entry("naive", workload, 32)])
        yield Floor(f"HTTP, 32 connections, {workload}, against naive", times, against, "x")
    hot_to_uniform = results[http[Workload.HOT]].against(results[http[Workload.UNIFORM]])
    yield Floor("HTTP, 32 connections, hot against uniform", 0.8, hot_to_uniform, "x")
    yield Floor("HTTP, 32 connections, uniform", 1_000, results[http[Workload.UNIFORM]].per_second, "/s")
    alone = results[Entry("HTTP", Workload.UNIFORM, 1)].p95_ms
    yield Floor("HTTP, 1 connection, p95", 5, alone, "ms", at_most=True)
    batch = results[Entry("HTTP", Workload.UNIFORM, 4, 1_000)].per_second
    yield Floor("HTTP, batches of 1,000", 12_000, batch, "/s")
    yield Floor(
        "HTTP, live balance, 32 connections",
        1_500,
        results[Entry("HTTP balance", Workload.UNIFORM, 32)].per_second,
        "/s",
    )
