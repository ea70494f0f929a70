"""Where the ledgers stand now, for the overview of the back office: a few statements, whatever the ledgers' number."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q
from django.utils import timezone

from ledger.models import Journal, Ledger
from ledger.queries.ledger_totals import LedgerTotal, ledger_totals


@dataclass(frozen=True, slots=True)
class LedgerOverview:
    """A ledger today; `today` is the date of its own time zone, `totals` are its currencies'."""

    id: UUID
    code: str
    base_ccy: str
    today: date
    journals_today: int
    last_number: int
    last_posted_at: datetime | None
    closed_through: date | None
    totals: tuple[LedgerTotal, ...]

    @property
    def account_count(self) -> int:
        return sum(total.accounts for total in self.totals)

    @property
    def out_of_balance(self) -> list[str]:
        """The currencies whose debits are not their credits: none, if the books keep their promise."""
        return [total.ccy for total in self.totals if total.debits != total.credits]


def ledger_overviews(limit: int) -> list[LedgerOverview]:
    """The ledgers that were posted to last, at most `limit` of them."""
    ledgers = list(
        Ledger.objects.select_related("book_state").order_by(F("book_state__last_posted_at").desc(nulls_last=True))[
            :limit
        ]
    )
    now = timezone.now()
    today = {ledger.id: now.astimezone(ZoneInfo(ledger.timezone)).date() for ledger in ledgers}
    journals = _journals_of(today)
    totals: dict[UUID, list[LedgerTotal]] = defaultdict(list)
    for total in ledger_totals(today):
        totals[total.ledger_id].append(total)
    return [
        LedgerOverview(
            id=ledger.id,
            code=ledger.code,
            base_ccy=ledger.base_ccy_id,
            today=today[ledger.id],
            journals_today=journals.get(ledger.id, 0),
            last_number=ledger.book_state.last_number,
            last_posted_at=ledger.book_state.last_posted_at,
            closed_through=ledger.book_state.closed_through,
            totals=tuple(totals[ledger.id]),
        )
        for ledger in ledgers
    ]


def newest_journals(ledger_ids: Collection[UUID], limit: int) -> list[Journal]:
    """The newest journals of these ledgers, by their ids, which count up with time closely enough to look at."""
    rows = Journal.objects.filter(ledger_id__any=list(ledger_ids)).select_related("ledger", "reversed_by")
    return list(rows.order_by("-id")[:limit])


def _journals_of(today: dict[UUID, date]) -> dict[UUID, int]:
    """How many journals each ledger has on its date."""
    ledgers_by_date: dict[date, list[UUID]] = defaultdict(list)
    for ledger_id, day in today.items():
        ledgers_by_date[day].append(ledger_id)
    wanted = Q(pk=None)
    for day, ledger_ids in ledgers_by_date.items():
        wanted |= Q(value_date=day, ledger_id__any=ledger_ids)
    counts = Journal.objects.filter(wanted).values("ledger_id").annotate(journals=Count("id")).order_by()
    return dict(counts.values_list("ledger_id", "journals"))
