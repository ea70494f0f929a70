from collections.abc import Iterator
from contextlib import closing
from os import fstat
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from tqdm import tqdm

from ledger.imports.answers import Poster
from ledger.imports.checked_batches import rare_collections
from ledger.imports.error_file import JSON_SUFFIXES, ErrorFile
from ledger.imports.journal_file import JournalFile
from ledger.imports.journals import Tally, import_journals
from ledger.imports.reading_ahead import ReadingFailed, read_batches
from ledger.imports.rehearsal import Rehearsal
from ledger.management.imports import USAGE, add_import_arguments, opened
from ledger.management.ledgers import asked_ledger

INTERRUPTED = 130
# Where a shell's pipes are: /dev/stdin, /dev/fd/63.
SYSTEM_FOLDERS = (("/", "dev"), ("/", "proc"))


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
        if path.is_dir():
            raise CommandError(f"{path}: Is a directory: name a file.")
        if path.parts[:2] in SYSTEM_FOLDERS and options["errors"] is None:
            raise CommandError(
                f"--errors: refused lines cannot go beside {path}; name a file for them.", returncode=USAGE
            )
        is_json = options["format"] == "jsonl" if options["format"] else path.suffix in JSON_SUFFIXES
        errors_path = options["errors"] or path.with_name(f"{path.name}.errors.{'jsonl' if is_json else 'csv'}")
        if errors_path.resolve() == path.resolve():
            raise CommandError("--errors: this is the file to import itself; name another.", returncode=USAGE)
        tally = Tally()
        source = JournalFile(path, ledger_id, is_json, options["delimiter"], options["dry_run"])
        try:
            with opened(path) as file, ErrorFile(errors_path) as errors, closing(read_batches(source, file)) as batches:
                answers_of = Rehearsal(ledger_id).answers_of if source.is_rehearsal else Poster().answers_of
                _show_progress(file, import_journals(batches, errors.add, tally, answers_of), tally)
        except KeyboardInterrupt:
            raise CommandError(f"Stopped: {tally}. The same command again goes on.", returncode=INTERRUPTED) from None
        except OperationalError as error:
            raise CommandError(f"The database went away: {tally}. The same command again goes on.") from error
        except ReadingFailed as error:
            raise CommandError(f"{error}: {tally}. The same command again goes on.") from error
        self.stdout.write(f"{'Dry run, nothing is written: ' if source.is_rehearsal else ''}{tally}.")
        if tally.refused:
            raise CommandError(f"{tally.refused} refused: see {errors_path}.")


def _show_progress(file: BinaryIO, batches: Iterator[int], tally: Tally) -> None:
    """Run the import, with the way through the file's bytes shown where somebody looks on."""
    size_bytes = fstat(file.fileno()).st_size or None
    with (
        rare_collections(),
        tqdm(total=size_bytes, unit="B", unit_scale=True, disable=None if file.seekable() else True) as bar,
    ):
        for read_bytes in batches:
            if not bar.disable:
                bar.set_postfix_str(str(tally), refresh=False)
                bar.update(read_bytes - bar.n)
