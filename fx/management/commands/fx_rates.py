import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from fx.domain.rate_moves import RateMove
from fx.domain.rates import RateType, format_rate
from fx.queries.rate_list import newest_rates
from fx.queries.rate_lookup import rate_as_of
from fx.rate_fetching import fetch_rates
from fx.rate_files import FORMATS, InvalidRateFile
from fx.rate_import import ImportedRates, import_rates
from fx.rate_recording import known_currencies
from ledger.domain.currencies import unknown_currency
from ledger.management.dates import day
from ledger.management.refusals import refusals_as_command_errors

LINES_SHOWN_MAX = 20


class Command(BaseCommand):
    help = "Import files of exchange rates, list what is stored, and look a rate up with the path that leads to it."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        import_ = verbs.add_parser("import", help="record the rates of a file, all or none; a repeat changes nothing")
        import_.add_argument("file", type=Path, help="the ECB's XML or CSV, or a CSV with base, quote, rate, date")
        import_.add_argument("--format", choices=FORMATS, help="instead of what the file's beginning shows")
        import_.add_argument("--source", help="who quoted the rates; ECB for the bank's own formats")
        import_.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        verbs.add_parser("fetch", help="import what FX_RATES_URL answers, now instead of on its schedule")
        show = verbs.add_parser("show", help="the rate of BASE in QUOTE, and how it was found")
        show.add_argument("--on", type=day, help="as of this date, such as 2026-01-31; today")
        show.add_argument("--pivot", default="EUR", help="cross through this currency; EUR")
        show.add_argument("--type", type=RateType, default=RateType.MID, choices=list(RateType))
        list_ = verbs.add_parser("list", help="what is stored of a pair, newest first")
        list_.add_argument("--source")
        list_.add_argument("--limit", type=int, default=LINES_SHOWN_MAX)
        for verb in (show, list_):
            verb.add_argument("base", metavar="BASE")
            verb.add_argument("quote", metavar="QUOTE")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_command_errors("--source"):
            getattr(self, f"_{options['verb']}")(options)

    def _import(self, options: dict[str, Any]) -> None:
        content = _content_of(options["file"])
        with tqdm(desc="rates", unit=" rates", disable=None, file=sys.stderr) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                imported = import_rates(
                    content,
                    format_=options["format"],
                    source=options["source"],
                    dry_run=options["dry_run"],
                    on_progress=show,
                )
            except InvalidRateFile as refusal:
                raise CommandError(
                    "\n".join([f"{options['file']}: {refusal.detail}", *_some(refusal.errors)])
                ) from refusal
        self._tell(f"{options['file']}", imported, dry_run=options["dry_run"])

    def _fetch(self, options: dict[str, Any]) -> None:
        self._tell(settings.FX_RATES_URL, fetch_rates())

    def _tell(self, file: str, imported: ImportedRates, *, dry_run: bool = False) -> None:
        recorded = imported.recorded
        counts = f"{recorded.new} new, {recorded.revised} revised, {recorded.unchanged} unchanged"
        verdict = (
            "Nothing changed: " if recorded.nothing_changed else "Nothing was written; it would be: " if dry_run else ""
        )
        self.stdout.write(f"{file} ({imported.format}): {verdict}{counts}.")
        if imported.passed_over:
            self.stdout.write(f"Passed over, as the books do not know them: {', '.join(imported.passed_over)}.")
        for line in _some(recorded.revisions):
            self.stdout.write(f"revised: {line}")
        self._warn(recorded.jumps)

    def _warn(self, jumps: tuple[RateMove, ...]) -> None:
        for line in _some(jumps):
            self.stderr.write(self.style.WARNING(f"warning, moved by more than 5 %: {line}"))

    def _show(self, options: dict[str, Any]) -> None:
        base, quote, on = options["base"], options["quote"], options["on"] or datetime.now(UTC).date()
        _require_known({"base": base, "quote": quote, "--pivot": options["pivot"]})
        found = rate_as_of(base, quote, on, pivot=options["pivot"], type=options["type"])
        if found is None:
            raise CommandError(
                f"There is no {options['type']} rate of {base}/{quote} on {on} or up to {settings.FX_MAX_AGE_DAYS} days "
                f"before: neither direct nor inverse, nor through {options['pivot']}."
            )
        self.stdout.write(f"1 {base} = {format_rate(found.rate, 50)} {quote}")
        self.stdout.write(f"{found.path}, as of {found.rate_date}, source {found.source or 'none needed'}")
        for step in found.steps:
            divided = ", divided by" if step.inverted else ""
            self.stdout.write(
                f"  {step.source} {step.rate_date}: 1 {step.base} = {step.value:f} {step.quote}{divided} "
                f"(revision {step.revision} of {step.rate_id})"
            )

    def _list(self, options: dict[str, Any]) -> None:
        _require_known({"base": options["base"], "quote": options["quote"]})
        rates = newest_rates(options["base"], options["quote"], options["source"], options["limit"])
        for rate in rates:
            self.stdout.write(
                f"{rate.date}  {rate.source}  {rate.quoted_type}  1 {rate.quoted_base} = {rate.quoted_value:f} "
                f"{rate.quoted_quote}  revision {rate.revision}, recorded {rate.recorded_at:%Y-%m-%d %H:%M}"
            )
        if not rates:
            self.stdout.write(f"No rate of {options['base']}/{options['quote']} is stored, in either direction.")


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error


def _require_known(codes: dict[str, str]) -> None:
    """The currencies are known; each by the argument that names it."""
    known = known_currencies(codes.values())
    for argument, code in codes.items():
        if code not in known:
            raise CommandError(f"{argument}: {unknown_currency(code)}")


def _some(lines: Any) -> list[str]:
    """As many lines as somebody reads, and how many more there are."""
    shown = [f"{line}" for line in lines[:LINES_SHOWN_MAX]]
    more = len(lines) - len(shown)
    return [*shown, f"and {more} more"] if more else shown
