import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from ledger.domain.verification import Check
from ledger.management.ledgers import asked_ledger
from ledger.verification import verify


class Command(BaseCommand):
    help = (
        "Recompute the books from their legs and print everything that is not as it must be. Reads only, as of one "
        "instant; postings go on. Exits with 1 if there is a discrepancy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ledger", action="append", help="code of a ledger to verify, once for each; all of them if left out"
        )
        parser.add_argument("--no-progress", action="store_true", help="show no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        codes: list[str] = list(dict.fromkeys(options["ledger"] or []))
        books: dict[str, UUID | None] = {f"Ledger {code}": asked_ledger(code) for code in codes}
        books = books or {"All ledgers": None}
        is_quiet = options["no_progress"] or not sys.stderr.isatty()
        refused = [said for name, ledger_id in books.items() if (said := self._verify(name, ledger_id, is_quiet))]
        if refused:
            raise CommandError(" ".join(refused))

    def _verify(self, name: str, ledger_id: UUID | None, is_quiet: bool) -> str | None:
        """Print every discrepancy; how many there are, if there are any."""
        started_at = time.monotonic()

        def watched(checks: Sequence[Check]) -> Iterable[Check]:
            with tqdm(checks, unit="check", disable=is_quiet) as bar:
                for check in bar:
                    bar.set_description(check.name)
                    yield check

        found = verify(ledger_id, watched)
        for discrepancy in found:
            self.stdout.write(str(discrepancy))
        if found:
            return f"{name}: {len(found)} {'discrepancy' if len(found) == 1 else 'discrepancies'}."
        self.stdout.write(f"{name}: no discrepancy, after {time.monotonic() - started_at:.1f} s.")
        return None
