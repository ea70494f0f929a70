"""Files of rates: from bytes to quotations, with every error by its line. No database here."""

from fx.rate_files.delimited import table_of, text_of
from fx.rate_files.ecb_csv import read_ecb_csv
from fx.rate_files.ecb_xml import read_ecb_xml
from fx.rate_files.plain_csv import REQUIRED, read_plain_csv
from fx.rate_files.rate_file import InvalidRateFile, LineError, RateFile

FORMATS = ("ecb-xml", "ecb-csv", "csv")
ECB = "ECB"

__all__ = ["FORMATS", "InvalidRateFile", "LineError", "RateFile", "read_rates"]


def read_rates(
    content: bytes, format_: str | None = None, source: str | None = None, *, unnamed_source: str | None = None
) -> RateFile:
    """The rates of a file, in the format named or, without one, in the one that its beginning shows.

    `source` is who quoted them: by default "ECB" for the bank's own formats, and each line's own for the plain CSV,
    where `unnamed_source` stands in for those that name none.

    Raises:
        InvalidRateFile: the file as a whole cannot be read. What is wrong with single lines is in the answer.
    """
    format_ = format_ or _format_of(content)
    if format_ == "ecb-xml":
        return read_ecb_xml(content, source or ECB)
    if format_ == "ecb-csv":
        return read_ecb_csv(text_of(content), source or ECB)
    if format_ == "csv":
        return read_plain_csv(text_of(content), source or unnamed_source)
    raise InvalidRateFile(f"{format_[:60]!r} is not a format of rates: it is one of {', '.join(FORMATS)}.")


def _format_of(content: bytes) -> str:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "ecb-xml"
    header = [cell.lower() for cell in table_of(text_of(content))[0]]
    if header[0] == "date" and "base" not in header:
        return "ecb-csv"
    if set(REQUIRED) & set(header):
        return "csv"
    raise InvalidRateFile(
        "The file is neither the ECB's XML, nor its CSV (whose first line begins with 'Date'), nor a CSV whose first "
        f"line names the columns {', '.join(REQUIRED)}."
    )
