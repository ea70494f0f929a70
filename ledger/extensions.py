"""Where other apps reach into posting: each fills its place in `AppConfig.ready`. The ledger knows none of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from ledger.domain.checked import Companion
from ledger.domain.journals import PlannedJournal
from ledger.domain.orders import ReversalOrder, TransferOrder
from ledger.domain.posted import PostedJournal
from ledger.domain.refusals import Refusal
from ledger.domain.verification import Check


@dataclass(frozen=True, slots=True)
class Plan:
    """The journals that one order becomes, in order, and the rows that are written in their transaction."""

    journals: tuple[PlannedJournal, ...]
    companion: Companion


class TransferPlanner(Protocol):
    """Turns transfers between two currencies into journals that each balance in one."""

    def plan(self, orders: Sequence[TransferOrder]) -> list[Plan | Refusal]:
        """What becomes of each of the orders, judged as far as no posting of others can change it.

        In a rehearsal (`is_rehearsal`) it writes nothing: an account that it would open is one that begins at zero.
        """
        ...

    def answer(self, journals: Sequence[PostedJournal]) -> Mapping[str, Any]:
        """What the answer for journals that were posted before says more: the same as when they were posted."""
        ...


class ReversalPlanner(Protocol):
    """Says what must be reversed together with a journal."""

    def plan(self, original: PostedJournal, order: ReversalOrder) -> Plan | None:
        """The journals that reverse the original and what belongs to it; None where it stands alone.

        Raises:
            Refusal: it cannot be reversed.
        """
        ...


@dataclass
class Extensions:
    """What is filled in.

    `closed_to_orders` says which of the accounts no order may name; it is asked once per account and process, so an
    account must be closed from its opening on. `refusals` names the refusal for an invariant that another app's SQL
    holds, by the constraint's name.
    """

    transfer_planner: TransferPlanner | None = None
    reversal_planner: ReversalPlanner | None = None
    closed_to_orders: Callable[[Collection[UUID]], Collection[UUID]] | None = None
    refusals: dict[str, type[Refusal]] = field(default_factory=dict)


extensions = Extensions()

_rehearsal: ContextVar[bool] = ContextVar("ledger_rehearsal", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Orders are planned in here to see what would become of them, and never posted."""
    token = _rehearsal.set(True)
    try:
        yield
    finally:
        _rehearsal.reset(token)


def is_rehearsal() -> bool:
    """Whether what is planned now is only looked at."""
    return _rehearsal.get()


# What `ledger_verify` recomputes beyond the ledger's own promises.
verify_checks: list[Check] = []
