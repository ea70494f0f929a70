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
