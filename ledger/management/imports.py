"""What the import commands have in common: their arguments, and how they end."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import CommandError, CommandParser

from ledger.domain.refusals import Refusal
from ledger.imports.line_problems import UnusableFile

# How argparse ends when the command line itself is wrong; everything else that is refused ends in CommandError's own 1.
USAGE = 2


def add_import_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--ledger", required=True, help="code of the ledger")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    parser.add_argument(
        "--delimiter",
        type=_delimiter,
        help="what separates the columns of a CSV; found out by itself where it is , ; or a tab",
    )


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file to import; whatever keeps it from being imported at all ends the command."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from error
    except UnusableFile as unusable:
        raise CommandError(f"{path}: {unusable}") from unusable
    except Refusal as refusal:
        raise CommandError(refusal.detail) from refusal


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise ArgumentTypeError(f"{text!r} is not one character that can separate.")
    return text
