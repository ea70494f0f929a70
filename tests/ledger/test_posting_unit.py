"""A unit of posting: rows and journals together or not at all, through the gate, and again whole where that may help."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from prometheus_client import REGISTRY

from ledger import posting, posting_group
from ledger.domain import refusals
from ledger.domain.checked import Bundle, CheckedOrder, Companion
from ledger.domain.posted import PostedTransfer
from ledger.models import Account, Journal, Ledger
from ledger.posting import Unit, post_transfer, unit
from ledger.queries.messages import Message
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, connect
from tests.ledger.test_posting_under_contention import backend_that_waits, held_gate, in_thread, stalled_commit

__all__ = ["held_gate", "stalled_commit"]


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


def note(ledger: Ledger, code: str) -> None:
    """A row of the verb's own, beside the posting."""
    Account.objects.create(ledger=ledger, code=code, name=code, ccy_id="EUR", type="asset")


def is_noted(ledger: Ledger, code: str) -> bool:
    return Account.objects.filter(ledger=ledger, code=code).exists()


def answered(label: str) -> float:
    return REGISTRY.get_sample_value("ledger_tx_total", {"result": label}) or 0.0


def test_rows_and_journals_are_there_together_and_the_result_comes_back(ledger: Ledger) -> None:
    def work(books: Unit) -> int:
        note(ledger, "NOTE")
        return books.post(transfer(ledger, "CASH", "REV", "1.00")).journals[0].number

    assert unit(work) == 1
    assert is_noted(ledger, "NOTE")
    assert Footprint.of(ledger).journals == 1


@pytest.mark.parametrize("amount", ["1.00", "1.001"])
def test_what_fails_later_or_is_refused_leaves_neither_row_nor_journal(ledger: Ledger, amount: str) -> None:
    before = Footprint.of(ledger)

    def work(books: Unit) -> None:
        note(ledger, "NOTE")
        books.post(transfer(ledger, "CASH", "REV", amount))
        raise refusals.Refusal("changed its mind")

    with pytest.raises(refusals.Refusal):
        unit(work)
    assert Footprint.of(ledger) == before
    assert not is_noted(ledger, "NOTE")


def test_two_postings_of_one_unit_see_each_other(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    make_account("WALLET", type="liability", non_negative=True)

    def work(books: Unit) -> list[PostedTransfer]:
        orders = [
            transfer(ledger, "CASH", "WALLET", "5.00", key="in"),
            transfer(ledger, "WALLET", "CASH", "5.00"),
            transfer(ledger, "CASH", "WALLET", "5.00", key="in"),
        ]
        return [books.post(order) for order in orders]

    assert [posted.duplicate for posted in unit(work)] == [False, False, True]


def test_what_a_unit_posted_is_counted_once_the_unit_is_through(ledger: Ledger) -> None:
    names = ["applied", "duplicate"]

    def work(books: Unit) -> list[float]:
        for _ in range(2):
            books.post(transfer(ledger, "CASH", "REV", "1.00", key="twice"))
        return [answered(name) for name in names]

    before = [answered(name) for name in names]
    assert unit(work) == before
    assert [answered(name) for name in names] == [count + 1 for count in before]


def test_a_unit_is_serializable_and_holds_the_gate(ledger: Ledger) -> None:
    def work(_: Unit) -> tuple[str, list[str]]:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            (level,) = cursor.fetchone()
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE relation = 'ledger_gate'::regclass AND pid = pg_backend_pid()"
            )
            return level, [mode for (mode,) in cursor.fetchall()]

    assert unit(work) == ("serializable", ["ExclusiveLock"])


def test_a_unit_inside_an_open_transaction_is_a_programming_error(ledger: Ledger) -> None:
    told = r"^a unit of posting commits by itself: call it outside transaction\.atomic\(\)$"
    with transaction.atomic(), pytest.raises(RuntimeError, match=told):
        unit(lambda books: books.post(transfer(ledger, "CASH", "REV", "1.00")))
    with pytest.raises(RuntimeError, match="atomic"):
        unit(lambda _: post_transfer(transfer(ledger, "CASH", "REV", "1.00")))
    assert Footprint.of(ledger).journals == 0


