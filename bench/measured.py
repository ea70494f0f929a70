"""What one round measured, and what several rounds of the same come to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Round:
    """One round: how many transfers were posted in how long, how long each call took, and how often one was retried."""

    transfers: int
    seconds: float
    latencies_seconds: Sequence[float] = field(repr=False)
    retries: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    # Processor time that the database and the web processes used meanwhile.
    cpu_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.transfers / self.seconds

    @classmethod
    def of_parts(cls, parts: "Sequence[Round]") -> "Round":
        """What several processes did at the same time."""
        return cls(
            transfers=sum(part.transfers for part in parts),
            seconds=max(part.seconds for part in parts),
            latencies_seconds=[latency for part in parts for latency in part.latencies_seconds],
            retries=sum(part.retries for part in parts),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of some rounds, and each round's transfers/s; latencies in milliseconds, retries in percent of the transfers.

    `database_us` and `web_us` are the microseconds of processor time that a transfer cost there: they say what a
    figure is limited by, and move little when the machine has other things to do.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    retries_percent: float
    database_us: float
    web_us: float
    of_rounds: tuple[float, ...] = ()

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> "Figures":
        def middle(quantile: float) -> float:
            return 1000 * median(percentile(one.latencies_seconds, quantile) for one in rounds)

        def cpu_us(part: str) -> float:
            return 1e6 * median(one.cpu_seconds.get(part, 0) / max(one.transfers, 1) for one in rounds)

        return cls(
            per_second=median(one.per_second for one in rounds),
            p50_ms=middle(0.50),
            p95_ms=middle(0.95),
            p99_ms=middle(0.99),
            retries_percent=100 * median(one.retries / max(one.transfers, 1) for one in rounds),
            database_us=cpu_us("database"),
            web_us=cpu_us("web"),
            of_rounds=tuple(one.per_second for one in rounds),
        )

    def against(self, other: "Figures") -> float:
        """How many times as many transfers: the median over the turns, in each of which both met the same machine."""
        return median(own / max(others, 1e-9) for own, others in zip(self.of_rounds, other.of_rounds, strict=True))


def percentile(values: Sequence[float], quantile: float) -> float:
    """The smallest value that is not below this share of them; 0 where there is none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(math.ceil(quantile * len(ordered)), 1) - 1]
