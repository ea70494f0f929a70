"""An order that was checked outside any lock, on its way to the group that posts it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any
from uuid import UUID

from ledger.domain.journals import PlannedJournal
from ledger.domain.posted import PostedJournal
from ledger.domain.presented import PresentedKey
from ledger.domain.records import record
from ledger.domain.refusals import Refusal

WriteRows = Callable[[Any, Sequence[tuple[Any, tuple[PostedJournal, ...]]]], None]


@record
class Companion:
    """Rows of another app that belong to a posting: in the books' own transaction, or not at all.

    `write` gets the group's last message, and the content of every companion that names it, each with its journals; it
    adds the statement that inserts their rows as a set. `answer` is what the caller's answer says more, by member.
    """

    write: WriteRows
    content: Any
    answer: Mapping[str, Any] = field(default_factory=dict)


@record
class Draft:
    """How an order will be written, as far as the books have no say in it.

    Its journals' ids, in hexadecimal, and of each table what it adds to the columns of the statement that writes.
    """

    journal_ids: tuple[str, ...]
    keys: tuple[str, ...]
    journals: tuple[str, ...]
    legs: tuple[str, ...]


@record
class CheckedOrder:
    """What the posting transaction needs: the key, what the key stands for, and the journals or the refusal.

    A refused order still goes on: its key is looked up before anything is said about its content. The draft of another
    may be made ahead, so that nobody waits at the gate meanwhile.
    """

    ledger_id: UUID
    idempotency_key: str
    fingerprint: bytes
    journals: tuple[PlannedJournal, ...]
    refusal: Refusal | None = None
    companion: Companion | None = None
    draft: Draft | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        return self.ledger_id, self.idempotency_key

    @property
    def leg_count(self) -> int:
        return sum(len(planned.legs) for planned in self.journals)


@record
class Bundle:
    """Orders that one caller sends together; `atomic` ones are posted all or not at all.

    With a key `presented`, they are posted only if it holds when the group is posted.
    """

    orders: tuple[CheckedOrder, ...]
    atomic: bool = False
    presented: PresentedKey | None = None
