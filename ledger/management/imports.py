"""What the import commands have in common: their arguments, and how they end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from ledger.domain.refusals import Refusal
from ledger.imports.line_problems import UnusableFile
from ledger.queries.ledgers import ledger_id_of

# The exit codes: some lines were refused; the import could not start, or could not go on.
LINES_REFUSED = 1
UNUSABLE = 2


def add_import_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--ledger", required=True, help="code of the ledger")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    parser.add_argument(
        "--delimiter", help="what separates the columns of a CSV; found out by itself where it is , ; or a tab"
    )


def checked_delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise CommandError(f"--delimiter: {delimiter!r} is not one character that can separate.", returncode=UNUSABLE)
    return delimiter


def asked_ledger(code: str) -> UUID:
    ledger_id = ledger_id_of(code)
    if ledger_id is None:
        raise CommandError(f"--ledger: there is no ledger {code!r}; ledger_open opens one.", returncode=UNUSABLE)
    return ledger_id


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file to import; whatever keeps it from being imported at all ends the command."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.", returncode=UNUSABLE) from error
    except UnusableFile as unusable:
        raise CommandError(f"{path}: {unusable}", returncode=UNUSABLE) from unusable
    except Refusal as refusal:
        raise CommandError(refusal.detail, returncode=UNUSABLE) from refusal
