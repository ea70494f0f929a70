"""Stored rates for tests, written as the database takes them."""

from datetime import date, datetime
from decimal import Decimal

from fx.domain.rates import Quotation, RateType, normalised
from fx.models import Rate

DAY = date(2026, 1, 30)


def store(
    base: str,
    quote: str,
    value: str,
    on: date = DAY,
    *,
    source: str = "ECB",
    type_: RateType = RateType.MID,
    quoted_at: datetime | None = None,
) -> Rate:
    kept = normalised(Quotation(base, quote, Decimal(value), on, source, type_, quoted_at))
    return Rate.objects.create(
        base_id=kept.base,
        quote_id=kept.quote,
        type=kept.type,
        source=source,
        date=on,
        quoted_at=quoted_at,
        value=kept.value,
        quoted_value=kept.quoted_value,
        quoted_inverted=kept.inverted,
    )
