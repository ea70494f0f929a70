"""One transaction for a verb that posts and writes rows of its own together: gate first, and again whole if need be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import Error, connection

from ledger import locks
from ledger.domain.checked import Bundle, CheckedOrder
from ledger.posting_attempts import with_retries
from ledger.posting_failures import CommitWatch, as_refusal
from ledger.posting_group import Outcome, post_under_gate
from ledger.queries.messages import transaction_in_messages

Result = TypeVar("Result")


@dataclass(slots=True)
class UnitOfPosting:
    """The open transaction, and what was posted in it so far."""

    outcomes: list[Outcome] = field(default_factory=list)

    def post(self, order: CheckedOrder) -> Outcome:
        """What becomes of the order; it is durable once the unit is through."""
        ((outcome,),) = post_under_gate([Bundle((order,))])
        self.outcomes.append(outcome)
        return outcome


def run(work: Callable[[UnitOfPosting], Result]) -> tuple[Result, list[Outcome]]:
    """What `work` returns once it is committed, and what it posted; see `posting.unit`."""
    if connection.in_atomic_block:
        raise RuntimeError("a unit of posting commits by itself: call it outside transaction.atomic()")
    try:
        return with_retries(lambda: _once(work))
    except Error as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _once(work: Callable[[UnitOfPosting], Result]) -> tuple[Result, list[Outcome]]:
    unit = UnitOfPosting()
    with CommitWatch() as watch, transaction_in_messages():
        locks.pass_gate()
        result = work(unit)
        watch.committing = True
    return result, unit.outcomes
