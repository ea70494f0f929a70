"""`kill -9` under load: a database backend, a web worker, the postmaster, everything. Then nothing acknowledged is missing.

A kill leaves the page cache alone, so this proves the order of commit and answer, recovery and replay, and not fsync.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
import psycopg
import pytest

from tests.doublex.running import Running
from tests.proofs.callers import Caller, Load, Town, assert_posted_once_each, books_of
from tests.proofs.recompute import discrepancies


class Product:
    """A run that may be killed and started again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self.run = Running(folder, WEB_WORKERS="2")
        self.run.wait_until_up()

    def start_again(self) -> None:
        self.run = Running(self.run.folder, self.run.port, WEB_WORKERS="2")
        self.run.wait_until_up()

    def kill_a_backend(self, chance: Random) -> None:
        """One that serves the app; PostgreSQL then ends all the others, and recovers by itself."""
        with books_of(self.run) as books:
            rows = books.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'doublex_app'").fetchall()
        psutil.Process(chance.choice(rows)[0]).kill()

    def kill_a_web_worker(self, chance: Random) -> None:
        """A process below granian's own, which starts another in its place.

        Where the one before it had died within seconds, granian takes that for a crash loop and ends, and all with it.
        """
        granian = self._named("granian")[0]
        before = set(granian.children())
        chance.choice(sorted(before, key=lambda worker: worker.pid)).kill()
        with suppress(psutil.NoSuchProcess):
            while not set(granian.children()) - before:
                time.sleep(0.01)
            return
        assert self.ended()[0] == 1
        self.start_again()

    def kill_the_postmaster(self) -> None:
        self._named("postgres")[0].kill()

    def kill_everything(self) -> None:
        members = self.run.tree()
        for member in members:
            with suppress(psutil.NoSuchProcess):  # its parent's death may have been quicker
                member.kill()
        self.run.process.communicate(timeout=60)
        psutil.wait_procs(members, timeout=30)

    def ended(self) -> tuple[int, str]:
        """How it ended by itself, and what it said."""
        rest, _ = self.run.process.communicate(timeout=90)
        return self.run.process.returncode, self.run.said + rest

    def _named(self, name: str) -> list[psutil.Process]:
        """Its direct children that run this program."""
        mine = psutil.Process(self.run.process.pid).children()
        return [child for child in mine if any(name in part for part in child.cmdline()[:3])]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    started = Product(tmp_path / "data")
    try:
        yield started
    finally:
        if started.run.process.poll() is None:
            started.run.end()


def assert_nothing_is_missing(product: Product, load: Load) -> None:
    assert_no_answer_was_wrong(load)
    load.settle()
    assert load.town.balances(Caller(product.run.port)) == load.expected()
    with books_of(product.run) as books:
        assert_posted_once_each(books, load)
        assert discrepancies(books) == []


def assert_no_answer_was_wrong(load: Load) -> None:
    """A caller pays, is refused for want of money, is told to repeat, or hears nothing. Never that we failed."""
    allowed = {"", "insufficient_funds", "busy", "outcome_unknown"}
    assert {code for _, code in load.statuses} <= allowed, load.statuses


def start_again_and_serve(product: Product, load: Load) -> None:
    product.start_again()
    load.wait_for_more()


def test_whatever_is_killed_nothing_acknowledged_is_missing(product: Product, chance: Random) -> None:
    with Load(Town(product.run.port), chance, hang_up_share=0.05) as load:
        load.wait_for_more()
        product.kill_a_backend(chance)
        load.wait_for_more()
        product.kill_a_web_worker(chance)
        load.wait_for_more()

        product.kill_the_postmaster()
        code, said = product.ended()
        assert (code, "PostgreSQL ended by itself" in said) == (1, True), said
        assert "make run" in said, "it says what to do"
        start_again_and_serve(product, load)

        product.kill_everything()
        start_again_and_serve(product, load)
    assert_nothing_is_missing(product, load)
    assert product.run.end(signal.SIGINT) == 0


@pytest.mark.prove
def test_whatever_is_killed_however_often_nothing_acknowledged_is_missing(product: Product, chance: Random) -> None:
    with Load(Town(product.run.port), chance, callers=8, hang_up_share=0.05) as load:
        for _ in range(20):
            load.wait_for_more(chance.randint(1, 100))
            match chance.choice(["backend", "web worker", "postmaster", "everything"]):
                case "backend":
                    product.kill_a_backend(chance)
                case "web worker":
                    product.kill_a_web_worker(chance)
                case "postmaster":
                    product.kill_the_postmaster()
                    assert product.ended()[0] == 1
                    product.start_again()
                case "everything":
                    product.kill_everything()
                    product.start_again()
        load.wait_for_more()
    assert_nothing_is_missing(product, load)


def test_a_half_posted_payment_would_be_found(product: Product) -> None:
    """The recompute that the proofs trust does see a balance that is not the sum of its legs."""
    Town(product.run.port)
    with books_of(product.run) as books, books.transaction():
        books.execute("ALTER TABLE ledger_balance DISABLE TRIGGER USER")
        books.execute("UPDATE ledger_balance SET debits = debits + 1 WHERE debits > 0")
        found = discrepancies(books)
        raise psycopg.Rollback
    assert [line.partition(":")[0] for line in found] == ["a balance is the sum of its legs"]
