"""Group posting when others are at the books: every interleaving here is forced by a lock that is seen to be waited for."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from ledger import locks, posting, posting_attempts, telemetry
from ledger.domain import refusals
from ledger.domain.checked import Bundle
from ledger.domain.orders import TransferOrder
from ledger.domain.posted import PostedTransfer
from ledger.group_queue import Group
from ledger.models import Account, Balance, Journal, Ledger
from ledger.posting import post_transfer
from ledger.queries.messages import Message
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, InBackground, RawLeg, RawPosting, connect


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


@pytest.fixture
def held_gate() -> Iterator[Callable[[], None]]:
    """The gate is held by somebody else; calling the fixture lets it go."""
    with connect() as holder:
        holder.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        yield holder.rollback


def backend_that_waits(mode: str) -> int:
    """The process id of a backend that waits for a lock of that mode."""
    with connect() as observer:
        observer.autocommit = True
        for _ in range(1000):
            row = observer.execute("SELECT pid FROM pg_locks WHERE NOT granted AND mode = %s", [mode]).fetchone()
            if row:
                return int(row[0])
            time.sleep(0.01)
    raise AssertionError(f"nobody waits for a {mode}")


def in_thread(work: Callable[[], object]) -> InBackground:
    def and_disconnect() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return InBackground(and_disconnect)


def queue_up(orders: list[TransferOrder]) -> tuple[list[InBackground], list[object]]:
    """Post each order in a thread of its own, in that order, and return once all are queued or waiting."""
    outcomes: list[object] = [None] * len(orders)

    def post(index: int) -> None:
        try:
            outcomes[index] = post_transfer(orders[index])
        except refusals.Refusal as refusal:
            outcomes[index] = refusal

    threads = []
    for index in range(len(orders)):
        arrived = posting._queue.arrived
        threads.append(in_thread(lambda index=index: post(index)))  # type: ignore[misc]
        while posting._queue.arrived == arrived and threads[-1].is_alive():
            threading.Event().wait(0.001)
        assert posting._queue.arrived > arrived, threads[-1].outcome()
    return threads, outcomes


def retries() -> float:
    return telemetry.SERIALIZATION_RETRIES_TOTAL._value.get()  # type: ignore[no-any-return]


def test_a_refused_order_leaves_its_mates_in_the_group_untouched(
    ledger: Ledger, make_account: Callable[..., Account], held_gate: Callable[[], None]
) -> None:
    make_account("WALLET", type="liability", non_negative=True)
    orders = [
        transfer(ledger, "CASH", "REV", "1.00"),
        transfer(ledger, "CASH", "WALLET", "5.00"),
        transfer(ledger, "WALLET", "CASH", "5.01"),
        transfer(ledger, "WALLET", "CASH", "5.00", key="twice"),
        transfer(ledger, "WALLET", "CASH", "5.00", key="twice"),
        transfer(ledger, "WALLET", "CASH", "4.00", key="twice"),
    ]
    threads, outcomes = queue_up(orders)
    backend_that_waits("ExclusiveLock")
    held_gate()
    assert [thread.outcome() for thread in threads] == [None] * 6
    assert isinstance(outcomes[2], refusals.InsufficientFunds)
    assert isinstance(outcomes[5], refusals.IdempotencyConflict)
    applied = [outcome for outcome in outcomes if isinstance(outcome, PostedTransfer)]
    assert [outcome.duplicate for outcome in applied] == [False, False, False, True]
    assert applied[2].journals == applied[3].journals
    assert [outcome.journals[0].number for outcome in applied] == [1, 2, 3, 3]
    assert len({outcome.journals[0].posted_at for outcome in applied[1:]}) == 1, "one group, one instant"


def test_a_posting_that_meets_a_freeze_tries_again_and_then_sees_it(ledger: Ledger, cash: Account) -> None:
    before = retries()
    with connect() as freezer:
        freezer.execute("UPDATE ledger_account SET status = 'frozen' WHERE id = %s", [cash.id])
        threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "1.00")])
        backend_that_waits("ShareLock")
        freezer.commit()
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], refusals.AccountNotActive)
    assert retries() == before + 1


def test_waiting_at_the_gate_costs_no_retry(ledger: Ledger, cash: Account, revenue: Account) -> None:
    """The gate is waited for before the snapshot: what the holder wrote is seen, not collided with."""
    before = retries()
    raw = RawPosting(ledger, [RawLeg(cash, "debit", Decimal(1)), RawLeg(revenue, "credit", Decimal(1))])
    with connect() as holder:
        holder.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        raw.write(holder)
        threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "2.00")])
        backend_that_waits("ExclusiveLock")
        holder.commit()
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], PostedTransfer)
    assert outcomes[0].journals[0].number == 2
    assert outcomes[0].journals[0].legs[0].balance_after == 3
    assert retries() == before


def test_a_day_that_closes_while_a_posting_waits_at_the_gate_is_closed_for_it(ledger: Ledger) -> None:
    with connect("owner") as closer:
        closer.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "1.00", value_date=date(2026, 1, 31))])
        backend_that_waits("ExclusiveLock")
        closer.execute("UPDATE ledger_bookstate SET closed_through = '2026-01-31' WHERE ledger_id = %s", [ledger.id])
        closer.commit()
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], refusals.DayClosed)


def test_the_same_key_at_once_through_another_writer_posts_once(
    ledger: Ledger, cash: Account, revenue: Account
) -> None:
    raw = RawPosting(ledger, [RawLeg(cash, "debit", Decimal(1)), RawLeg(revenue, "credit", Decimal(1))], key="same")
    with connect() as other:
        raw.write(other)
        threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "1.00", key="same")])
        backend_that_waits("ExclusiveLock")
        other.commit()
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], refusals.IdempotencyConflict)
    assert Journal.objects.filter(ledger=ledger).count() == 1


def test_a_gate_that_does_not_open_in_time_is_busy_and_nothing_is_written(
    ledger: Ledger, held_gate: Callable[[], None]
) -> None:
    before = Footprint.of(ledger)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        with pytest.raises(refusals.Busy):
            post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert Footprint.of(ledger) == before


def test_a_group_that_waited_in_vain_is_busy_as_a_whole_and_waits_no_second_time(
    ledger: Ledger, held_gate: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[str] = []
    ask_gate = locks.ask_gate

    def counted(message: Message) -> None:
        waits.append("at the gate")
        ask_gate(message)

    monkeypatch.setattr(locks, "ask_gate", counted)
    group = [Bundle((posting._check_transfer(transfer(ledger, "CASH", "REV", "1.00")),)) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        outcomes = posting_attempts.post(group)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert [[type(outcome) for outcome in outcomes_] for outcomes_ in outcomes] == [[refusals.Busy]] * 3
    assert len(waits) == 1


def test_a_group_that_expects_more_is_looked_at_only_behind_the_gate(
    ledger: Ledger, held_gate: Callable[[], None]
) -> None:
    waiting = [Bundle((posting._check_transfer(transfer(ledger, "CASH", "REV", "1.00")),))]
    outcomes: list[Sequence[Any]] = []
    group = Group(lambda: list(waiting), expects_more=True)
    thread = InBackground(lambda: outcomes.extend(posting_attempts.post(group)))
    backend_that_waits("ExclusiveLock")
    waiting.append(Bundle((posting._check_transfer(transfer(ledger, "CASH", "REV", "2.00")),)))
    held_gate()
    assert thread.outcome() is None
    assert [type(outcome) for (outcome,) in outcomes] == [PostedTransfer] * 2


def test_a_backend_killed_before_its_commit_is_replaced_and_the_order_posts_once(
    ledger: Ledger, held_gate: Callable[[], None]
) -> None:
    threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "1.00")])
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [backend_that_waits("ExclusiveLock")])
    backend_that_waits("ExclusiveLock")
    held_gate()
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], PostedTransfer)
    assert Journal.objects.filter(ledger=ledger).count() == 1


@pytest.fixture
def stalled_commit() -> Iterator[None]:
    """A commit that waits for an advisory lock before it is through, as a slow disk would make it wait."""
    with connect("owner") as owner:
        owner.autocommit = True
        # A run that was killed meanwhile leaves it behind.
        owner.execute("DROP FUNCTION IF EXISTS stall CASCADE")
        owner.execute(
            "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END'"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER stall AFTER INSERT ON ledger_idempotencykey DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION stall()"
        )
        owner.execute("SELECT pg_advisory_lock(7)")
        try:
            yield
        finally:
            owner.execute("SELECT pg_advisory_unlock(7)")
            owner.execute("DROP FUNCTION stall CASCADE")


@pytest.mark.usefixtures("stalled_commit")
def test_a_backend_killed_in_its_commit_leaves_the_outcome_unknown() -> None:
    ledger = Ledger.objects.get(id=Account.objects.latest("created_at").ledger_id)
    threads, outcomes = queue_up([transfer(ledger, "CASH", "REV", "1.00")])
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [backend_that_waits("ShareLock")])
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], refusals.OutcomeUnknown)


def test_what_only_postgresql_refuses_is_answered_by_its_invariants_name(
    ledger: Ledger, cash: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With our own rule switched off, the trigger's refusal comes out under the same name, and alone."""
    monkeypatch.setattr("ledger.posting_group.judge", _judge_without_rules())
    Account.objects.filter(id=cash.id).update(status="frozen")
    with pytest.raises(refusals.AccountNotActive):
        post_transfer(transfer(ledger, "CASH", "REV", "1.00"))


def _judge_without_rules() -> Callable[..., object]:
    from ledger.domain.judging import judge

    def judge_all_active(planned: object, book: object, balances: dict[object, object]) -> object:
        for running in balances.values():
            running.active = True  # type: ignore[attr-defined]
        return judge(planned, book, balances)  # type: ignore[arg-type]

    return judge_all_active


def test_many_callers_on_one_account_lose_and_invent_nothing(ledger: Ledger, cash: Account) -> None:
    def post_some() -> None:
        for _ in range(10):
            post_transfer(transfer(ledger, "CASH", "REV", "0.01"))

    threads = [in_thread(post_some) for _ in range(12)]
    assert [thread.outcome() for thread in threads] == [None] * 12
    balance = Balance.objects.get(account=cash)
    assert (balance.balance, balance.leg_count) == (Decimal("1.20"), 120)
    assert list(Journal.objects.filter(ledger=ledger).values_list("number", flat=True)) == list(range(1, 121))
