"""Lines of cells, with the line's number in the file."""

import csv
import io
from collections.abc import Iterator

from fx.rate_files.rate_file import InvalidRateFile

_DELIMITERS = ",;\t"


def text_of(content: bytes) -> str:
    """The file's text.

    Raises:
        InvalidRateFile: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidRateFile(f"line {line}: the file is not UTF-8 text; save it as UTF-8.") from error


def table_of(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The cells of the first line that has any, and then every further such line with its number; cells are stripped.

    Raises:
        InvalidRateFile: a quote that never closes, or a cell beyond the csv module's limit.
    """
    lines = _lines_of(text)
    _, header = next(lines, (1, [""]))
    return header, lines


def _lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InvalidRateFile(f"line {reader.line_num}: {error}.") from error
