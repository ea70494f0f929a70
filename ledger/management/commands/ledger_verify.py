import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from ledger.domain.verification import Check
from ledger.queries.ledgers import ledger_id_of
from ledger.verification import verify


class Command(BaseCommand):
    help = (
        "Recompute the books from their legs and print everything that is not as it must be. Reads only, as of one "
        "instant; postings go on. Exits with 1 if there is a discrepancy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", help="code of the one ledger to verify; all of them if left out")
        parser.add_argument("--no-progress", action="store_true", help="show no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["ledger"]
        ledger_id = None if code is None else ledger_id_of(code)
        if code is not None and ledger_id is None:
            raise CommandError(f"ledger: there is no ledger {code[:80]!r}.")
        is_quiet = options["no_progress"] or not sys.stderr.isatty()
        started_at = time.monotonic()

        def watched(checks: Sequence[Check]) -> Iterable[Check]:
            with tqdm(checks, unit="check", disable=is_quiet) as bar:
                for check in bar:
                    bar.set_description(check.name)
                    yield check

        found = verify(ledger_id, watched)
        for discrepancy in found:
            self.stdout.write(str(discrepancy))
        books = "All ledgers" if code is None else f"Ledger {code}"
        if found:
            what = "1 discrepancy" if len(found) == 1 else f"{len(found)} discrepancies"
            raise CommandError(f"{books}: {what}.")
        self.stdout.write(f"{books}: no discrepancy, after {time.monotonic() - started_at:.1f} s.")
