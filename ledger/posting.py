"""Posting: the verbs that write journals, each exactly once per idempotency key.

The lone caller and the group of five hundred take the same road: checked here, queued, posted as one transaction
(`posting_group`), answered after the commit.
"""

import time
from collections.abc import Sequence

import tenacity
from django.db import Error, connection

from ledger import telemetry
from ledger.domain.checked import CheckedOrder
from ledger.domain.judging import check_order
from ledger.domain.orders import TransferOrder
from ledger.domain.posted import PostedTransfer
from ledger.domain.refusals import Refusal
from ledger.posting_failures import as_refusal, is_worth_retrying
from ledger.posting_group import Outcome, post_group
from ledger.posting_queue import GroupQueue
from ledger.queries.account_facts import account_facts, minor_units
from ledger.queries.posted import known_keys

QUEUE_TIMEOUT_SECONDS = 5.0
ATTEMPTS_MAX = 8
GROUP_LEGS_MAX = 10_000


def post_transfer(order: TransferOrder) -> PostedTransfer:
    """Post one balanced journal, exactly once per idempotency key.

    Amounts are in major units of their currency. A repeat of the same order returns the journal already posted and
    writes nothing.

    Raises:
        TooFewLegs, TooManyLegs, TooManyCurrencies, CurrencyUnknown, InvalidAmount, AccountNotFound,
        CurrencyMismatch, JournalNotBalanced, TransferLimitExceeded, ValueDateInFuture: it can never post.
        AccountNotActive, InsufficientFunds, DayClosed: the books refuse now. The key is free again.
        IdempotencyConflict: the key was used before for a different order.
        Busy: nothing was written, the same order may be sent again.
        OutcomeUnknown: the commit's reply was lost; the same order again tells what happened.
        RuntimeError: called inside an open transaction, where isolation cannot be set.
    """
    if connection.in_atomic_block:
        raise RuntimeError("post_transfer commits by itself: call it outside transaction.atomic()")
    started_at = time.perf_counter()
    try:
        outcome = _outcome_of(check_transfer(order))
    except Refusal as refusal:
        outcome = refusal
    telemetry.POST_JOURNAL_SECONDS.observe(time.perf_counter() - started_at)
    telemetry.TX_TOTAL.labels(result_label(outcome)).inc()
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def check_transfer(order: TransferOrder) -> CheckedOrder:
    """The order with its accounts resolved and its content judged, as far as nobody else can change it."""
    accounts = account_facts(order.ledger_id, {leg.account for leg in order.legs})
    currencies = minor_units({leg.ccy for leg in order.legs})
    key = (order.ledger_id, order.idempotency_key, order.fingerprint())
    try:
        return CheckedOrder(*key, journals=(check_order(order, accounts, currencies),))
    except Refusal as refusal:
        return CheckedOrder(*key, journals=(), refusal=refusal)


def result_label(outcome: Outcome) -> str:
    """The label under which `ledger_tx_total` counts the outcome."""
    if isinstance(outcome, Refusal):
        return outcome.code
    return "duplicate" if outcome.duplicate else "applied"


def _outcome_of(order: CheckedOrder) -> Outcome:
    if order.refusal is not None and not known_keys({(order.ledger_id, order.idempotency_key)}):
        return order.refusal  # nothing that waits for the gate could change this answer
    legs = sum(len(planned.legs) for planned in order.journals)
    return _queue.submit(order, size=legs, timeout_seconds=QUEUE_TIMEOUT_SECONDS)


def _post(orders: Sequence[CheckedOrder]) -> list[Outcome]:
    """Post a group; should PostgreSQL refuse it, post its orders one by one, so that each gets its own answer."""
    try:
        return _post_with_retries(orders)
    except Refusal as refusal:
        return [refusal] * len(orders)
    except Error as error:
        refusal_of_all = as_refusal(error)
        if len(orders) > 1 and not is_worth_retrying(error):
            return [outcome for order in orders for outcome in _post([order])]
        if refusal_of_all is None:
            raise
        return [refusal_of_all] * len(orders)


def _count_retry(_: tenacity.RetryCallState) -> None:
    telemetry.SERIALIZATION_RETRIES_TOTAL.inc()
    if not connection.is_usable():
        connection.close()


_post_with_retries = tenacity.retry(
    retry=tenacity.retry_if_exception(is_worth_retrying),
    wait=tenacity.wait_random_exponential(multiplier=0.005, max=0.25),
    stop=tenacity.stop_after_attempt(ATTEMPTS_MAX),
    before_sleep=_count_retry,
    reraise=True,
)(post_group)

_queue: GroupQueue[CheckedOrder, Outcome] = GroupQueue(_post, size_max=GROUP_LEGS_MAX)
