"""Journals of a ledger, newest first, whole with their legs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F, QuerySet

from ledger.domain.posted import PostedJournal
from ledger.models import Journal, Leg
from ledger.queries.account_facts import account_facts
from ledger.queries.journals_of_account import journal_ids_of
from ledger.queries.journals_of_days import is_found_by_walking
from ledger.queries.metadata import holding
from ledger.queries.pages import Cursor, Keyset, Page
from ledger.queries.posted import with_legs

# Numbers count up under the gate, so newest first is the order of posting; ids are no order to page by.
_BY_NUMBER: Keyset[PostedJournal, int] = Keyset("number", key_of=lambda row: row.number, newest_first=True)
# The same order as an expression, which no index has: PostgreSQL finds the rows first, by what narrows them, and sorts.
_BY_SORTING: Keyset[PostedJournal, int] = Keyset("rank", key_of=lambda row: row.number, newest_first=True)


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which journals are wanted; what is None or empty does not narrow. Dates are value dates, both included."""

    from_date: date | None = None
    to_date: date | None = None
    account: str | None = None
    reference: str | None = None
    kind: str | None = None
    idempotency_key: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_an_account_alone(self) -> bool:
        """Nothing else is asked that leads to few journals faster than the account's own legs do."""
        return (
            self.account is not None and self.reference is None and self.idempotency_key is None and not self.metadata
        )


def journal_of(ledger_id: UUID, journal_id: UUID) -> PostedJournal | None:
    """The ledger's journal of that id."""
    found = with_legs(Journal.objects.filter(ledger_id=ledger_id, id=journal_id))
    return found[0] if found else None


def journal_page(
    ledger_id: UUID, wanted: JournalFilter, cursor: Cursor[int] | None, limit: int
) -> Page[PostedJournal, int]:
    """The ledger's journals that the filter lets through; how many statements it takes does not depend on how many."""
    if wanted.is_of_an_account_alone:
        rows = _of_account(ledger_id, wanted, cursor, limit)
    else:
        order = _BY_NUMBER if is_found_by_walking(ledger_id, wanted.from_date, wanted.to_date, cursor) else _BY_SORTING
        rows = order.slice(_narrowed(Journal.objects.filter(ledger_id=ledger_id), ledger_id, wanted), cursor, limit)
    return _BY_NUMBER.page(list(with_legs(rows)), cursor, limit)


def _of_account(ledger_id: UUID, wanted: JournalFilter, cursor: Cursor[int] | None, limit: int) -> QuerySet[Journal]:
    code = wanted.account or ""
    account = account_facts(ledger_id, {code}).get(code)
    if account is None:
        return Journal.objects.none()
    ids = journal_ids_of(account, wanted.from_date, wanted.to_date, wanted.kind, cursor, limit + 1)
    # The ids are the page already: sliced again, they only come in its order.
    return _BY_NUMBER.slice(Journal.objects.filter(id__any=ids), cursor, limit)


def _narrowed(rows: QuerySet[Journal], ledger_id: UUID, wanted: JournalFilter) -> QuerySet[Journal]:
    conditions = {
        "value_date__gte": wanted.from_date,
        "value_date__lte": wanted.to_date,
        "reference": wanted.reference,
        "kind": wanted.kind,
        "idempotency_key__key": wanted.idempotency_key,
    }
    rows = rows.annotate(rank=F("number") + 0)
    rows = rows.filter(**{column: value for column, value in conditions.items() if value is not None})
    if wanted.idempotency_key is not None:
        # Through the key's own unique index; the journal's ledger alone would not lead there.
        rows = rows.filter(idempotency_key__ledger_id=ledger_id)
    if wanted.account is not None:
        legs = Leg.objects.filter(account__ledger_id=ledger_id, account__code=wanted.account)
        rows = rows.filter(id__in=legs.values("journal_id"))
    if wanted.metadata:
        rows = rows.filter(holding(wanted.metadata))
    return rows
