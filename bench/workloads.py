"""Which accounts a transfer moves money between: uniform, one hot account in each, or Zipf."""

import random
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import accumulate

ACCOUNTS = 10_000
# The exponent of the Zipf law: the busiest account is in about a fifth of all transfers.
ZIPF_EXPONENT = 1.0
_ZIPF = list(accumulate(rank**-ZIPF_EXPONENT for rank in range(1, ACCOUNTS + 1)))
_DRAWN_AT_ONCE = 2_000


class Workload(StrEnum):
    UNIFORM = "uniform"
    HOT = "hot"
    ZIPF = "zipf"


def account_pairs(workload: Workload, seed: int) -> Iterator[tuple[int, int]]:
    """Endless pairs of different account numbers (0 to 9,999): whom to debit, whom to credit."""
    source = random.Random(seed)  # noqa: S311 - a load, not a secret
    draw = _DRAWS[workload]
    while True:
        yield from ((debit, credit) for debit, credit in draw(source) if debit != credit)


def _uniform(source: random.Random) -> list[tuple[int, int]]:
    return [(source.randrange(ACCOUNTS), source.randrange(ACCOUNTS)) for _ in range(_DRAWN_AT_ONCE)]


def _hot(source: random.Random) -> list[tuple[int, int]]:
    others = [source.randrange(1, ACCOUNTS) for _ in range(_DRAWN_AT_ONCE)]
    return [(0, other) if source.random() < 0.5 else (other, 0) for other in others]  # noqa: PLR2004 - a coin


def _zipf(source: random.Random) -> list[tuple[int, int]]:
    drawn = source.choices(range(ACCOUNTS), cum_weights=_ZIPF, k=2 * _DRAWN_AT_ONCE)
    return list(zip(drawn[::2], drawn[1::2], strict=True))


_DRAWS: dict[Workload, Callable[[random.Random], list[tuple[int, int]]]] = {
    Workload.UNIFORM: _uniform,
    Workload.HOT: _hot,
    Workload.ZIPF: _zipf,
}


def account_code(number: int) -> str:
    """The code of the benchmark's account of that number."""
    return f"A{number:05d}"
