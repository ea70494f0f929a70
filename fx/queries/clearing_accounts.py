"""Which accounts clear which currency. Once one does, it does for ever, so each process remembers what it has seen."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from fx.models import ClearingAccount
from ledger.domain.accounts import AccountFacts, AccountType
from ledger.queries.compiled import Compiled

_AMONG = Compiled(lambda: ClearingAccount.objects.filter(account_id__among=[None]).order_by().values_list("account_id"))
_remembered: dict[tuple[UUID, str], AccountFacts] = {}


def clearing_accounts(ledger_id: UUID, ccys: Collection[str]) -> dict[str, AccountFacts]:
    """The ledger's clearing accounts of those of the currencies that have one, by currency."""
    found = {ccy: facts for ccy in ccys if (facts := _remembered.get((ledger_id, ccy)))}
    if len(found) < len(ccys):
        rows = ClearingAccount.objects.filter(ledger_id=ledger_id, ccy_id__any=list(ccys)).values_list(
            "account_id", "account__code", "ccy_id", "ccy__minor_units", "account__type", "account__non_negative"
        )
        for id_, code, ccy, minor_units, type_, non_negative in rows:
            side = AccountType(type_).normal_side
            found[ccy] = AccountFacts(id_, code, ccy, minor_units, side, non_negative, closed_to_orders=True)
        # Inside a transaction it may be a row that is never committed.
        if not connection.in_atomic_block:
            _remembered.update({(ledger_id, ccy): facts for ccy, facts in found.items()})
    return found


def clearing_among(account_ids: Collection[UUID]) -> set[UUID]:
    """Those of the accounts that clear a currency."""
    return {account_id for (account_id,) in _AMONG.rows(list(account_ids))}
