"""What the ledger answers. Amounts are exact Decimals in major units; a balance is positive on its account's normal side."""

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from doublex_client.orders import Side
from doublex_client.problems import ApiError


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of the ledger. Fields that it may get in later versions are passed over."""


class Account(Record, frozen=True):
    id: UUID
    code: str
    name: str
    ccy: str
    type: str
    normal_side: Side
    non_negative: bool
    status: str
    parent: str | None
    metadata: dict[str, Any]
    balance: Decimal
    created_at: datetime


class Balance(Record, frozen=True):
    """What an account holds. `as_of` is the day or the instant that was asked about, else that of the reading."""

    account: str
    ccy: str
    balance: Decimal
    debits: Decimal
    credits: Decimal
    snapshot_source: str
    as_of_text: str = msgspec.field(name="as_of")

    @property
    def as_of(self) -> date | datetime:
        """A `date` where a day was asked about, else a `datetime`."""
        if "T" in self.as_of_text:
            return datetime.fromisoformat(self.as_of_text)
        return date.fromisoformat(self.as_of_text)


class Leg(Record, frozen=True):
    account: str
    side: Side
    amount: Decimal
    ccy: str
    balance_after: Decimal


class JournalNumber(Record, frozen=True):
    id: UUID
    number: int


class PostedTransfer(Record, frozen=True):
    """What a transfer or a reversal posted: one journal, or two for a transfer between currencies (then with `fx`)."""

    journal_id: UUID
    journals: list[JournalNumber]
    number: int
    status: Literal["applied", "duplicate"]
    value_date: date
    created_at: datetime
    legs: list[Leg]
    fx: dict[str, Any] | None = None

    @property
    def duplicate(self) -> bool:
        """Whether the key had posted before, and nothing was written now."""
        return self.status == "duplicate"


@dataclass(frozen=True, slots=True)
class Refused:
    """What a batch says about a transfer that was not posted: `error` is what sending it alone would have raised."""

    error: ApiError
    duplicate: Literal[False] = False


class Journal(Record, frozen=True):
    id: UUID
    number: int
    kind: str
    value_date: date
    posted_at: datetime
    description: str
    reference: str
    metadata: dict[str, Any]
    idempotency_key: str
    reverses: UUID | None
    reversed_by: UUID | None
    legs: list[Leg]


class StatementLine(Record, frozen=True):
    """One leg of an account, and the balance that it leaves in the statement's order."""

    date: dt.date
    journal_id: UUID
    side: Side
    amount: Decimal
    balance: Decimal
    number: int | None = None
    value_date: dt.date | None = None
    posted_at: datetime | None = None
    description: str = ""
    reference: str = ""


class Statement(Record, frozen=True):
    """An account's lines between two dates: opening, plus the lines, is closing."""

    account: str
    ccy: str
    opening: Decimal
    lines: list[StatementLine]
    closing: Decimal


class StatementPage(Statement, frozen=True):
    """A part of a statement, with an opening and a closing of its own; `next` leads to the following part."""

    next: str | None = None


class Page(Record, frozen=True):
    """One page of a list."""

    results: list[Any]
    next: str | None = None
