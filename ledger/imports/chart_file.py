"""A chart of accounts in a CSV file: what each of its rows asks for, or what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.domain.account_codes import require_account_code
from ledger.domain.accounts import AccountType
from ledger.domain.metadata import require_small
from ledger.domain.refusals import InvalidRequest, Refusal
from ledger.imports.csv_table import METADATA_PREFIX, Columns, CsvTable, Row, metadata_of
from ledger.imports.line_problems import LineProblem

COLUMNS = Columns(
    known=("code", "name", "ccy", "type", "non_negative", "parent"),
    required=("code", "name", "ccy"),
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One account as the file wants it; `parent` is a code, None for none."""

    line: int
    code: str
    name: str
    ccy: str
    type: AccountType
    non_negative: bool
    parent: str | None
    metadata: dict[str, str]


@dataclass(slots=True)
class Chart:
    """The file as a whole: the rows that can be understood, what is wrong with the others, and what it speaks of.

    A column that the file does not have says nothing about accounts that exist. `codes` has those of bad rows too.
    """

    columns: frozenset[str]
    metadata_keys: frozenset[str]
    codes: set[str] = field(default_factory=set)
    rows: list[ChartRow] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)


def read_chart(table: CsvTable, require_name: Callable[[str], object]) -> Chart:
    """Every row of the table; nothing is looked up yet."""
    keys = frozenset(name.removeprefix(METADATA_PREFIX) for name in table.metadata_columns)
    chart = Chart(frozenset(table.columns), keys)
    first_lines: dict[str, int] = {}
    for row in table.rows():
        reading = _Reading(row)
        read = reading.chart_row(require_name)
        chart.problems += reading.problems
        chart.codes.add(row.cells.get("code", ""))
        if read is None:
            continue
        if read.code in first_lines:
            detail = f"line {first_lines[read.code]} has this code already; an account stands in the file once."
            chart.problems.append(LineProblem(row.line, "account_exists", "code", detail, read.code))
            continue
        first_lines[read.code] = row.line
        chart.rows.append(read)
    return chart


class _Reading:
    """One row being read: every column is looked at, whatever is wrong with the others."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.problems: list[LineProblem] = []

    def chart_row(self, require_name: Callable[[str], object]) -> ChartRow | None:
        if self._row.problem:
            self.problems.append(LineProblem(self._row.line, "parse_error", None, self._row.problem))
            return None
        cells = self._row.cells
        self._checked("code", require_account_code)
        self._checked("name", require_name)
        type_ = self._checked("type", _account_type)
        non_negative = self._checked("non_negative", _truth)
        metadata = metadata_of(cells)
        try:
            require_small(metadata)
        except Refusal as refusal:
            self._add(refusal, "metadata", None)
        if self.problems or type_ is None or non_negative is None:
            return None
        return ChartRow(
            line=self._row.line,
            code=cells["code"],
            name=cells["name"],
            ccy=cells["ccy"],
            type=type_,
            non_negative=non_negative,
            parent=cells.get("parent") or None,
            metadata=metadata,
        )

    def _checked(self, column: str, check: Callable[[str], Value]) -> Value | None:
        value = self._row.cells.get(column, "")
        try:
            return check(value)
        except Refusal as refusal:
            self._add(refusal, column, value)
            return None

    def _add(self, refusal: Refusal, column: str, value: str | None) -> None:
        self.problems.append(LineProblem(self._row.line, refusal.code, column, refusal.detail, value))


def _account_type(text: str) -> AccountType:
    if not text:
        return AccountType.ASSET
    try:
        return AccountType(text)
    except ValueError:
        raise InvalidRequest(f"A type is one of: {', '.join(AccountType)}; empty is asset.") from None


def _truth(text: str) -> bool:
    # Spreadsheets write TRUE.
    match text.lower():
        case "true":
            return True
        case "false" | "":
            return False
        case _:
            raise InvalidRequest("Write true or false; empty is false.")
