"""The naive form is an honest rival: what it posts is right, also when it collides."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from bench.naive import JOURNALS_BEFORE, SCHEMA, NaivePoster
from bench.plain_sql import SCHEMA as PLAIN_SCHEMA
from bench.plain_sql import run_plain_sql
from bench.workloads import Workload, account_pairs


@pytest.fixture(scope="module")
def owner_url() -> str:
    settings = connections["owner"].settings_dict
    return (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )


@pytest.fixture(scope="module")
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(SCHEMA)
        owner.execute(PLAIN_SCHEMA)
        yield owner
        owner.execute("DROP TABLE naive_leg, naive_journal, naive_account, plain_leg, plain_journal, plain_account")
        owner.execute("DROP FUNCTION naive_journal_must_balance")


def test_many_naive_callers_on_one_account_lose_and_invent_nothing(owner: psycopg.Connection, owner_url: str) -> None:
    def post_some(seed: int) -> None:
        poster = NaivePoster(owner_url)
        pairs = account_pairs(Workload.HOT, seed)
        for _ in range(10):
            poster.post(*next(pairs))
        poster.close()

    threads = [threading.Thread(target=post_some, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert owner.execute("SELECT count(*) FROM naive_journal").fetchone() == (JOURNALS_BEFORE + 60,)
    assert owner.execute("SELECT sum(balance) FROM naive_account").fetchone() == (0,)
    moved = "SELECT count(*) FROM naive_leg WHERE journal_id IN (SELECT id FROM naive_journal WHERE key ~ '[a-f]')"
    assert owner.execute(moved).fetchone() == (120,)


@pytest.mark.parametrize("workload", Workload)
def test_plain_sql_posts_two_legs_per_transfer_that_it_counts(
    owner: psycopg.Connection, owner_url: str, workload: Workload
) -> None:
    before = owner.execute("SELECT count(*) FROM plain_leg").fetchone() or (0,)
    counted = run_plain_sql(owner_url, workload, clients=2, seconds=1)
    after = owner.execute("SELECT count(*) FROM plain_leg").fetchone() or (0,)
    assert after[0] - before[0] == 2 * counted.transfers > 0
