"""What became of a batch of orders: posted for good, however long the books are busy meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Literal

import tenacity
from django.db import InterfaceError, OperationalError, connection

from ledger.domain.checked import CheckedOrder
from ledger.domain.refusals import Busy, IdempotencyConflict, OutcomeUnknown, Refusal
from ledger.posting import post_checked
from ledger.queries.posted import known_keys

ATTEMPTS_MAX = 15
WAIT_SECONDS_MAX = 10.0

Answer = Literal["applied", "duplicate"] | Refusal


def posted_before(orders: Sequence[CheckedOrder]) -> dict[int, Answer]:
    """The answers, by place, to those of the orders whose key has posted: in one statement, whatever their number."""
    known = known_keys({order.key for order in orders})
    return {index: replay(order, known[order.key][1]) for index, order in enumerate(orders) if order.key in known}


def replay(order: CheckedOrder, fingerprint: bytes) -> Answer:
    """The answer to an order whose key has posted what the fingerprint stands for."""
    if order.fingerprint == fingerprint:
        return "duplicate"
    return IdempotencyConflict(
        f"The key {order.idempotency_key!r} has posted something else already; use a new key.", field="idempotency_key"
    )


def _new_connection(_: tenacity.RetryCallState) -> None:
    if not connection.is_usable():
        connection.close()


class Poster:
    """Posts the batches of a file, one after the other.

    What an earlier run has posted need not pass the gate to be told so: its keys are looked up ahead. Where the batch
    before had none of these, that look-up is left out, and a key that is known all the same is found behind the gate.
    """

    def __init__(self) -> None:
        self._expects_duplicates = True

    def answers_of(self, orders: Sequence[CheckedOrder]) -> list[Answer]:
        """Post the orders one after the other, each exactly once per key; one answer for each.

        Raises:
            Busy, OutcomeUnknown, django.db.OperationalError: no answer in a minute or two of trying. What was posted
            stays.
        """
        answers: dict[int, Answer] = {}
        self._until_answered(dict(enumerate(orders)), answers)
        self._expects_duplicates = "duplicate" in answers.values()
        return [answers[index] for index in range(len(orders))]

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type((Busy, OutcomeUnknown, OperationalError, InterfaceError)),
        wait=tenacity.wait_random_exponential(multiplier=0.1, max=WAIT_SECONDS_MAX),
        stop=tenacity.stop_after_attempt(ATTEMPTS_MAX),
        before_sleep=_new_connection,
        reraise=True,
    )
    def _until_answered(self, waiting: dict[int, CheckedOrder], answers: dict[int, Answer]) -> None:
        """Move every order from `waiting` to `answers`, by its place; what the books put off is tried again."""
        if self._expects_duplicates:
            _settle(waiting, answers, _by_place(waiting, posted_before(list(waiting.values()))))
        # Whoever comes here again may have posted without having been told.
        self._expects_duplicates = True
        outcomes = post_checked(list(waiting.values()), atomic=False, at_once=len(waiting)) if waiting else []
        put_off: Refusal | None = None
        for place, outcome in zip(list(waiting), outcomes, strict=True):
            if isinstance(outcome, Busy | OutcomeUnknown):
                put_off = outcome
                continue
            if isinstance(outcome, Refusal):
                answers[place] = outcome
            else:
                answers[place] = "duplicate" if outcome.duplicate else "applied"
            del waiting[place]
        if put_off:
            raise put_off


def _by_place(waiting: Mapping[int, CheckedOrder], found: Mapping[int, Answer]) -> dict[int, Answer]:
    places = list(waiting)
    return {places[index]: answer for index, answer in found.items()}


def _settle(waiting: dict[int, CheckedOrder], answers: dict[int, Answer], settled: Mapping[int, Answer]) -> None:
    answers.update(settled)
    for place in settled:
        del waiting[place]
