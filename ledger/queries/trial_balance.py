"""The trial balance of every ledger: debits against credits, per currency, from the running totals."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Sum

from ledger.models import Balance


class TrialDifference(NamedTuple):
    ledger: str
    ccy: str
    debits: Decimal
    credits: Decimal


def trial_differences() -> list[TrialDifference]:
    """The ledgers and currencies whose debits are not their credits: none, if the books keep their promise."""
    totals = (
        Balance.objects.values("account__ledger__code", "account__ccy_id")
        .annotate(total_debits=Sum("debits"), total_credits=Sum("credits"))
        .exclude(total_debits=F("total_credits"))
        .order_by("account__ledger__code", "account__ccy_id")
    )
    return [
        TrialDifference(*row)
        for row in totals.values_list("account__ledger__code", "account__ccy_id", "total_debits", "total_credits")
    ]
