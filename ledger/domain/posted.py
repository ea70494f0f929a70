"""What the books answer: journals as they stand, ready to be rendered."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
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


@record
class PostedTransfer:
    """The journals of one key; `duplicate` when they had been posted before and nothing was written now.

    `extra` is what the app that planned the journals adds to the answer, by member.
    """

    journals: tuple[PostedJournal, ...]
    duplicate: bool
    extra: Mapping[str, Any] = field(default_factory=dict)
