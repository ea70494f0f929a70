"""What ledgers hold in all, by currency: the trial balance in its shortest form."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Sum

from ledger.domain.money import EXACT
from ledger.models import Balance


class LedgerTotal(NamedTuple):
    """Running totals in major units of `ccy`; debits are credits, if the books keep their promise."""

    ledger_id: UUID
    ccy: str
    minor_units: int
    accounts: int
    debits: Decimal
    credits: Decimal

    @property
    def difference(self) -> Decimal:
        """Positive where debits prevail."""
        return EXACT.subtract(self.debits, self.credits)


def ledger_totals(ledger_ids: Collection[UUID]) -> list[LedgerTotal]:
    """The totals of each ledger and currency that has accounts: one statement."""
    totals = (
        Balance.objects.filter(account__ledger_id__any=list(ledger_ids))
        .values("account__ledger_id", "account__ccy_id", "account__ccy__minor_units")
        .annotate(accounts=Count("account_id"), total_debits=Sum("debits"), total_credits=Sum("credits"))
        .order_by("account__ledger_id", "account__ccy_id")
    )
    columns = ("account__ledger_id", "account__ccy_id", "account__ccy__minor_units")
    return [LedgerTotal(*row) for row in totals.values_list(*columns, "accounts", "total_debits", "total_credits")]
