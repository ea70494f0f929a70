"""Accounts, orders and plans for the tests of the rules."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from ledger.domain.accounts import AccountFacts, RunningBalance, Side
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg
from ledger.domain.judging import BookFacts
from ledger.domain.orders import LegOrder, OnClosed, TransferOrder
from ledger.domain.refusals import Refusal

CURRENCIES = {"EUR": 2, "JPY": 0}
ACCOUNTS = {
    code: AccountFacts(UUID(int=number), code, ccy, CURRENCIES[ccy], side, floor)
    for number, (code, ccy, side, floor) in enumerate(
        [
            ("CASH", "EUR", Side.DEBIT, False),
            ("WALLET", "EUR", Side.CREDIT, True),
            ("YEN", "JPY", Side.DEBIT, False),
        ],
        1,
    )
}
CASH, WALLET, YEN = ACCOUNTS.values()
TODAY = date(2026, 3, 15)
OPEN = BookFacts(TODAY, closed_through=None, transfer_limit=None)


def leg(account: str, side: str, amount: str | None, ccy: str = "EUR") -> LegOrder:
    return LegOrder(account, Side(side), amount, ccy)


def order(*legs: LegOrder, **rest: Any) -> TransferOrder:
    return TransferOrder(uuid4(), "key", legs or PAY_IN, **rest)


PAY_IN = (leg("CASH", "debit", "5.00"), leg("WALLET", "credit", "5.00"))


def planned(*legs: tuple[AccountFacts, Side, str], **rest: Any) -> PlannedJournal:
    plain = legs or ((CASH, Side.DEBIT, "5"), (WALLET, Side.CREDIT, "5"))
    settled = {"kind": JournalKind.TRANSFER, "value_date": None, "on_closed": OnClosed.REFUSE} | rest
    return PlannedJournal(
        legs=tuple(PlannedLeg(account, side, Decimal(amount)) for account, side, amount in plain),
        description="",
        reference="",
        metadata={},
        **settled,
    )


def balances(wallet: str = "0", *, active: bool = True) -> dict[UUID, RunningBalance]:
    return {
        CASH.id: RunningBalance(Decimal(100), 7, active=True),
        WALLET.id: RunningBalance(Decimal(wallet), 3, active=active),
    }


Told = tuple[str, str | None, str, Mapping[str, object]]


def as_told(refusal: Refusal) -> Told:
    return refusal.code, refusal.field, refusal.detail, refusal.extra
