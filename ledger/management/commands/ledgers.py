import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.domain.money import format_amount
from ledger.models import Ledger

COLUMNS = ("code", "ccy", "timezone", "transfer_limit", "last_number", "last_posted_at", "closed_through")
# Figures, which stand below each other by their last digit.
RIGHT = {"transfer_limit", "last_number"}


class Command(BaseCommand):
    help = (
        "List the ledgers by code: base currency, time zone, transfer limit, the number of the newest journal and when it "
        "was posted (UTC), and the last closed day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Ledger.objects.select_related("base_ccy", "book_state").order_by("code")
        found = [dict(zip(COLUMNS, _shown(ledger), strict=True)) for ledger in rows]
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        elif not found:
            self.stdout.write("There is no ledger yet; ledger_open opens one.")
        else:
            self._table([COLUMNS, *([_cell(row[column]) for column in COLUMNS] for row in found)])

    def _table(self, lines: list[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (
                text.rjust(width) if column in RIGHT else text.ljust(width)
                for column, text, width in zip(COLUMNS, line, widths, strict=True)
            )
            self.stdout.write("  ".join(cells).rstrip())


def _shown(ledger: Ledger) -> tuple[str | int | None, ...]:
    limit, book = ledger.transfer_limit, ledger.book_state
    return (
        ledger.code,
        ledger.base_ccy_id,
        ledger.timezone,
        None if limit is None else format_amount(limit, ledger.base_ccy.minor_units),
        book.last_number,
        None if book.last_posted_at is None else f"{book.last_posted_at:%Y-%m-%dT%H:%M:%SZ}",
        None if book.closed_through is None else book.closed_through.isoformat(),
    )


def _cell(value: str | int | None) -> str:
    return "-" if value is None else str(value)
