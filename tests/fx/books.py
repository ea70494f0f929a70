"""Short ways to convert in a test. Rates are global and stay, so each test takes a day of its own."""

import itertools
import uuid
from datetime import date, timedelta
from typing import Any

from fx.models import Settlement
from ledger.domain.accounts import Side
from ledger.domain.orders import LegOrder, TransferOrder
from ledger.domain.posted import PostedJournal, PostedTransfer
from ledger.models import Account, Ledger
from tests.fx.rates import store

_days = itertools.count()

DEBIT, CREDIT = Side.DEBIT, Side.CREDIT


def fresh_day() -> date:
    """A day in the past that is further from any other than a rate may be old."""
    return date(1950, 1, 1) + timedelta(days=40 * next(_days))


def quote(pair: str, value: str, on: date) -> None:
    base, other = pair.split("/")
    store(base, other, value, on)


def open_accounts(ledger: Ledger, *codes: str, **columns: Any) -> None:
    """Accounts named like CASH-USD: the currency is what stands behind the last dash."""
    for code in codes:
        columns = {"type": "asset"} | columns
        Account.objects.create(ledger=ledger, code=code, name=code, ccy_id=code.rpartition("-")[2], **columns)


def leg(account: str, side: Side, amount: str | None) -> LegOrder:
    return LegOrder(account, side, amount, account.rpartition("-")[2])


def conversion(ledger: Ledger, *legs: LegOrder, on: date, **rest: Any) -> TransferOrder:
    return TransferOrder(ledger.id, rest.pop("key", uuid.uuid4().hex), legs, value_date=on, **rest)


def lines(posted: PostedTransfer | PostedJournal) -> list[str]:
    """Every leg as an accountant writes it: "Dr CASH-USD 110.00"."""
    journals = posted.journals if isinstance(posted, PostedTransfer) else (posted,)
    return [
        f"{'Dr' if leg.side is DEBIT else 'Cr'} {leg.account} {leg.amount:.{leg.minor_units}f}"
        for journal in journals
        for leg in journal.legs
    ]


def settlement_of(posted: PostedTransfer) -> Settlement:
    first = posted.journals[0].id
    found = Settlement.objects.filter(base_journal_id=first) | Settlement.objects.filter(quote_journal_id=first)
    return found.get()
