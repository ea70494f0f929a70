"""What a statement is made of, in whichever order: its lines, each with the balance that it leaves."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from ledger.domain.accounts import AccountFacts, Side

Begin = TypeVar("Begin")

# The columns of a StatementLine behind its balance; `l` is the leg, `j` its journal.
COLUMNS = (
    "l.value_date, l.account_seq, j.posted_at, j.id, j.number, l.position, l.side, l.amount, j.description, j.reference"
)


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; None is open."""

    from_date: date | None = None
    to_date: date | None = None


class StatementLine(NamedTuple):
    """A leg of the account; `balance` is what it leaves, in major units on the account's normal side."""

    balance: Decimal
    value_date: date
    account_seq: int
    posted_at: datetime
    journal_id: UUID
    number: int
    position: int
    side: str
    amount: Decimal
    description: str
    reference: str

    def balance_before(self, account: AccountFacts) -> Decimal:
        """What the line found: its own movement undone."""
        return account.balance_after(self.balance, Side(self.side).opposite, self.amount)


@dataclass(frozen=True, slots=True)
class StatementPage(Generic[Begin]):
    """Lines with the balances before the first and after the last of them; `next` and `previous` begin other pages."""

    opening: Decimal
    lines: list[StatementLine]
    closing: Decimal
    next: Begin | None
    previous: Begin | None
