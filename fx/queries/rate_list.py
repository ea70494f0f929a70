"""What is stored of a pair."""

from django.db.models import F

from fx.models import Rate


def newest_rates(base: str, quote: str, source: str | None, limit: int) -> list[Rate]:
    """The pair's rates whichever way it is named, newest first, of all sources or one."""
    low, high = sorted((base, quote))
    rates = Rate.objects.filter(base=low, quote=high)
    if source is not None:
        rates = rates.filter(source=source)
    return list(rates.order_by("-date", "source", F("quoted_at").desc(nulls_last=True), "type")[:limit])
