"""journals_import when the books are busy, the database goes away, or somebody stops it."""

import os
import signal
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import F, Max

from ledger.domain.refusals import Busy
from ledger.imports import answers
from ledger.models import Account, Journal, Ledger, Leg
from ledger.posting import post_checked
from tests.ledger.imports.files import file_of, run, started_import
from tests.ledger.imports.journals import HEADER, Import, balance, keys, line, lines, pair
from tests.ledger.raw_books import connect
from tests.ledger.test_accounts import wait_until_somebody_waits_for


def test_a_busy_ledger_and_a_lost_connection_are_waited_out(
    ledger: Ledger, cash: Account, import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real posting runs each time; what it says is held back twice, as a lost answer would be."""
    lost: list[Exception] = [OperationalError("gone"), Busy("Later.")]

    def losing(orders: Any, **options: Any) -> Any:
        outcomes = post_checked(orders, **options)
        if not lost:
            return outcomes
        error = lost.pop()
        if isinstance(error, Busy):
            return [*outcomes[:-1], error]
        raise error

    monkeypatch.setattr(answers, "post_checked", losing)
    said = import_(HEADER + pair("a") + pair("b") + pair("c", "0"))
    assert (said.code, lost) == (1, [])
    assert keys(ledger) == ["a", "b"]
    assert balance(cash) == 20


def test_an_import_gives_up_on_a_ledger_that_stays_busy_and_says_how_to_go_on(
    ledger: Ledger, import_: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(orders: Any, **_: Any) -> Any:
        return [Busy("The books are busy.") for _ in orders]

    monkeypatch.setattr(answers, "post_checked", busy)
    monkeypatch.setattr(answers.Poster._until_answered.retry, "wait", lambda _: 0)
    said = import_(HEADER + pair("a") + pair("b", "0"))
    assert (said.code, "busy" in said.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]
    assert not keys(ledger)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_killed_in_the_middle_is_completed_by_the_next_and_nothing_doubled(
    ledger: Ledger, cash: Account, revenue: Account, tmp_path: Path, how: signal.Signals
) -> None:
    """It reads from a pipe: one batch is posted, and the next waits at the gate, which the test holds, when it is hit."""
    prefix, count, first_batch = uuid.uuid4().hex, 2_500, 1_000
    texts = [lines(line(f"{prefix}-{index}", "0.01")) for index in range(count)]
    mine = Journal.objects.filter(ledger=ledger)
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    process = started_import(pipe, ledger.code)
    with pipe.open("w") as file, connect() as other:
        # A batch is posted once the entry after it is read.
        file.write("".join(texts[: first_batch + 1]))
        file.flush()
        while mine.count() < first_batch:
            assert process.poll() is None, process.stderr and process.stderr.read()
        other.execute("SET idle_in_transaction_session_timeout = 0")
        other.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        file.write("".join(texts[first_batch + 1 : 2 * first_batch + 1]))
        file.flush()
        wait_until_somebody_waits_for(other)
        process.send_signal(how)
        _, told = process.communicate(timeout=60)
        other.rollback()
    assert process.returncode == (-9 if how is signal.SIGKILL else 130)
    assert how is signal.SIGKILL or "Stopped: 1000 applied" in told
    assert mine.count() == first_batch

    said = run("journals_import", file_of(tmp_path, "".join(texts), "whole.jsonl"), ledger.code)
    assert said.out == f"{count - first_batch} applied, {first_batch} duplicate, 0 refused.\n"
    assert keys(ledger) == [f"{prefix}-{index}" for index in range(count)]
    assert mine.aggregate(last=Max("number"))["last"] == count
    assert Leg.objects.filter(account=cash, balance_after=F("account_seq") / Decimal(100)).count() == count
    assert (balance(cash), balance(revenue)) == (Decimal(25), Decimal(25))
