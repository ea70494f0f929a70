"""What a journal is before it is written."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.orders import OnClosed
from ledger.domain.records import record


class JournalKind(StrEnum):
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    REVALUATION = "revaluation"


@record
class PlannedLeg:
    """A leg that fits its account; `amount` in major units of the account's currency."""

    account: AccountFacts
    side: Side
    amount: Decimal


@record
class PlannedStep:
    """A leg with what it leaves: the account's balance and its running number."""

    leg: PlannedLeg
    balance_after: Decimal
    account_seq: int


@record
class PlannedJournal:
    """A balanced journal that is not dated nor numbered yet.

    `id` is given where another journal or row has to name it before it is written. `limited` journals obey the ledger's
    transfer limit, if they are transfers; `may_be_future` ones may be dated later than today. `reverses_number` is for people.
    """

    kind: JournalKind
    legs: tuple[PlannedLeg, ...]
    value_date: date | None
    on_closed: OnClosed
    description: str
    reference: str
    metadata: Mapping[str, Any]
    reverses: UUID | None = None
    id: UUID | None = None
    limited: bool = True
    may_be_future: bool = False
    reverses_number: int | None = None
