"""What a reader makes of a file: the rates by line, and everything that is wrong with it, by line."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fx.domain.rates import Quotation, parse_rate, require_key
from fx.domain.refusals import InvalidRate
from ledger.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with one field of one line."""

    line: int
    field: str
    value: str
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field} {self.value[:60]!r}: {self.detail}"


class InvalidRateFile(Refusal):
    """A file that cannot be read as rates. `errors` has every line's own; nothing was written."""

    code = "invalid_rate_file"

    def __init__(self, detail: str, errors: list[LineError] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


@dataclass(slots=True)
class RateFile:
    """The rates of a file with the line that each stands on, and the errors found on the way.

    `is_feed` says that the file has whatever its source quotes, so that a currency that the books do not know is
    passed over; in a file that somebody wrote it is an error.
    """

    format: str
    is_feed: bool
    rates: list[tuple[int, Quotation]] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)

    def add(self, line: int, quotation: Quotation) -> None:
        """Note a rate whose value `rate` has read; what else is wrong with it is noted instead."""
        try:
            require_key(quotation)
        except InvalidRate as refusal:
            column = refusal.field or "value"
            self.refuse(line, column, str(getattr(quotation, column)), refusal.detail)
        else:
            self.rates.append((line, quotation))

    def refuse(self, line: int, column: str, value: str, detail: str) -> None:
        self.errors.append(LineError(line, column, value, detail))

    def rate(self, line: int, column: str, text: str) -> Decimal | None:
        """The rate that the text writes; None, and an error noted, where it writes none."""
        try:
            return parse_rate(text.strip())
        except InvalidRate as refusal:
            self.refuse(line, column, text, refusal.detail)
            return None

    def date(self, line: int, column: str, text: str) -> date | None:
        """The ISO date that the text writes; None, and an error noted, where it writes none."""
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            self.refuse(line, column, text, "write a date as 2026-01-31.")
            return None
