"""A ledger's chart of accounts, as far as an import has to know it."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from ledger.models import Account, Currency


class ExistingAccount(NamedTuple):
    id: UUID
    code: str
    name: str
    ccy: str
    type: str
    non_negative: bool
    parent: str | None
    metadata: dict[str, Any]


def existing_accounts(ledger_id: UUID, codes: Collection[str]) -> dict[str, ExistingAccount]:
    """Those of the codes that the ledger has, in one statement."""
    rows = Account.objects.filter(ledger_id=ledger_id, code__any=list(codes)).order_by()
    columns = ("id", "code", "name", "ccy_id", "type", "non_negative", "parent__code", "metadata")
    return {row[1]: ExistingAccount(*row) for row in rows.values_list(*columns)}


def parents(ledger_id: UUID) -> dict[str, str]:
    """The parent's code of each account of the ledger that has one."""
    rows = Account.objects.filter(ledger_id=ledger_id, parent__isnull=False).order_by()
    return dict(rows.values_list("code", "parent__code"))


def known_currencies() -> set[str]:
    return set(Currency.objects.values_list("code", flat=True))
