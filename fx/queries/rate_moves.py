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

OTHER_SOURCE_DAYS_MAX = 31

_ROW = "r.id, r.base, r.quote, r.type, r.source, r.date, r.quoted_value, r.quoted_inverted"

_REVISIONS = f"""
SELECT {_ROW}, before.value, before.quoted_value, before.quoted_inverted
  FROM fx_rate r
  JOIN fx_raterevision before ON before.rate_id = r.id AND before.revision = r.revision - 1
 WHERE r.id = ANY(%(ids)s::uuid[])
 ORDER BY r.date DESC, r.base, r.quote, r.source, r.type
"""  # noqa: S608 - our own column list

# The rate before is the newest earlier one of the same series; for a series' first rate the value that it replaces, else
# what another source quoted lately, so that a slip in a rate entered by hand is noticed. Each is looked for only where the
# one before it is missing. A rate with nothing before it is no jump.
_COMPARED = """
SELECT r.id, r.base, r.quote, r.type, r.source, r.date, r.quoted_value, r.quoted_inverted,
       coalesce(r.own_value, replaced.value, other.value),
       coalesce(r.own_quoted_value, replaced.quoted_value, other.quoted_value),
       coalesce(r.own_quoted_inverted, replaced.quoted_inverted, other.quoted_inverted)
  FROM ({with_own}) r
  LEFT JOIN LATERAL (
    SELECT v.value, v.quoted_value, v.quoted_inverted
      FROM fx_raterevision v
     WHERE r.own_value IS NULL AND v.rate_id = r.id AND v.revision = r.revision - 1
    OFFSET 0) replaced ON true
  LEFT JOIN LATERAL (
    SELECT p.value, p.quoted_value, p.quoted_inverted
      FROM fx_rate p
     WHERE r.own_value IS NULL AND replaced.value IS NULL
       AND (p.base, p.quote, p.type) = (r.base, r.quote, r.type) AND p.source <> r.source
       AND p.date BETWEEN r.date - {days_max} AND r.date
     ORDER BY p.date DESC, p.source, p.quoted_at DESC NULLS LAST
     LIMIT 1) other ON true
 WHERE r.id = ANY(%(ids)s::uuid[])
   AND coalesce(r.own_value, replaced.value, other.value) IS NOT NULL
   AND greatest(r.value, coalesce(r.own_value, replaced.value, other.value))
       > %(factor)s * least(r.value, coalesce(r.own_value, replaced.value, other.value))
 ORDER BY r.date DESC, r.base, r.quote, r.source, r.type
"""

# For the rates of one page, which may lie anywhere: each looks its own predecessor up.
_EACH = """
SELECT n.*, own.value AS own_value, own.quoted_value AS own_quoted_value, own.quoted_inverted AS own_quoted_inverted
  FROM fx_rate n
  LEFT JOIN LATERAL (
    SELECT p.value, p.quoted_value, p.quoted_inverted
      FROM fx_rate p
     WHERE (p.base, p.quote, p.type, p.source) = (n.base, n.quote, n.type, n.source)
       AND p.date <= n.date
       AND (p.date, coalesce(p.quoted_at, '-infinity')) < (n.date, coalesce(n.quoted_at, '-infinity'))
     ORDER BY p.date DESC, p.quoted_at DESC NULLS LAST
     LIMIT 1) own ON true
 WHERE n.id = ANY(%(ids)s::uuid[])
"""

# For the rates of one file, which lie together: each series is read once, from the day before its first to its last. The
# OFFSETs keep it that way: without them all of the table is read and joined.
_IN_SERIES = """
SELECT n.*, lag(n.value) OVER series AS own_value, lag(n.quoted_value) OVER series AS own_quoted_value,
       lag(n.quoted_inverted) OVER series AS own_quoted_inverted
  FROM (SELECT g.*, coalesce((SELECT max(b.date) FROM fx_rate b
                               WHERE (b.base, b.quote, b.type, b.source) = (g.base, g.quote, g.type, g.source)
                                 AND b.date < g.first_date), g.first_date) AS from_date
          FROM (SELECT base, quote, type, source, min(date) AS first_date, max(date) AS last_date
                  FROM fx_rate WHERE id = ANY(%(ids)s::uuid[]) GROUP BY base, quote, type, source) g
        OFFSET 0) s
 CROSS JOIN LATERAL (
    SELECT p.* FROM fx_rate p
     WHERE (p.base, p.quote, p.type, p.source) = (s.base, s.quote, s.type, s.source)
       AND p.date BETWEEN s.from_date AND s.last_date
    OFFSET 0) n
WINDOW series AS (PARTITION BY n.base, n.quote, n.type, n.source ORDER BY n.date, n.quoted_at NULLS FIRST)
"""

_EACH_COMPARED = _COMPARED.format(with_own=_EACH, days_max=OTHER_SOURCE_DAYS_MAX)
_SERIES_COMPARED = _COMPARED.format(with_own=_IN_SERIES, days_max=OTHER_SOURCE_DAYS_MAX)


def revisions_of(rate_ids: list[UUID]) -> list[RateMove]:
    """The rates among these that replaced an earlier value of theirs, newest first."""
    return list(_moves(_REVISIONS, {"ids": rate_ids}).values())


def jumps_of(rate_ids: list[UUID]) -> list[RateMove]:
    """The rates among these that moved by more than JUMP_PERCENT from the one before, newest first."""
    return list(_moves(_SERIES_COMPARED, {"ids": rate_ids, "factor": JUMP_FACTOR}).values())


def moves_of(rate_ids: list[UUID]) -> dict[UUID, RateMove]:
    """How each of these rates moved from the one before, where there is one."""
    return _moves(_EACH_COMPARED, {"ids": rate_ids, "factor": 0})


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


def _moves(statement: str, values: dict[str, Any]) -> dict[UUID, RateMove]:
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
