"""Which ledger is meant by a code, and what day it is there."""

from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Func

from ledger.models import Ledger

# A ledger's code never changes once it exists and a ledger is never deleted, so what was found stays right.
_ids: dict[str, UUID] = {}

# No journal is dated or posted outside of these, and every one of them begins somewhere in every time zone.
_DAY_MIN, _DAY_MAX = date(1900, 1, 1), date(9999, 12, 30)


class StatementTimestamp(Func):
    """The instant at which the statement began, where `now()` is the start of its transaction."""

    function = "statement_timestamp"
    output_field = DateTimeField()


def ledger_id_of(code: str) -> UUID | None:
    """The id of the ledger of that code."""
    if code not in _ids:
        found = Ledger.objects.filter(code=code).values_list("id", flat=True).first()
        if found is None:
            return None
        _ids[code] = found
    return _ids[code]


def ledger_zone(ledger_id: UUID) -> ZoneInfo:
    """The time zone at whose midnight the ledger's day ends."""
    return ZoneInfo(Ledger.objects.values_list("timezone", flat=True).get(id=ledger_id))


def ledger_today(ledger_id: UUID) -> date:
    """The ledger's local date, by the database's clock."""
    zone: str
    now: datetime
    zone, now = Ledger.objects.values_list("timezone", StatementTimestamp()).get(id=ledger_id)
    return now.astimezone(ZoneInfo(zone)).date()


def day_begins(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local day begins."""
    day = min(max(day, _DAY_MIN), _DAY_MAX)
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def day_ends(day: date, zone: tzinfo) -> datetime:
    """The instant at which the next local day begins."""
    return day_begins(min(day, _DAY_MAX) + timedelta(days=1), zone)
