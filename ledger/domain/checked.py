"""An order that was checked outside any lock, on its way to the group that posts it."""

from dataclasses import dataclass
from uuid import UUID

from ledger.domain.journals import PlannedJournal
from ledger.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class CheckedOrder:
    """What the posting transaction needs: the key, what the key stands for, and the journals or the refusal.

    A refused order still goes on: its key is looked up before anything is said about its content.
    """

    ledger_id: UUID
    idempotency_key: str
    fingerprint: bytes
    journals: tuple[PlannedJournal, ...]
    refusal: Refusal | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        return self.ledger_id, self.idempotency_key

    @property
    def leg_count(self) -> int:
        return sum(len(planned.legs) for planned in self.journals)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Orders that one caller sends together; `atomic` ones are posted all or not at all."""

    orders: tuple[CheckedOrder, ...]
    atomic: bool = False
