"""What callers ask of the books, before anything is known about accounts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.domain.accounts import Side
from ledger.domain.money import DECIMALS_MAX, INTEGER_DIGITS_MAX, Money
from ledger.domain.records import record


class OnClosed(StrEnum):
    """What to do with a value date that is closed already."""

    REFUSE = "refuse"
    NEXT_OPEN_DAY = "next_open_day"


@record
class LegOrder:
    """One leg as the caller wrote it: `amount` is text in major units ("12.34"), checked when it is judged.

    `amount` None asks for it to be computed, which only a transfer between two currencies can do.
    """

    account: str
    side: Side
    amount: str | None
    ccy: str

    @classmethod
    def of(cls, account: str, side: Side, money: Money) -> "LegOrder":
        return cls(account, side, f"{money.amount:f}", money.ccy)


@record
class StatedRate:
    """The rate at which the caller wants to convert: `rate` is text, `pair` ("EUR/USD") its direction, where given."""

    rate: str
    pair: str | None = None


@record
class TransferOrder:
    """An order to post one balanced journal, or two between two currencies, once per `idempotency_key` in its ledger."""

    ledger_id: UUID
    idempotency_key: str
    legs: tuple[LegOrder, ...]
    value_date: date | None = None
    on_closed: OnClosed | None = None
    description: str = ""
    reference: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fx: StatedRate | None = None

    @property
    def currencies(self) -> set[str]:
        return {leg.ccy for leg in self.legs}

    def fingerprint(self) -> bytes:
        """SHA-256 over the normalised request, before defaults: what makes two orders the same order."""
        stated = [] if self.fx is None else [[_normalised(self.fx.rate), self.fx.pair]]
        return digest(
            "transfer",
            [[leg.account, leg.side, _normalised(leg.amount), leg.ccy] for leg in self.legs],
            self.value_date and self.value_date.isoformat(),
            self.on_closed,
            self.description,
            self.reference,
            dict(self.metadata),
            *stated,
        )


@record
class ReversalOrder:
    """An order to post the mirror image of a journal, once only, and once per `idempotency_key` in its ledger."""

    ledger_id: UUID
    journal_id: UUID
    idempotency_key: str
    value_date: date | None = None
    description: str = ""

    def fingerprint(self) -> bytes:
        """SHA-256 over the request, before defaults."""
        return digest(
            "reversal",
            str(self.journal_id),
            self.value_date and self.value_date.isoformat(),
            self.description,
        )


# Made once: the standard library makes an encoder per call for anything but its defaults.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(*parts: object) -> bytes:
    """SHA-256 of the parts in one canonical JSON form."""
    return hashlib.sha256(_CANONICAL.encode(parts).encode()).digest()


def _normalised(amount: str | None) -> str | None:
    """10.0 and 10.00 are one amount; what is no amount stays as it was written."""
    if amount is None or len(amount) > INTEGER_DIGITS_MAX + DECIMALS_MAX + 1:
        return amount
    if not amount.replace(".", "", 1).isdecimal() or not amount.isascii():
        return amount
    whole, _, decimals = amount.partition(".")
    return f"{Decimal(whole or '0'):f}.{decimals.rstrip('0')}"
