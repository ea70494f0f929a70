"""Posting: the verbs that write journals, each exactly once per idempotency key.

The lone caller and the batch of a thousand take the same road: checked here, queued, posted with whoever else waits as
one transaction (`posting_group`), answered after the commit.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import connection

from ledger import posting_attempts, posting_unit, telemetry
from ledger.domain.checked import Bundle, CheckedOrder, Companion
from ledger.domain.journals import PlannedJournal
from ledger.domain.judging import check_order, mirror
from ledger.domain.orders import ReversalOrder, TransferOrder
from ledger.domain.posted import PostedBefore, PostedTransfer
from ledger.domain.presented import PresentedKey
from ledger.domain.refusals import NotFound, Refusal, forget_the_way
from ledger.extensions import Plan, extensions
from ledger.group_queue import GroupQueue
from ledger.posting_attempts import Failed
from ledger.posting_group import Outcome
from ledger.posting_rows import draft
from ledger.queries.account_facts import account_facts, minor_units
from ledger.queries.journal_list import journal_of
from ledger.queries.posted import journals_of_key, known_keys

QUEUE_TIMEOUT_SECONDS = 5.0
GROUP_LEGS_MAX = 10_000
# An independent batch passes the gate in pieces, so that single postings get their turn in between.
CHUNK_ORDERS = 500

CURRENCIES_OF_A_SETTLEMENT = 2

Result = TypeVar("Result")

_queue: GroupQueue[Bundle, Sequence[Outcome | Failed]] = GroupQueue(
    posting_attempts.post,
    size_max=GROUP_LEGS_MAX,
    wait_seconds=telemetry.QUEUE_WAIT_SECONDS,
    group_size=telemetry.GROUP_SIZE,
)


def post_transfer(order: TransferOrder, presented: PresentedKey | None = None) -> PostedTransfer:
    """Post one balanced journal, or two between two currencies, exactly once per idempotency key.

    Amounts are in major units of their currency. A repeat of the same order returns what was posted already and writes
    nothing. A key that is `presented` is looked up in the posting's own transaction.

    Raises:
        KeyRefused: the key presented is unknown or revoked. Of an order that needs no transaction to be refused, the
        key may not have been looked up yet: then it is not settled.
        TooFewLegs, TooManyLegs, TooManyCurrencies, CurrencyUnknown, InvalidAmount, AccountNotFound,
        CurrencyMismatch, PostingNotAllowed, JournalNotBalanced, TransferLimitExceeded, ValueDateInFuture: it can never
        post. Between two currencies also what the transfer planner refuses.
        AccountNotActive, InsufficientFunds, DayClosed: the books refuse now. The key is free again.
        IdempotencyConflict: the key was used before for a different order.
        Busy: nothing was written, the same order may be sent again.
        OutcomeUnknown: the commit's reply was lost; the same order again tells what happened.
        RuntimeError: called inside an open transaction, where isolation cannot be set.
        Anything else is a bug; it is raised to no other caller of the same group.
    """
    return _one(check_transfers([order])[0], presented)


def reverse_journal(order: ReversalOrder) -> PostedTransfer:
    """Post the mirror image of a journal and of what belongs to it, once only: as dated, else today or the next open day.

    A repeat of the same order returns the reversal already posted and writes nothing.

    Raises:
        NotFound: no such journal in the ledger. ReversalNotAllowed: it is a reversal itself.
        AlreadyReversed: by another order. Everything else as `post_transfer`.
    """
    return _one(_check_reversal(order))


def planned_reversal(order: ReversalOrder) -> tuple[PlannedJournal, ...]:
    """What `reverse_journal` would post, which as everything posted never changes; nothing is written.

    Raises:
        NotFound, ReversalNotAllowed: as there. Whether it is reversed already, only posting tells.
    """
    checked = _check_reversal(order)
    if checked.refusal:
        raise checked.refusal
    return checked.journals


def post_batch(orders: Sequence[TransferOrder], *, atomic: bool) -> list[PostedTransfer | Refusal]:
    """Post many orders, one outcome each, in their order; a key given twice behaves as if sent one after the other.

    Independent orders (`atomic=False`) each have their own outcome, also when others are refused. Atomic ones are
    posted all or none; duplicates pass.

    Raises:
        Refusal: atomic, and one was refused: the first refusal, with its `index` among `extra`.
        RuntimeError: called inside an open transaction.
    """
    return post_checked(check_transfers(orders), atomic=atomic)


def post_checked(
    checked: Sequence[CheckedOrder], *, atomic: bool, at_once: int = CHUNK_ORDERS
) -> list[PostedTransfer | Refusal]:
    """As `post_batch`, for orders that `check_transfers` has seen; so many pass the gate at once, if not `atomic`."""
    outcomes: list[PostedTransfer | Refusal] = []
    for chunk in [checked] if atomic and checked else _chunks(checked, at_once):
        outcomes += _submit(Bundle(tuple(chunk), atomic))
    if atomic and outcomes and isinstance(outcomes[0], Refusal):
        raise outcomes[0]
    return outcomes


class Unit:
    """The transaction of a verb that writes rows together with a posting; made by `unit`."""

    def __init__(self, inner: posting_unit.UnitOfPosting) -> None:
        self._inner = inner

    def post(self, order: TransferOrder | CheckedOrder) -> PostedTransfer:
        """Post one order in this transaction: durable, and to be told to anybody, once the unit is through.

        Raises:
            Refusal: as `post_transfer`; nothing of the order was written. Let it pass, and nothing of the unit is.
        """
        outcome = _as_answer(
            self._inner.post(order if isinstance(order, CheckedOrder) else check_transfers([order])[0])
        )
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome


def unit(work: Callable[[Unit], Result]) -> Result:
    """Run a verb's `work` in one transaction that may post: outermost, SERIALIZABLE, through the gate first.

    Rows that `work` writes and what it posts are durable together, or nothing is. It is called again, whole, where
    PostgreSQL says that trying again may help; so it must do nothing that a rollback does not undo. It holds the gate:
    what takes long belongs before it.

    Raises:
        Refusal: whatever `work` lets pass; nothing was written.
        Busy: nothing was written, the same may be tried again.
        OutcomeUnknown: the commit's reply was lost; a posting's key tells what happened.
        RuntimeError: called inside an open transaction, where isolation cannot be set.
    """
    result, outcomes = posting_unit.run(lambda inner: work(Unit(inner)))
    for outcome in outcomes:
        telemetry.transfers_answered(result_label(outcome)).inc()
    return result


def result_label(outcome: Outcome) -> str:
    """The label under which `ledger_tx_total` counts the outcome."""
    if isinstance(outcome, Refusal):
        return outcome.code
    return "duplicate" if isinstance(outcome, PostedBefore) or outcome.duplicate else "applied"


def _one(order: CheckedOrder, presented: PresentedKey | None = None) -> PostedTransfer:
    (outcome,) = _submit(Bundle((order,), presented=presented))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _submit(bundle: Bundle) -> list[PostedTransfer | Refusal]:
    """What became of each of the bundle's orders, measured and counted."""
    if connection.in_atomic_block:
        raise RuntimeError("posting commits by itself: call it outside transaction.atomic()")
    started_at = time.perf_counter()
    outcomes = [_as_answer(outcome) for outcome in _outcomes(bundle)]
    telemetry.POST_JOURNAL_SECONDS.observe(time.perf_counter() - started_at)
    for label, count in Counter(map(result_label, outcomes)).items():
        telemetry.transfers_answered(label).inc(count)
    return outcomes


