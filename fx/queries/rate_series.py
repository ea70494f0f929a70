"""Pairs, sources and their rates over time."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from fx.domain.rates import in_direction
from fx.models import Rate


class RateSeries(NamedTuple):
    """What one source quoted of one type, oldest first, in units of the chart's quote for one of its base."""

    source: str
    type: str
    points: list[tuple[date, Decimal]]


def known_pairs() -> list[tuple[str, str]]:
    """The pairs that have a rate, in their kept direction."""
    return list(Rate.objects.order_by("base", "quote").values_list("base_id", "quote_id").distinct())


def known_sources() -> list[str]:
    """Who quoted any rate."""
    return list(Rate.objects.order_by("source").values_list("source", flat=True).distinct())


def rate_series(low: str, high: str) -> tuple[str, str, list[RateSeries]]:
    """A pair over all time: base and quote, as its newest rate was quoted, and the series of each source and type."""
    rates = Rate.objects.filter(base=low, quote=high)
    newest = rates.order_by("-date", "source").first()
    if newest is None:
        return low, high, []
    base, quote = newest.quoted_base, newest.quoted_quote
    series: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
    ordered = rates.order_by("source", "type", "date", F("quoted_at").asc(nulls_first=True))
    columns = ("source", "type", "date", "value", "quoted_value", "quoted_inverted")
    for source, type_, on, value, quoted_value, inverted in ordered.values_list(*columns):
        rate = in_direction(base, quote, value=value, quoted_value=quoted_value, quoted_inverted=inverted)
        series.setdefault((source, type_), []).append((on, rate))
    return base, quote, [RateSeries(*key, points) for key, points in series.items()]
