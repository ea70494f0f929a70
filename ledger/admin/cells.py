"""How the admin writes amounts, dates and links."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from ledger.domain.accounts import Side
from ledger.domain.money import format_amount

NOTHING = "-"
BETWEEN = mark_safe(" · ")

# Colours of labels by Unfold's names.
STATUS_COLOURS = {"active": "success", "frozen": "warning", "closed": "danger"}


def amount(value: Decimal, minor_units: int, ccy: str = "") -> SafeString:
    """An amount in major units with its currency's decimals and its thousands apart: 128,459.00 EUR."""
    whole, point, decimals = format_amount(value, minor_units).partition(".")
    whole = f"{int(whole):,}" if whole != "-0" else "-0"
    return figure(f"{whole}{point}{decimals}{f' {ccy}' if ccy else ''}")


def figure(text: str | int) -> SafeString:
    """A figure, which stands at the right of its column; `text` may be a link."""
    return format_html('<span class="figure">{}</span>', text)


def in_columns(shown: SafeString, side: str) -> tuple[SafeString | str, SafeString | str]:
    """A leg's amount in the column of its side: debit, credit."""
    return (shown, "") if side == Side.DEBIT else ("", shown)


def unbroken(text: str) -> SafeString:
    """A text that stays on one line."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def day(value: date | None) -> SafeString | str:
    """A date as 2026-11-26."""
    return NOTHING if value is None else unbroken(f"{value:%Y-%m-%d}")


def instant(value: datetime | None) -> SafeString | str:
    """An instant in UTC, to the second."""
    return NOTHING if value is None else unbroken(f"{value:%Y-%m-%d %H:%M:%S} UTC")


def page_of(model: str, id_: UUID | str | int | None, text: str) -> SafeString | str:
    """A link to the admin's page of a row; `model` as "app_model"."""
    if id_ is None:
        return NOTHING
    return format_html('<a class="text-link" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[id_]), text)


def list_of(model: str, text: str, **filters: str) -> SafeString:
    """A link to the admin's list of a model, narrowed."""
    url = f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """What Unfold's table component takes."""
    return {"headers": list(headers), "rows": [list(row) for row in rows]}
