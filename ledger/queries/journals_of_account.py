"""Which journals touch an account, newest first: along the account's own legs, never along the ledger.

Legs of one journal on one account are numbered one after the other, so the leg next door tells whether a journal
comes again. A ledger's number is found among the legs by halving (`posting_order`), so a page costs the same wherever it
lies.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from ledger.domain.accounts import AccountFacts
from ledger.models import Leg
from ledger.queries.pages import Cursor
from ledger.queries.posting_order import legs_numbered_below


def journal_ids_of(
    account: AccountFacts,
    from_date: date | None,
    to_date: date | None,
    kind: str | None,
    cursor: Cursor[int] | None,
    rows: int,
) -> list[UUID]:
    """The ids of the next so many journals behind the cursor, or before it when walking back."""
    backwards = cursor is not None and cursor.backwards
    conditions: dict[str, Any] = {"value_date__gte": from_date, "value_date__lte": to_date, "journal__kind": kind}
    legs = Leg.objects.filter(account_id=account.id)
    legs = legs.filter(**{column: value for column, value in conditions.items() if value is not None})
    legs = legs.filter(_within(account, cursor)).annotate(next_door=F("account_seq") + 1)
    again = Leg.objects.filter(
        account_id=account.id, account_seq=OuterRef("next_door"), journal_id=OuterRef("journal_id")
    )
    ordered = legs.filter(~Exists(again)).order_by("account_seq" if backwards else "-account_seq")
    return list(ordered.values_list("journal_id", flat=True)[:rows])


def _within(account: AccountFacts, cursor: Cursor[int] | None) -> Q:
    if cursor is None:
        return Q()
    if cursor.backwards:
        return Q(account_seq__gt=legs_numbered_below(account.id, cursor.key + 1))
    return Q(account_seq__lte=legs_numbered_below(account.id, cursor.key))
