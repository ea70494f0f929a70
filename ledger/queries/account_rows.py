"""Accounts as callers see them, each with its live balance, in one statement whatever their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from ledger.models import Account
from ledger.queries.metadata import holding
from ledger.queries.pages import Cursor, Keyset, Page

_BY_CODE: Keyset["AccountRow", str] = Keyset("code", key_of=lambda row: row.code)


class AccountRow(NamedTuple):
    """An account and what it holds; `balance` is positive on the account's normal side."""

    id: UUID
    code: str
    name: str
    ccy: str
    minor_units: int
    type: str
    non_negative: bool
    status: str
    parent: str | None
    metadata: dict[str, Any]
    balance: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are wanted; what is empty does not narrow."""

    codes: Sequence[str] = ()
    types: Sequence[str] = ()
    statuses: Sequence[str] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


def account_row(ledger_id: UUID, code: str) -> AccountRow | None:
    """The ledger's account of that code."""
    row = _rows(ledger_id).filter(code=code).first()
    return AccountRow(*row) if row else None


def account_page(
    ledger_id: UUID, wanted: AccountFilter, cursor: Cursor[str] | None, limit: int
) -> Page[AccountRow, str]:
    """The ledger's accounts that the filter lets through, by code, byte by byte."""
    rows = _rows(ledger_id)
    for column, values in (("code", wanted.codes), ("type", wanted.types), ("status", wanted.statuses)):
        if values:
            rows = rows.filter(**{f"{column}__any": [str(value) for value in values]})
    if wanted.metadata:
        rows = rows.filter(holding(wanted.metadata))
    found = [AccountRow(*row) for row in _BY_CODE.slice(rows, cursor, limit)]
    return _BY_CODE.page(found, cursor, limit)


def _rows(ledger_id: UUID) -> QuerySet[Account, tuple[Any, ...]]:
    return Account.objects.filter(ledger_id=ledger_id).values_list(
        "id",
        "code",
        "name",
        "ccy_id",
        "ccy__minor_units",
        "type",
        "non_negative",
        "status",
        "parent__code",
        "metadata",
        "balance_row__balance",
        "created_at",
    )
