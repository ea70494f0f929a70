import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from os import fstat
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from tqdm import tqdm

from ledger.extensions import rehearsal
from ledger.imports.answers import post_all
from ledger.imports.csv_table import CsvTable
from ledger.imports.entries import Entry
from ledger.imports.error_file import JSON_SUFFIXES, ErrorFile
from ledger.imports.journal_lines import entries_of_lines
from ledger.imports.journal_rows import COLUMNS, entries_of_rows
from ledger.imports.journals import Tally, import_journals
from ledger.imports.rehearsal import Rehearsal
from ledger.management.imports import USAGE, add_import_arguments, asked_ledger, opened

INTERRUPTED = 130
OBJECTS_BETWEEN_COLLECTIONS = 100_000


class Command(BaseCommand):
    help = (
        "Post the journals of a file, each once per key: a second run posts nothing, and one that was stopped is "
        "completed. JSON lines (.jsonl) have one transfer a line, CSV one leg a row. What is refused goes to an error "
        "file, the rest is posted (docs/imports.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--format", choices=("csv", "jsonl"), help="what the file is, where its name does not say")
        parser.add_argument("--errors", type=Path, help="where refused lines go: .csv or .jsonl (FILE.errors.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        ledger_id = asked_ledger(options["ledger"])
        path: Path = options["file"]
        is_json = options["format"] == "jsonl" if options["format"] else path.suffix in JSON_SUFFIXES
        errors_path = options["errors"] or path.with_name(f"{path.name}.errors.{'jsonl' if is_json else 'csv'}")
        if errors_path.resolve() == path.resolve():
            raise CommandError("--errors: this is the file to import itself; name another.", returncode=USAGE)
        tally = Tally()
        try:
            with opened(path) as file, ErrorFile(errors_path) as errors:
                entries = _entries(file, ledger_id, options["delimiter"], is_json=is_json)
                with rehearsal() if options["dry_run"] else nullcontext():
                    answers_of = Rehearsal(ledger_id).answers_of if options["dry_run"] else post_all
                    _show_progress(file, import_journals(entries, errors.add, tally, answers_of), tally)
        except KeyboardInterrupt:
            raise CommandError(f"Stopped: {tally}. The same command again goes on.", returncode=INTERRUPTED) from None
        except OperationalError as error:
            raise CommandError(f"The database went away: {tally}. The same command again goes on.") from error
        self.stdout.write(f"{'Dry run, nothing is written: ' if options['dry_run'] else ''}{tally}.")
        if tally.refused:
            raise CommandError(f"{tally.refused} refused: see {errors_path}.")


def _entries(file: BinaryIO, ledger_id: UUID, delimiter: str | None, *, is_json: bool) -> Iterator[Entry]:
    if is_json:
        return entries_of_lines(file, ledger_id)
    return entries_of_rows(CsvTable(file, COLUMNS, delimiter), ledger_id)


def _show_progress(file: BinaryIO, batches: Iterator[object], tally: Tally) -> None:
    """Run the import, with the way through the file's bytes shown where somebody looks on."""
    size_bytes = fstat(file.fileno()).st_size or None
    with (
        _rare_collections(),
        tqdm(total=size_bytes, unit="B", unit_scale=True, disable=None if file.seekable() else True) as bar,
    ):
        for _ in batches:
            if not bar.disable:
                bar.set_postfix_str(str(tally), refresh=False)
                bar.update(file.tell() - bar.n)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for circles of garbage seldom: a batch makes a hundred thousand objects and hardly one, and a fifth of the
    time would go into looking.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
