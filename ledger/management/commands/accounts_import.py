from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.imports.accounts import ChartRefused, import_accounts
from ledger.imports.chart_file import COLUMNS
from ledger.imports.chart_plan import ChartPlan
from ledger.imports.csv_table import CsvTable
from ledger.management.imports import add_import_arguments, opened
from ledger.management.ledgers import asked_ledger


class Command(BaseCommand):
    help = (
        "Open the accounts of a chart of accounts: a CSV file with the columns code, name, ccy, type, non_negative, "
        "parent and metadata.KEY. All of it or nothing; the same file again changes nothing (docs/imports.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)
        parser.add_argument(
            "--update", action="store_true", help="give accounts that are there the file's name, parent and metadata"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ledger_id = asked_ledger(options["ledger"])
        delimiter, dry_run = options["delimiter"], options["dry_run"]
        with opened(options["file"]) as file:
            table = CsvTable(file, COLUMNS, delimiter)
            try:
                done = import_accounts(ledger_id, table, update=options["update"], dry_run=dry_run)
            except ChartRefused as refused:
                for problem in refused.problems:
                    self.stderr.write(f"{options['file']}: {problem}")
                raise CommandError(
                    f"{options['file']}: {len(refused.problems)} problems; nothing was written."
                ) from refused
        self._say(done, dry_run=dry_run)

    def _say(self, done: ChartPlan, *, dry_run: bool) -> None:
        if dry_run:
            for row in done.openings:
                self.stdout.write(f"line {row.line}: open {row.code} ({row.ccy}, {row.type}) {row.name}")
            for change in done.changes:
                differences = ", ".join(map(str, change.differences))
                self.stdout.write(f"line {change.row.line}: change {change.row.code}: {differences}")
        would = "Dry run, nothing is written: " if dry_run else ""
        self.stdout.write(
            f"{would}{len(done.openings)} accounts opened, {len(done.changes)} changed, {done.unchanged} unchanged."
        )
