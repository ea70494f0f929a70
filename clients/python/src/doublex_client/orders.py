"""What callers ask of the ledger."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from doublex_client.amounts import Amount, as_text

Side = Literal["debit", "credit"]
OnClosed = Literal["refuse", "next_open_day"]


def new_key() -> str:
    """A fresh idempotency key."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class NewLeg:
    """One line of a transfer; `amount` in major units of `ccy`, None where a transfer between currencies computes it."""

    account: str
    side: Side
    amount: Amount | None
    ccy: str

    def body(self) -> dict[str, Any]:
        amount = {} if self.amount is None else {"amount": as_text(self.amount)}
        return {"account": self.account, "side": self.side, "ccy": self.ccy, **amount}


def debit(account: str, amount: Amount | None, ccy: str) -> NewLeg:
    """A leg on the debit side."""
    return NewLeg(account, "debit", amount, ccy)


def credit(account: str, amount: Amount | None, ccy: str) -> NewLeg:
    """A leg on the credit side."""
    return NewLeg(account, "credit", amount, ccy)


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """An order to post one balanced journal, once per `idempotency_key`; a key of its own is made if none is given."""

    legs: Sequence[NewLeg]
    idempotency_key: str = field(default_factory=new_key)
    value_date: date | None = None
    on_closed: OnClosed | None = None
    description: str = ""
    reference: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """What is sent: fields that are not given are left out."""
        rest = {
            "value_date": self.value_date and self.value_date.isoformat(),
            "on_closed": self.on_closed,
            "description": self.description,
            "reference": self.reference,
            "metadata": dict(self.metadata),
        }
        given = {name: value for name, value in rest.items() if value}
        return {"idempotency_key": self.idempotency_key, "legs": [leg.body() for leg in self.legs], **given}
