"""The European Central Bank's reference rates as CSV: a date, then a column for each currency, newest day first.

    Date,USD,JPY,BGN,...,
    2026-01-30,1.0850,163.20,N/A,...,

The comma at each line's end makes an empty last column. The daily file spells its date "30 January 2026".
"""

from datetime import UTC, date, datetime

from fx.domain.rates import Quotation
from fx.rate_files.delimited import table_of
from fx.rate_files.rate_file import InvalidRateFile, RateFile

BASE = "EUR"
NO_RATE = ("", "N/A")


def read_ecb_csv(text: str, source: str) -> RateFile:
    """Every rate of the file.

    Raises:
        InvalidRateFile: the first line is not Date and currencies.
    """
    file = RateFile("ecb-csv", is_feed=True)
    header, lines = table_of(text)
    first, currencies = header[0], _without_the_empty_last(header)[1:]
    if first.lower() != "date" or not currencies or not all(currencies) or len(set(currencies)) < len(currencies):
        raise InvalidRateFile("line 1: an ECB file begins with 'Date' and a column for each currency, each once.")
    for line, cells in lines:
        day, *rates = _without_the_empty_last(cells)
        on = _date(file, line, day)
        if len(rates) != len(currencies):
            file.refuse(
                line, "line", day, f"it has {len(rates)} cells after its date, for {len(currencies)} currencies."
            )
        elif on is not None:
            _add_line(file, line, on, dict(zip(currencies, rates, strict=True)), source)
    return file


def _without_the_empty_last(cells: list[str]) -> list[str]:
    return cells[:-1] if cells and not cells[-1] else cells


def _add_line(file: RateFile, line: int, on: date, rates: dict[str, str], source: str) -> None:
    for currency, text in rates.items():
        if text in NO_RATE:
            continue
        value = file.rate(line, currency, text)
        if value is not None:
            file.add(line, Quotation(BASE, currency, value, on, source))


def _date(file: RateFile, line: int, text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d %B %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return file.date(line, "Date", text)
