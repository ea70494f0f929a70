"""The back office's first page: where each ledger stands, and what was posted last."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from ledger.admin import cells
from ledger.models import Journal
from ledger.queries.ledger_overview import LedgerOverview, ledger_overviews, newest_journals

LEDGERS_SHOWN = 8
JOURNALS_SHOWN = 12


def add_overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback: the page's context with the overview, for those who may see the books."""
    context["title"] = "Overview"
    if not request.user.has_perms(["ledger.view_ledger", "ledger.view_journal"]):
        return context
    ledgers = ledger_overviews(LEDGERS_SHOWN)
    journals = newest_journals([ledger.id for ledger in ledgers], JOURNALS_SHOWN)
    return context | {
        "ledgers": [_card(ledger) for ledger in ledgers],
        "newest_journals": cells.table(
            ("Ledger", "Journal", "Value date", "Kind", "Description", "Posted at"), map(_row, journals)
        ),
    }


def _card(ledger: LedgerOverview) -> dict[str, Any]:
    return {
        "code": ledger.code,
        "page": cells.page_of("ledger_ledger", ledger.id, ledger.code),
        "base_ccy": ledger.base_ccy,
        "out_of_balance": ", ".join(ledger.out_of_balance),
        "figures": [
            ("Dated today", f"{ledger.journals_today:,}"),
            ("Journals in all", cells.list_of("ledger_journal", f"{ledger.last_number:,}", ledger=ledger.code)),
            ("Accounts", cells.list_of("ledger_account", f"{ledger.account_count:,}", ledger=ledger.code)),
            ("Last posted", cells.instant(ledger.last_posted_at)),
            ("Closed through", f"{ledger.closed_through:%Y-%m-%d}" if ledger.closed_through else "no day yet"),
        ],
    }


def _row(journal: Journal) -> tuple[SafeString | str, ...]:
    return (
        journal.ledger.code,
        cells.figure(cells.page_of("ledger_journal", journal.id, f"{journal.number}")),
        cells.day(journal.value_date),
        journal.kind,
        journal.description[:60] or cells.NOTHING,
        cells.instant(journal.posted_at),
    )
