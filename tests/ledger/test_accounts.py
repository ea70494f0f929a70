import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, connections

from ledger import accounts
from ledger.accounts import AccountChange, NewAccount, change_account, open_account
from ledger.domain.accounts import AccountStatus
from ledger.domain.refusals import InvalidRequest
from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from tests.ledger.orders import transfer
from tests.ledger.raw_books import InBackground, connect

Make = Callable[..., Account]


def test_freezing_waits_for_a_posting_in_flight(ledger: Ledger, cash: Account) -> None:
    """The other transaction holds the balance row as a posting does; the freeze is seen to wait for it."""
    with connect() as other:
        other.execute("SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE", [cash.id])
        freeze = AccountChange(status=AccountStatus.FROZEN)
        freezing = in_thread(lambda: change_account(ledger.id, "CASH", freeze))
        wait_until_somebody_waits_for(other)
        assert Account.objects.get(id=cash.id).status == "active"
        other.execute("SELECT FROM ledger_account WHERE id = %s FOR UPDATE NOWAIT", [cash.id])
        other.rollback()
    assert freezing.outcome() is None
    assert Account.objects.get(id=cash.id).status == "frozen"


def test_two_moves_cannot_close_a_circle_together(ledger: Ledger, make_account: Make) -> None:
    """A goes below B while B goes below A: the second waits for the first, and then sees what it did."""
    make_account("A")
    make_account("B")
    with connect() as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account_tree {ledger.id}"])
        other.execute(
            "UPDATE ledger_account SET parent_id = (SELECT id FROM ledger_account WHERE ledger_id = %s AND code = 'B')"
            " WHERE ledger_id = %s AND code = 'A'",
            [ledger.id, ledger.id],
        )
        moving = in_thread(lambda: change_account(ledger.id, "B", AccountChange(parent="A")))
        wait_until_somebody_waits_for(other)
        other.commit()
    refusal = moving.outcome()
    assert isinstance(refusal, InvalidRequest)
    assert refusal.field == "parent"
    assert Account.objects.get(ledger=ledger, code="B").parent is None


def test_an_account_is_opened_and_posted_to_at_once(ledger: Ledger) -> None:
    for code in ("A", "B"):
        assert open_account(NewAccount(ledger.id, code, code, "EUR")).balance == 0
    assert not post_transfer(transfer(ledger, "A", "B", "1.00")).duplicate


@pytest.mark.usefixtures("cash")
def test_a_refusal_of_the_database_that_nobody_foresaw_propagates(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "constraint_of", lambda _: "something_new")
    with pytest.raises(IntegrityError):
        open_account(NewAccount(ledger.id, "CASH", "Cash", "EUR"))


def in_thread(work: Callable[[], object]) -> InBackground:
    """Run it on a connection of the thread's own, which is given back."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return InBackground(run)


def wait_until_somebody_waits_for(holder: psycopg.Connection) -> None:
    """Return once some backend waits for a lock that the holder's transaction has."""
    # Asked and not taken from info.backend_pid, which a pooler makes up.
    (pid,) = holder.execute("SELECT pg_backend_pid()").fetchall()[0]
    with connect("owner") as observer:
        observer.autocommit = True
        for _ in range(1000):
            waiting = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
            if observer.execute(waiting, [pid]).fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("nobody ever waited")
