"""Rates that somebody wrote down: a CSV file with the columns base, quote, rate and date, and maybe type and source."""

from datetime import UTC, date, datetime

from fx.domain.rates import Quotation, RateType
from fx.rate_files.delimited import table_of
from fx.rate_files.rate_file import InvalidRateFile, RateFile

REQUIRED = ("base", "quote", "rate", "date")
OPTIONAL = ("type", "source")
COLUMNS = REQUIRED + OPTIONAL


def read_plain_csv(text: str, source: str | None) -> RateFile:
    """Every rate of the file; `source` is that of the lines that name none.

    Raises:
        InvalidRateFile: a column that is missing, unknown or there twice.
    """
    file = RateFile("csv", is_feed=False)
    header, lines = table_of(text)
    columns = [name.lower() for name in header]
    _require_columns(columns)
    for line, cells in lines:
        if len(cells) != len(columns):
            file.refuse(line, "line", ",".join(cells), f"it has {len(cells)} cells, the first line has {len(columns)}.")
        else:
            _add(file, line, dict(zip(columns, cells, strict=True)), source)
    return file


def _require_columns(columns: list[str]) -> None:
    for name in REQUIRED:
        if name not in columns:
            raise InvalidRateFile(
                f"line 1: column {name!r} is missing. A file of rates has the columns {', '.join(REQUIRED)}, and may "
                f"have {' and '.join(OPTIONAL)}."
            )
    for name in columns:
        if name not in COLUMNS:
            raise InvalidRateFile(
                f"line 1: there is no column {name[:60]!r}; a file of rates has {', '.join(COLUMNS)}."
            )
        if columns.count(name) > 1:
            raise InvalidRateFile(f"line 1: column {name!r} is there twice.")


def _add(file: RateFile, line: int, cells: dict[str, str], source: str | None) -> None:
    errors_before = len(file.errors)
    value = file.rate(line, "rate", cells["rate"])
    on, quoted_at = _moment(file, line, cells["date"])
    type_ = _type(file, line, cells.get("type", ""))
    named = cells.get("source") or source
    if not named:
        file.refuse(line, "source", "", "name one in a column 'source', or for the whole file.")
    for column in ("base", "quote"):
        if not cells[column]:
            file.refuse(line, column, "", "name a currency.")
    if len(file.errors) == errors_before and value and on and named:
        file.add(line, Quotation(cells["base"], cells["quote"], value, on, named, type_, quoted_at))


def _type(file: RateFile, line: int, text: str) -> RateType:
    try:
        return RateType(text.lower() or RateType.MID)
    except ValueError:
        file.refuse(line, "type", text, f"it is one of {', '.join(RateType)}.")
        return RateType.MID


def _moment(file: RateFile, line: int, text: str) -> tuple[date | None, datetime | None]:
    """The cell's date, or its instant with the date of that in UTC."""
    if "T" not in text:
        return file.date(line, "date", text), None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        file.refuse(line, "date", text, "write an instant with its offset, as 2026-01-31T12:00:00Z.")
        return None, None
    return instant.astimezone(UTC).date(), instant
