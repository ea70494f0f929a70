"""What the books would judge an order by, read without any lock: for looking ahead only."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from ledger.domain.accounts import RunningBalance
from ledger.domain.judging import BookFacts
from ledger.models import Balance, BookState


def book_facts(ledger_id: UUID, at: datetime | None = None) -> BookFacts:
    """Today, the last closed day and the transfer limit of a ledger."""
    zone, closed_through, limit = BookState.objects.values_list(
        "ledger__timezone", "closed_through", "ledger__transfer_limit"
    ).get(ledger_id=ledger_id)
    return BookFacts((at or timezone.now()).astimezone(ZoneInfo(zone)).date(), closed_through, limit)


def running_balances(account_ids: Collection[UUID]) -> dict[UUID, RunningBalance]:
    """The accounts' balances as they stand."""
    rows = Balance.objects.filter(account_id__any=list(account_ids))
    columns = ("account_id", "balance", "leg_count", "active")
    return {id_: RunningBalance(*rest) for id_, *rest in rows.values_list(*columns)}