def test_a_unit_that_meets_a_freeze_is_tried_again_whole(ledger: Ledger, cash: Account) -> None:
    calls: list[int] = []
    seen: list[object] = []

    def work(books: Unit) -> None:
        calls.append(1)
        note(ledger, "NOTE")
        books.post(transfer(ledger, "CASH", "REV", "1.00"))

    def run() -> None:
        try:
            unit(work)
        except refusals.Refusal as refusal:
            seen.append(refusal)

    with connect() as freezer:
        freezer.execute("UPDATE ledger_account SET status = 'frozen' WHERE id = %s", [cash.id])
        thread = in_thread(run)
        backend_that_waits("ShareLock")
        freezer.commit()
    assert thread.outcome() is None
    assert len(calls) == 2
    assert isinstance(seen[0], refusals.AccountNotActive)
    assert not is_noted(ledger, "NOTE")


def test_a_gate_that_does_not_open_in_time_is_busy(ledger: Ledger, held_gate: Callable[[], None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        with pytest.raises(refusals.Busy):
            unit(lambda books: books.post(transfer(ledger, "CASH", "REV", "1.00")))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert Footprint.of(ledger).journals == 0


@pytest.mark.usefixtures("stalled_commit")
def test_a_unit_killed_in_its_commit_leaves_the_outcome_unknown(ledger: Ledger) -> None:
    seen: list[object] = []

    def run() -> None:
        try:
            unit(lambda books: books.post(transfer(ledger, "CASH", "REV", "1.00")))
        except refusals.Refusal as refusal:
            seen.append(refusal)

    thread = in_thread(run)
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [backend_that_waits("ShareLock")])
    assert thread.outcome() is None
    assert isinstance(seen[0], refusals.OutcomeUnknown)


def two_journals(ledger: Ledger, *orders: Any, companion: Companion | None = None) -> CheckedOrder:
    journals = tuple(posting._check_transfer(order).journals[0] for order in orders)
    return CheckedOrder(ledger.id, uuid.uuid4().hex, b"\x00", journals, companion=companion)


def test_an_order_whose_second_journal_is_refused_leaves_its_mates_as_if_it_had_never_been(
    ledger: Ledger, make_account: Callable[..., Account]
) -> None:
    make_account("WALLET", type="liability", non_negative=True)
    broke = two_journals(ledger, transfer(ledger, "CASH", "REV", "7.00"), transfer(ledger, "WALLET", "CASH", "1.00"))
    mate = posting._check_transfer(transfer(ledger, "CASH", "REV", "2.00"))
    outcomes = posting_group.post_group([Bundle((broke,)), Bundle((mate,))])
    assert isinstance(outcomes[0][0], refusals.InsufficientFunds)
    assert isinstance(outcomes[1][0], PostedTransfer)
    (journal,) = outcomes[1][0].journals
    assert (journal.number, journal.legs[0].balance_after) == (1, Decimal("2.00"))


def test_a_journal_has_the_id_that_was_planned_for_it(ledger: Ledger) -> None:
    order = two_journals(ledger, *[transfer(ledger, "CASH", "REV", "1.00") for _ in range(2)])
    ids = [uuid.uuid4(), uuid.uuid4()]
    planned = tuple(replace(journal, id=id_) for journal, id_ in zip(order.journals, ids, strict=True))
    posted = unit(lambda books: books.post(replace(order, journals=planned)))
    assert [journal.id for journal in posted.journals] == ids
    assert list(Journal.objects.filter(ledger=ledger).order_by("number").values_list("id", flat=True)) == ids


def test_companions_are_written_as_one_set_with_their_journals(ledger: Ledger) -> None:
    written: list[Any] = []

    def write(_: Message, rows: Sequence[Any]) -> None:
        assert connection.in_atomic_block
        written.append([(content, [journal.number for journal in journals]) for content, journals in rows])

    orders = [
        two_journals(
            ledger,
            transfer(ledger, "CASH", "REV", "1.00"),
            transfer(ledger, "CASH", "REV", "2.00"),
            companion=Companion(write, name, {"fx": name}),
        )
        for name in ("a", "b")
    ]
    outcomes = posting_group.post_group([Bundle((order,)) for order in [*orders, orders[0]]])
    assert written == [[("a", [1, 2]), ("b", [3, 4])]]
    answers = [outcome for (outcome,) in outcomes if isinstance(outcome, PostedTransfer)]
    assert [(answer.duplicate, answer.extra) for answer in answers] == [
        (False, {"fx": "a"}),
        (False, {"fx": "b"}),
        (True, {"fx": "a"}),
    ]


def test_a_companion_that_cannot_be_written_takes_its_journals_along(ledger: Ledger) -> None:
    def write(*_: Any) -> None:
        raise refusals.Busy("no room")

    order = two_journals(ledger, transfer(ledger, "CASH", "REV", "1.00"), companion=Companion(write, None))
    with pytest.raises(refusals.Busy):
        posting_group.post_group([Bundle((order,))])
    assert Footprint.of(ledger).journals == 0
