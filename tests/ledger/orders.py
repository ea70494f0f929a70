"""Short ways to write an order in a test."""

import uuid
from typing import Any

from ledger.domain.accounts import Side
from ledger.domain.orders import LegOrder, TransferOrder
from ledger.models import Ledger


def transfer(
    ledger: Ledger, debit: str, credit: str, amount: str | None, ccy: str = "EUR", **rest: Any
) -> TransferOrder:
    """Debit one account, credit the other."""
    legs = (LegOrder(debit, Side.DEBIT, amount, ccy), LegOrder(credit, Side.CREDIT, amount, ccy))
    return TransferOrder(ledger.id, rest.pop("key", uuid.uuid4().hex), rest.pop("legs", legs), **rest)
