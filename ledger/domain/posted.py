"""What the books answer: journals as they stand, ready to be rendered."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind
from ledger.domain.records import record


@record
class PostedLeg:
    """A leg in the books; `amount` and `balance_after` in major units, `balance_after` on the normal side."""

    account: str
    side: Side
    amount: Decimal
    ccy: str
    minor_units: int
    balance_after: Decimal


@record
class PostedJournal:
    id: UUID
    number: int
    kind: JournalKind
    value_date: date
    posted_at: datetime
    description: str
    reference: str
    metadata: Mapping[str, Any]
    idempotency_key: str
    reverses: UUID | None
    reversed_by: UUID | None
    legs: tuple[PostedLeg, ...]


@record
class PostedBefore:
    """A key that had posted before; its journals are yet to be read."""

    key_id: UUID


class PostedTransfer:
    """The journals of one key; `duplicate` when they had been posted before and nothing was written now.

    `extra` is what the app that planned the journals adds to the answer, by member. Journals may be given as a function
    that makes them once somebody looks: not while the gate is held, and not at all where transfers are only counted.
    """

    __slots__ = ("_journals", "duplicate", "extra")

    def __init__(
        self,
        journals: tuple[PostedJournal, ...] | Callable[[], tuple[PostedJournal, ...]],
        *,
        duplicate: bool,
        extra: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._journals = journals
        self.duplicate = duplicate
        self.extra = extra

    @property
    def journals(self) -> tuple[PostedJournal, ...]:
        if not isinstance(self._journals, tuple):
            self._journals = self._journals()
        return self._journals
