"""Four times the connections that saturate the product: it holds its throughput, and loses nothing.

Whoever is refused is told when to come back, and every acknowledged transfer is in the books exactly once.
"""

import json
import time
from dataclasses import asdict, dataclass

import psycopg

from bench.http_load import HttpCallers
from bench.product import Product
from bench.workloads import Workload

CONNECTIONS_THAT_SATURATE = 32
TIMES = 4
_CREATED, _UNAVAILABLE = 201, 503


@dataclass(frozen=True, slots=True)
class Overload:
    """Transfers per second at saturation and beyond it; `busy` answers, other refusals, and what the books say."""

    saturated_per_second: float
    overloaded_per_second: float
    p99_ms: float
    busy: int
    other_refusals: int
    acknowledged: int
    not_exactly_once: int


def measured(product: Product, *, seconds: float) -> dict[str, object]:
    """One round at saturation, and one beyond it whose every answer is compared with the books."""
    with HttpCallers(product.port, product.key, CONNECTIONS_THAT_SATURATE) as callers:
        saturated = callers.run(callers.transfers(Workload.ZIPF, time.monotonic_ns()), seconds)
    acknowledged: list[str] = []

    def remember(status: int, body: bytes) -> None:
        if status == _CREATED:
            acknowledged.append(json.loads(body)["journal_id"])

    with HttpCallers(product.port, product.key, TIMES * CONNECTIONS_THAT_SATURATE) as callers:
        requests = callers.transfers(Workload.ZIPF, time.monotonic_ns())
        overloaded = callers.run(requests, seconds, on_answer=remember)
    busy = overloaded.statuses.get(_UNAVAILABLE, 0)
    answers = sum(overloaded.statuses.values())
    figures = Overload(
        saturated_per_second=round(saturated.per_second),
        overloaded_per_second=round(overloaded.per_second),
        p99_ms=round(1000 * sorted(overloaded.latencies_seconds)[int(0.99 * len(overloaded.latencies_seconds))]),
        busy=busy,
        other_refusals=answers - busy - len(acknowledged),
        acknowledged=len(acknowledged),
        not_exactly_once=_missing(product.owner_url, acknowledged),
    )
    return asdict(figures)


def _missing(owner_url: str, acknowledged: list[str]) -> int:
    """How many of the acknowledged journals the books do not have, with two legs; and how many came twice."""
    with psycopg.connect(owner_url) as owner:
        (found,) = owner.execute(
            "SELECT count(*) FROM ledger_journal j WHERE id = ANY(%s::uuid[])"
            " AND (SELECT count(*) FROM ledger_leg l WHERE l.journal_id = j.id) = 2",
            [acknowledged],
        ).fetchone() or (0,)
    return len(acknowledged) - int(found)
