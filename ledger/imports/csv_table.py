"""A CSV file with a header, row by row, each with the line on which it begins."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from ledger.domain.records import record
from ledger.imports.line_problems import UnusableFile

DELIMITERS = ",;\t"
METADATA_PREFIX = "metadata."
# Longer lines are no table of ours, and must not fill the memory.
LINE_LENGTH_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table may have and which it must have; `metadata.KEY` goes with any KEY."""

    known: Collection[str]
    required: Collection[str]

    def are(self, name: str) -> bool:
        return name in self.known or (name.startswith(METADATA_PREFIX) and len(name) > len(METADATA_PREFIX))


@record
class Row:
    """A row's cells by column. One that cannot be read has a `problem` too, and of its cells what there is.

    Where single cells are the problem, `unstorable` says by column what is wrong with each.
    """

    line: int
    cells: dict[str, str]
    problem: str | None = None
    unstorable: Mapping[str, str] = field(default_factory=dict)


class CsvTable:
    """The table in a binary file; rows whose cells are all empty are passed over.

    Raises:
        UnusableFile: no header that names the columns, an unknown, repeated or missing column, or (while reading) a
            line that is far too long.
    """

    def __init__(self, file: BinaryIO, columns: Columns, delimiter: str | None = None) -> None:
        # What is not UTF-8 is carried along, so that only its own row is refused.
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        header = self._text.readline(LINE_LENGTH_MAX)
        self.delimiter = delimiter or max(DELIMITERS, key=lambda mark: sum(map(columns.are, _split(header, mark))))
        self.columns = _split(header, self.delimiter)
        _require_header(header, self.columns, columns)
        self.metadata_columns = [name for name in self.columns if name.startswith(METADATA_PREFIX)]

    def rows(self) -> Iterator[Row]:
        """Every row, in order; once."""
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            # The reader counts from the line after the header.
            line = reader.line_num + 2
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, {}, _unreadable(str(error), line, reader.line_num + 1))
            else:
                if any(cells):
                    yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        named = dict(zip(self.columns, cells, strict=False))
        if len(cells) != len(self.columns):
            counted = f"The row has {len(cells)} cells, the header {len(self.columns)}"
            return Row(line, named, f"{counted}: write a cell for each column, an empty one too.")
        problem = _unstorable("".join(cells))
        if problem is None:
            return Row(line, named)
        return Row(line, named, problem, {column: why for column, cell in named.items() if (why := _unstorable(cell))})

    def _lines(self) -> Iterator[str]:
        line = 1
        while text := self._text.readline(LINE_LENGTH_MAX):
            line += 1
            if len(text) == LINE_LENGTH_MAX:
                raise UnusableFile(f"line {line} is longer than {LINE_LENGTH_MAX} characters: this is no such table.")
            yield text
        # Or the file would be closed as soon as nobody holds the table any more.
        self._text.detach()


def metadata_of(cells: Mapping[str, str]) -> dict[str, str]:
    """What the `metadata.KEY` columns of a row say; an empty cell says nothing."""
    return {
        column.removeprefix(METADATA_PREFIX): value
        for column, value in cells.items()
        if value and column.startswith(METADATA_PREFIX)
    }


def _split(header: str, delimiter: str) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [name.strip() for name in names]


def _require_header(header: str, names: list[str], columns: Columns) -> None:
    listed = f"{', '.join(columns.known)}, {METADATA_PREFIX}KEY"
    if not any(columns.are(name) for name in names):
        raise UnusableFile(
            f"The first line has to name the columns ({listed}) in UTF-8, separated by comma, semicolon or tab; "
            f"it is {header.strip()[:80]!r}."
        )
    unknown = [name for name in names if not columns.are(name)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in columns.required if name not in names]
    faults = [
        f"{fault} {', '.join(repr(name[:60]) for name in found)}"
        for fault, found in (("unknown:", unknown), ("given twice:", repeated), ("missing:", missing))
        if found
    ]
    if faults:
        raise UnusableFile(
            f"The columns in the first line are not as they should be; {'; '.join(faults)}. There can be: {listed}."
        )


def _unreadable(error: str, first: int, last: int) -> str:
    lines = f"Lines {first} to {last} are" if last > first else "This is"
    return f"{lines} no row of CSV: {error}. A quote that is opened has to be closed, and one inside doubled."


def _unstorable(text: str) -> str | None:
    if "\x00" in text:
        return "A cell holds a NUL character: remove it."
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "A cell is not UTF-8: save the file as UTF-8."
    return None
