"""What an account is, and which side makes its balance grow."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ledger.domain.money import EXACT
from ledger.domain.records import record


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def opposite(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    EXPENSE = "expense"

    @property
    def normal_side(self) -> Side:
        return Side.DEBIT if self in (AccountType.ASSET, AccountType.EXPENSE) else Side.CREDIT


class AccountStatus(StrEnum):
    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


@record
class AccountFacts:
    """What never changes about an account, and so may be remembered."""

    id: UUID
    code: str
    ccy: str
    minor_units: int
    normal_side: Side
    non_negative: bool
    closed_to_orders: bool = False

    def balance_after(self, balance: Decimal, side: Side, amount: Decimal) -> Decimal:
        """What a leg leaves of `balance`, which is positive on the normal side."""
        if side is self.normal_side:
            return EXACT.add(balance, amount)
        return EXACT.subtract(balance, amount)


@dataclass(slots=True)
class RunningBalance:
    """An account's balance and its last leg's number while a group is judged; positive on the normal side."""

    balance: Decimal
    leg_count: int
    active: bool
