"""Payments among a few people while others look: money moves, and there is never more nor less of it.

Over HTTP, against two web processes. Some callers hang up before they hear the answer, and send it again later.
"""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Self

import pytest

from tests.doublex.running import Running
from tests.proofs.callers import Caller, Load, Town, assert_posted_once_each, books_of
from tests.proofs.recompute import discrepancies


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data", WEB_WORKERS="2")
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


class Onlookers:
    """Readers of all balances at once, who note every total that is not what it should be."""

    def __init__(self, town: Town, count: int = 2) -> None:
        self.town = town
        self.reads = 0
        self.different: list[object] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._look) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _look(self) -> None:
        caller = Caller(self.town.port)
        while not self._over.is_set():
            held = self.town.balances(caller)
            self.reads += 1
            if held is None or not self._is_right(held):
                self.different.append(held)

    def _is_right(self, held: dict[str, Decimal]) -> bool:
        purses = [held[purse] for purse in self.town.purses]
        return held["BANK"] == sum(purses) == self.town.total and min(purses) >= 0


def prove_the_bank(run: Running, chance: Random, payments: int) -> None:
    town = Town(run.port)
    load = Load(town, chance, hang_up_share=0.15)
    with Onlookers(town) as onlookers, load:
        load.wait_for_more(payments, timeout_seconds=30 + payments)
        while onlookers.reads < payments or len(load.lost) <= load.callers:
            time.sleep(0.01)
    assert onlookers.different == []
    assert {status for status, _ in load.statuses} <= {201, 409}, load.statuses
    assert load.lost

    lost = dict(load.lost)
    load.settle()
    before = load.expected()
    load.lost |= {key: body for key, body in lost.items() if key in load.acknowledged}
    load.settle()
    assert load.expected() == before
    assert town.balances(Caller(run.port)) == before
    with books_of(run) as books:
        assert_posted_once_each(books, load)
        assert discrepancies(books) == []


def test_the_total_never_changes_and_what_had_no_answer_counts_once(run: Running, chance: Random) -> None:
    prove_the_bank(run, chance, payments=50)


@pytest.mark.prove
def test_the_total_never_changes_for_long(run: Running, chance: Random) -> None:
    prove_the_bank(run, chance, payments=5_000)
