"""What one unit of a currency is worth in another, as of a date or an instant: direct, inverse, or through the pivot."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from fx import telemetry
from fx.domain.rates import ONE, RateFound, RateStep, RateType, crossed, in_direction, is_kept_as
from ledger.queries.arrays import array
from ledger.queries.messages import Message

Pair = tuple[str, str]


class Kept(NamedTuple):
    """Which series to look in: a pair in its kept direction, and the type of rate."""

    base: str
    quote: str
    type: RateType


class _Row(NamedTuple):
    rate_id: UUID
    revision: int
    value: Decimal
    quoted_value: Decimal
    quoted_inverted: bool
    source: str
    date: date


# The newest date wins; on one date the source that comes first in the setting, then the first by name; of one source
# on one day its last quotation. One index range per pair, read backwards no further than one day. Whether that day is too
# long ago is asked afterwards, so that a rate that is too old can be told from none.
_NEWEST = """
SELECT wanted.base, wanted.quote, wanted.type, newest.*
  FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (base, quote, type)
 CROSS JOIN LATERAL (
    SELECT id, revision, value, quoted_value, quoted_inverted, source, date
      FROM fx_rate
     WHERE (base, quote, type) = (wanted.base, wanted.quote, wanted.type)
       AND date <= %s::date
       AND (quoted_at IS NULL OR quoted_at <= %s::timestamptz)
     ORDER BY date DESC, array_position(%s::text[], source), source, quoted_at DESC NULLS LAST
     LIMIT 1
 ) newest
"""


def rate_as_of(
    base: str,
    quote: str,
    on: date,
    *,
    pivot: str,
    type: RateType = RateType.MID,  # noqa: A002 - the field's word
    max_age_days: int | None = None,
) -> RateFound | None:
    """The rate of base/quote as of a date (all of that day's quotations) or an instant; None where there is none.

    `pivot` is the ledger's base currency: where the pair has no rate of its own that is young enough, the rate is
    crossed through it. `max_age_days` is the setting FX_MAX_AGE_DAYS unless given; age counts from `on`'s date in UTC.
    """
    pair = (base, quote)
    return rates_as_of([pair], on, pivot=pivot, type=type, max_age_days=max_age_days).get(pair)


def rates_as_of(
    pairs: Collection[Pair],
    on: date,
    *,
    pivot: str,
    type: RateType = RateType.MID,  # noqa: A002 - the field's word
    max_age_days: int | None = None,
) -> dict[Pair, RateFound]:
    """The rates of all pairs at once, in one statement; a pair without a rate is left out. See `rate_as_of`."""
    rows = _newest_rows(_wanted(pairs, pivot, type), on)
    max_age = timedelta(days=settings.FX_MAX_AGE_DAYS if max_age_days is None else max_age_days)
    oldest = _date_and_instant(on)[0] - max_age
    young = {kept: row for kept, row in rows.items() if row.date >= oldest}
    found: dict[Pair, RateFound] = {}
    for pair in dict.fromkeys(pairs):
        rate = _found(pair, on, pivot, type, young)
        if rate is not None:
            found[pair] = rate
        _count(rate or _found(pair, on, pivot, type, rows), is_young=rate is not None)
    return found


def _count(rate: RateFound | None, *, is_young: bool) -> None:
    if rate is None:
        telemetry.RATE_LOOKUPS_TOTAL.labels("missing").inc()
    elif rate.steps:
        telemetry.RATE_LOOKUPS_TOTAL.labels(rate.path if is_young else "stale").inc()


def _newest_rows(wanted: set[Kept], on: date) -> dict[Kept, _Row]:
    if not wanted:
        return {}
    newest, instant = _date_and_instant(on)
    series = sorted(wanted)
    message = Message()
    rows = message.add(
        _NEWEST,
        [
            array([kept.base for kept in series]),
            array([kept.quote for kept in series]),
            array([kept.type.value for kept in series]),
            newest.isoformat(),
            instant.isoformat(),
            array(settings.FX_SOURCE_ORDER),
        ],
    )
    message.send()
    return {Kept(base, quote, RateType(type_)): _Row(*row) for base, quote, type_, *row in rows()}


def _date_and_instant(on: date) -> tuple[date, datetime]:
    """The last date to look at, and the last instant: a date includes its whole day."""
    if isinstance(on, datetime):
        in_utc = on.astimezone(UTC)
        return in_utc.date(), in_utc
    return on, datetime.max.replace(tzinfo=UTC)


def _kept(base: str, quote: str, type_: RateType) -> Kept:
    return Kept(base, quote, type_) if is_kept_as(base, quote) else Kept(quote, base, type_.opposite)


def _through(pair: Pair, pivot: str) -> tuple[Pair, ...]:
    """The two steps of a cross rate; none where the pivot is one of the pair itself."""
    base, quote = pair
    return () if pivot in pair else ((base, pivot), (pivot, quote))


def _wanted(pairs: Collection[Pair], pivot: str, type_: RateType) -> set[Kept]:
    def series() -> Iterator[Kept]:
        for pair in pairs:
            for base, quote in (pair, *_through(pair, pivot)):
                yield _kept(base, quote, type_)

    return {kept for kept in series() if kept.base != kept.quote}


def _found(pair: Pair, on: date, pivot: str, type_: RateType, rows: Mapping[Kept, _Row]) -> RateFound | None:
    base, quote = pair
    if base == quote:
        return RateFound(base, quote, ONE, _date_and_instant(on)[0], "", "same", ())
    own = rows.get(_kept(base, quote, type_))
    if own is not None:
        step = _step(pair, own)
        return RateFound(
            base, quote, _rate(pair, own), own.date, own.source, "inverse" if step.inverted else "direct", (step,)
        )
    legs = [(leg, rows.get(_kept(*leg, type_))) for leg in _through(pair, pivot)]
    known = [(leg, row) for leg, row in legs if row is not None]
    return _cross(pair, known) if len(known) == 2 else None  # noqa: PLR2004 - both steps


def _cross(pair: Pair, legs: list[tuple[Pair, _Row]]) -> RateFound:
    steps = tuple(_step(leg, row) for leg, row in legs)
    rate = crossed(*(_rate(leg, row) for leg, row in legs))
    sources = "+".join(dict.fromkeys(step.source for step in steps))
    return RateFound(*pair, rate, min(step.rate_date for step in steps), sources, "cross", steps)


def _rate(pair: Pair, row: _Row) -> Decimal:
    return in_direction(*pair, value=row.value, quoted_value=row.quoted_value, quoted_inverted=row.quoted_inverted)


def _step(pair: Pair, row: _Row) -> RateStep:
    """The row as its source quoted it, and whether the pair asked for runs the other way."""
    low, high = sorted(pair)
    base, quote = (high, low) if row.quoted_inverted else (low, high)
    return RateStep(
        row.rate_id, row.revision, base, quote, row.quoted_value, row.source, row.date, inverted=(base, quote) != pair
    )
