"""What posting tells: its refusals' words and fields, its rows to the last column, and its figures for operators."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ledger import posting
from ledger.domain import refusals
from ledger.domain.orders import OnClosed, ReversalOrder
from ledger.domain.posted import PostedTransfer
from ledger.models import Account, Currency, IdempotencyKey, Journal, Ledger, Leg
from ledger.posting import post_batch, post_transfer, reverse_journal
from ledger.queries import account_facts
from tests.ledger.orders import transfer


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


def test_a_conflict_names_the_key(ledger: Ledger) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00", key="k-1"))
    with pytest.raises(refusals.IdempotencyConflict) as refusal:
        post_transfer(transfer(ledger, "CASH", "REV", "2.00", key="k-1"))
    assert refusal.value.detail == "The key 'k-1' has posted something else already; use a new key."
    assert refusal.value.field == "idempotency_key"


def test_a_journal_that_cannot_be_reversed_is_named(ledger: Ledger) -> None:
    nowhere = uuid.uuid4()
    with pytest.raises(refusals.NotFound, match=f"^No journal {nowhere} in this ledger.$"):
        reverse_journal(ReversalOrder(ledger.id, nowhere, "r-0"))
    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00")).journals[0].id
    reverse_journal(ReversalOrder(ledger.id, original, "r-1"))
    with pytest.raises(
        refusals.AlreadyReversed, match=f"^Journal 1, {original} is reversed already, and .* reversed_by"
    ):
        reverse_journal(ReversalOrder(ledger.id, original, "r-2"))


def test_a_reversal_has_its_own_words(ledger: Ledger) -> None:
    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00", description="rent")).journals[0].id
    reverse_journal(ReversalOrder(ledger.id, original, "r-1", description="typing error"))
    assert Journal.objects.get(reverses_id=original).description == "typing error"


def test_a_reversal_of_nothing_under_a_used_key_is_a_conflict(ledger: Ledger) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00", key="k-1"))
    with pytest.raises(refusals.IdempotencyConflict):
        reverse_journal(ReversalOrder(ledger.id, uuid.uuid4(), "k-1"))


def test_posting_inside_a_transaction_says_where_to_call_it_instead(ledger: Ledger) -> None:
    from django.db import transaction

    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match=r"^posting commits by itself: call it outside transaction.atomic\(\)$"),
    ):
        post_transfer(transfer(ledger, "CASH", "REV", "1.00"))


def test_what_is_answered_is_what_is_written(ledger: Ledger, cash: Account, revenue: Account) -> None:
    order = transfer(
        ledger,
        "CASH",
        "REV",
        "1.50",
        key="k-1",
        on_closed=OnClosed.NEXT_OPEN_DAY,
        description="two coffees",
        reference="R1",
        metadata={"table": [3, "ü"]},
    )
    (told,) = post_transfer(order).journals
    key = IdempotencyKey.objects.get(ledger=ledger)
    journal = Journal.objects.get(ledger=ledger)
    assert (key.key, bytes(key.fingerprint), key.journal_count) == ("k-1", order.fingerprint(), 1)
    assert (journal.id, journal.number, journal.kind, journal.ordinal) == (told.id, 1, "transfer", 1)
    assert (journal.idempotency_key_id, journal.leg_count, journal.reverses_id) == (key.id, 2, None)
    assert (journal.value_date, journal.posted_at) == (told.value_date, told.posted_at)
    assert (journal.description, journal.reference, journal.metadata) == ("two coffees", "R1", {"table": [3, "ü"]})
    assert (told.idempotency_key, told.reverses, told.reversed_by) == ("k-1", None, None)
    rows = Leg.objects.filter(journal=journal).order_by("position")
    assert list(rows.values_list("account_id", "side", "amount", "ccy_id", "account_seq", "balance_after")) == [
        (cash.id, "debit", told.legs[0].amount, "EUR", 1, told.legs[0].balance_after),
        (revenue.id, "credit", told.legs[1].amount, "EUR", 1, told.legs[1].balance_after),
    ]
    assert post_transfer(order).journals == (told,), "a replay reads back what was told"


def test_words_that_mean_something_in_an_array_are_written_as_words(
    ledger: Ledger, make_account: Callable[..., Account]
) -> None:
    Currency.objects.get_or_create(code="NULL", defaults={"name": "A currency of that name", "minor_units": 2})
    for code in ("A", "B"):
        make_account(code, ccy="NULL")
    texts = {"description": 'NULL,"\\{}', "reference": "NULL", "metadata": {"NULL": None, "{": '"\\,}'}}
    order = transfer(ledger, "A", "B", "1.00", "NULL", key='NULL,{"\\}', **texts)
    (told,) = post_batch([transfer(ledger, "CASH", "REV", "1.00"), order], atomic=False)[1:]
    assert isinstance(told, PostedTransfer)
    assert {name: getattr(told.journals[0], name) for name in texts} == texts
    assert [leg.ccy for leg in told.journals[0].legs] == ["NULL", "NULL"]
    assert post_transfer(order).journals == told.journals


def test_no_metadata_is_an_empty_object(ledger: Ledger) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    assert Journal.objects.get(ledger=ledger).metadata == {}


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_every_outcome_is_counted_and_every_call_is_timed(ledger: Ledger) -> None:
    names = ["applied", "duplicate", "invalid_amount"]
    before = [figure("ledger_tx_total", result=name) for name in names]
    calls, seconds = figure("ledger_post_journal_seconds_count"), figure("ledger_post_journal_seconds_sum")
    twice = transfer(ledger, "CASH", "REV", "1.00")
    post_batch(
        [twice, twice, transfer(ledger, "CASH", "REV", "0"), transfer(ledger, "CASH", "REV", "2.00")], atomic=False
    )
    assert [figure("ledger_tx_total", result=name) - was for name, was in zip(names, before, strict=True)] == [2, 1, 1]
    assert figure("ledger_post_journal_seconds_count") == calls + 1
    assert 0 < figure("ledger_post_journal_seconds_sum") - seconds < 60


@pytest.mark.parametrize("atomic", [True, False])
def test_a_batch_of_nothing_has_no_answers(atomic: bool) -> None:
    assert post_batch([], atomic=atomic) == []


def test_in_an_atomic_batch_a_replay_with_a_bad_order_is_looked_up_first(ledger: Ledger) -> None:
    """All orders are bad, but one has a key that has posted: the first refusal is the conflict."""
    post_transfer(transfer(ledger, "CASH", "REV", "1.00", key="k-1"))
    bad = [transfer(ledger, "CASH", "REV", "0", key="k-1"), transfer(ledger, "CASH", "NOPE", "1.00")]
    with pytest.raises(refusals.IdempotencyConflict) as refusal:
        post_batch(bad, atomic=True)
    assert refusal.value.extra == {"index": 0}
    outcomes = post_batch(bad, atomic=False)
    assert [posting.result_label(outcome) for outcome in outcomes] == ["idempotency_conflict", "account_not_found"]


def test_a_queue_that_takes_too_long_answers_every_order_of_a_batch(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    class FullQueue:
        def submit(self, _: object, **named: Any) -> object:
            seen.update(named)
            raise refusals.Busy("Too many postings are waiting.")

    monkeypatch.setattr(posting, "_queue", FullQueue())
    outcomes = post_batch([transfer(ledger, "CASH", "REV", "1.00") for _ in range(3)], atomic=False)
    assert [posting.result_label(outcome) for outcome in outcomes] == ["busy"] * 3
    assert seen == {"size": 6, "timeout_seconds": 5.0}
    with pytest.raises(refusals.Busy) as refusal:
        post_batch([transfer(ledger, "CASH", "REV", "1.00")], atomic=True)
    assert "waiting" in refusal.value.detail


def test_the_clock_of_the_books_never_runs_backwards(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    """The database's clock was set back since the last posting: the next one has the last one's instant."""
    from datetime import timedelta

    from ledger import posting_group
    from ledger.locks import LockedBook

    (last,) = post_transfer(transfer(ledger, "CASH", "REV", "1.00")).journals
    earlier = LockedBook(ledger.id, 1, last.posted_at, None, "UTC", None, last.posted_at - timedelta(hours=1))
    assert posting_group._Book.of(earlier).posted_at == last.posted_at
    later = earlier._replace(read_at=last.posted_at + timedelta(seconds=1))
    assert posting_group._Book.of(later).posted_at == later.read_at
    assert posting_group._Book.of(later._replace(last_posted_at=None)).posted_at == later.read_at


def test_an_atomic_batch_larger_than_a_chunk_is_refused_whole(ledger: Ledger) -> None:
    orders = [transfer(ledger, "CASH", "REV", "0.01") for _ in range(posting.CHUNK_ORDERS)]
    with pytest.raises(refusals.AccountNotFound) as refusal:
        post_batch([*orders, transfer(ledger, "CASH", "NOPE", "1.00")], atomic=True)
    assert refusal.value.extra == {"index": posting.CHUNK_ORDERS}
    assert Journal.objects.filter(ledger=ledger).count() == 0


def test_an_independent_batch_passes_the_gate_in_pieces(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, queue = [], posting._queue

    class WatchedQueue:
        def submit(self, bundle: Any, **named: Any) -> object:
            pieces.append(len(bundle.orders))
            return queue.submit(bundle, **named)

    monkeypatch.setattr(posting, "_queue", WatchedQueue())
    post_batch([transfer(ledger, "CASH", "REV", "0.01") for _ in range(posting.CHUNK_ORDERS + 1)], atomic=False)
    assert pieces == [posting.CHUNK_ORDERS, 1]


def test_a_batch_asks_for_all_its_accounts_at_once_and_a_lone_order_for_its_own_once(
    ledger: Ledger, make_account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account("OTHER")
    asked, look_ups = [], account_facts._look_ups

    class WatchedQueue:
        def submit(self, places: Any, **named: Any) -> object:
            asked.append({code for _, code in places})
            return look_ups.submit(places, **named)

    monkeypatch.setattr(account_facts, "_look_ups", WatchedQueue())
    post_batch([transfer(ledger, "CASH", code, "1.00") for code in ("REV", "OTHER")], atomic=False)
    assert asked == [{"CASH", "REV", "OTHER"}]
    with pytest.raises(refusals.AccountNotFound):
        post_transfer(transfer(ledger, "CASH", "NOPE", "1.00"))
    assert asked[1:] == [{"NOPE"}]


def test_what_an_order_will_write_is_drafted_before_it_waits_for_the_gate(ledger: Ledger) -> None:
    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00")).journals[0].id
    orders = [
        *posting.check_transfers([transfer(ledger, "CASH", "REV", "1.00")]),
        posting._check_reversal(ReversalOrder(ledger.id, original, "r-1")),
    ]
    drafts = [order.draft for order in orders]
    assert [drafted and len(drafted.journal_ids) for drafted in drafts] == [1, 1]