def _outcomes(bundle: Bundle) -> list[Outcome]:
    refusals = [order.refusal for order in bundle.orders if order.refusal]
    if len(refusals) == len(bundle.orders) and not known_keys({order.key for order in bundle.orders}):
        # Nothing that waits for the gate could change these answers.
        return list(refusals if not bundle.atomic else [_first(refusals)] * len(refusals))
    size = sum(order.leg_count for order in bundle.orders)
    try:
        outcomes = _queue.submit(bundle, size=size, timeout_seconds=QUEUE_TIMEOUT_SECONDS)
    except Refusal as busy:
        return [busy] * len(bundle.orders)
    return [_unless_failed(outcome) for outcome in outcomes]


def _unless_failed(outcome: Outcome | Failed) -> Outcome:
    if isinstance(outcome, Failed):
        raise outcome.error
    return outcome


def _first(refusals: Sequence[Refusal]) -> Refusal:
    refusals[0].extra["index"] = 0
    return refusals[0]


def _as_answer(outcome: Outcome) -> PostedTransfer | Refusal:
    if isinstance(outcome, Refusal):
        forget_the_way(outcome)
    if not isinstance(outcome, PostedBefore):
        return outcome
    journals = journals_of_key(outcome.key_id)
    planner = extensions.transfer_planner if len(journals) > 1 else None
    return PostedTransfer(journals, duplicate=True, extra=planner.answer(journals) if planner else {})


