"""What changed with rates just written: revisions beside what they replaced, and jumps from the day before."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lag

from fx.domain.rate_moves import JUMP_FACTOR, RateMove
from fx.domain.rates import RateType, in_direction
from fx.models import Rate

_ROW = "r.id, r.base, r.quote, r.type, r.source, r.date, r.quoted_value, r.quoted_inverted"

_REVISIONS = f"""
SELECT {_ROW}, before.value, before.quoted_value, before.quoted_inverted
  FROM fx_rate r
  JOIN fx_raterevision before ON before.rate_id = r.id AND before.revision = r.revision - 1
 WHERE r.id = ANY(%s::uuid[])
 ORDER BY r.date DESC, r.base, r.quote, r.source, r.type
"""  # noqa: S608 - our own column list

# The rate before is the newest earlier one of the same series; a first rate that is revised is held against itself.
# GREATEST and LEAST leave NULL out, so a rate with nothing before it is no jump.
_JUMPS = f"""
SELECT {_ROW}, before.value, before.quoted_value, before.quoted_inverted
  FROM fx_rate r
 CROSS JOIN LATERAL (
    (SELECT 1 AS turn, p.value, p.quoted_value, p.quoted_inverted
       FROM fx_rate p
      WHERE (p.base, p.quote, p.type, p.source) = (r.base, r.quote, r.type, r.source)
        AND p.date <= r.date
        AND (p.date, coalesce(p.quoted_at, '-infinity')) < (r.date, coalesce(r.quoted_at, '-infinity'))
      ORDER BY p.date DESC, p.quoted_at DESC NULLS LAST
      LIMIT 1)
    UNION ALL
    SELECT 2, v.value, v.quoted_value, v.quoted_inverted
      FROM fx_raterevision v
     WHERE v.rate_id = r.id AND v.revision = r.revision - 1
     ORDER BY turn
     LIMIT 1
 ) before
 WHERE r.id = ANY(%s::uuid[])
   AND greatest(r.value, before.value) > %s * least(r.value, before.value)
 ORDER BY r.date DESC, r.base, r.quote, r.source, r.type
"""  # noqa: S608 - our own column list


def revisions_of(rate_ids: list[UUID]) -> list[RateMove]:
    """The rates among these that replaced an earlier value of theirs, newest first."""
    return list(_moves(_REVISIONS, [rate_ids]).values())


def jumps_of(rate_ids: list[UUID]) -> list[RateMove]:
    """The rates among these that moved by more than JUMP_PERCENT from the one before, newest first."""
    return list(_moves(_JUMPS, [rate_ids, JUMP_FACTOR]).values())


def moves_of(rate_ids: list[UUID]) -> dict[UUID, RateMove]:
    """How each of these rates moved from the one before, where there is one."""
    return _moves(_JUMPS, [rate_ids, 0])


def jumped(rates: QuerySet[Rate]) -> QuerySet[Rate]:
    """Those of all rates that moved by more than JUMP_PERCENT from the one before in their series."""
    series = Rate.objects.order_by().annotate(
        before=Window(
            Lag("value"),
            partition_by=[F("base"), F("quote"), F("type"), F("source")],
            order_by=[F("date").asc(), F("quoted_at").asc(nulls_first=True)],
        )
    )
    rose, fell = Q(value__gt=F("before") * JUMP_FACTOR), Q(before__gt=F("value") * JUMP_FACTOR)
    return rates.filter(id__in=series.filter(rose | fell).values("id"))


def _moves(statement: str, values: list[Any]) -> dict[UUID, RateMove]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {rate_id: _move(*row) for rate_id, *row in cursor.fetchall()}


def _move(
    low: str,
    high: str,
    type_: str,
    source: str,
    date: Any,
    after: Decimal,
    inverted: bool,
    value: Decimal,
    quoted_value: Decimal,
    quoted_inverted: bool,
) -> RateMove:
    base, quote = (high, low) if inverted else (low, high)
    before = in_direction(base, quote, value=value, quoted_value=quoted_value, quoted_inverted=quoted_inverted)
    quoted_type = RateType(type_).opposite if inverted else RateType(type_)
    return RateMove(base, quote, quoted_type, source, date, before, after)