def _chunks(checked: Sequence[CheckedOrder], size: int) -> list[list[CheckedOrder]]:
    pending = iter(checked)
    return list(iter(lambda: list(islice(pending, size)), []))


def check_transfers(orders: Sequence[TransferOrder]) -> list[CheckedOrder]:
    """The orders with all that no posting of others can change looked up and judged; a refusal is part of the result.

    Those between two currencies are checked as one set: their planner reads its rates for all of them.
    """
    if len(orders) > 1:
        _remember_accounts(orders)
    planner = extensions.transfer_planner
    crossing = [order for order in orders if len(order.currencies) == CURRENCIES_OF_A_SETTLEMENT] if planner else []
    if planner is None or not crossing:
        return [_check_transfer(order) for order in orders]
    plans = iter(planner.plan(crossing))
    return [
        _as_planned(order, order.fingerprint(), next(plans))
        if len(order.currencies) == CURRENCIES_OF_A_SETTLEMENT
        else _check_transfer(order)
        for order in orders
    ]


def _as_planned(order: TransferOrder | ReversalOrder, fingerprint: bytes, plan: Plan | Refusal) -> CheckedOrder:
    key = (order.ledger_id, order.idempotency_key, fingerprint)
    if isinstance(plan, Refusal):
        return CheckedOrder(*key, journals=(), refusal=plan)
    return _checked(key, plan.journals, plan.companion)


def _checked(
    key: tuple[UUID, str, bytes], journals: tuple[PlannedJournal, ...], companion: Companion | None = None
) -> CheckedOrder:
    """The order with its draft, made in the caller's own time and not while the gate is held."""
    return CheckedOrder(*key, journals, companion=companion, draft=draft(*key[1:], journals))


def _remember_accounts(orders: Sequence[TransferOrder]) -> None:
    """Read what a batch's accounts are in one statement for all its orders, and not in one for each."""
    codes: dict[UUID, set[str]] = defaultdict(set)
    for order in orders:
        codes[order.ledger_id].update(leg.account for leg in order.legs)
    for ledger_id, of_ledger in codes.items():
        account_facts(ledger_id, of_ledger)


def _check_transfer(order: TransferOrder) -> CheckedOrder:
    """The order with its accounts resolved and its content judged, as far as nobody else can change it."""
    accounts = account_facts(order.ledger_id, {leg.account for leg in order.legs})
    currencies = minor_units({leg.ccy for leg in order.legs})
    key = (order.ledger_id, order.idempotency_key, order.fingerprint())
    try:
        return _checked(key, (check_order(order, accounts, currencies),))
    except Refusal as refusal:
        return CheckedOrder(*key, journals=(), refusal=refusal)


def _check_reversal(order: ReversalOrder) -> CheckedOrder:
    """The mirror image of the journal and of what belongs to it, which as everything posted never changes."""
    key = (order.ledger_id, order.idempotency_key, order.fingerprint())
    try:
        original = journal_of(order.ledger_id, order.journal_id)
        if original is None:
            raise NotFound(f"No journal {order.journal_id} in this ledger.")
        planner = extensions.reversal_planner
        if planner and (plan := planner.plan(original, order)):
            return _as_planned(order, key[2], plan)
        accounts = account_facts(order.ledger_id, {leg.account for leg in original.legs})
        return _checked(key, (mirror(original, accounts, order.value_date, order.description),))
    except Refusal as refusal:
        return CheckedOrder(*key, journals=(), refusal=refusal)
