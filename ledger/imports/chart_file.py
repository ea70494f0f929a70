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
    """One account as the file wants it; `parent` is a code, None for none.

    `faulty` names the columns whose cells are refused: what is here in their place means nothing.
    """

    line: int
    code: str
    name: str
    ccy: str
    type: AccountType
    non_negative: bool
    parent: str | None
    metadata: dict[str, str]
    faulty: frozenset[str] = frozenset()


@dataclass(slots=True)
class Chart:
    """The file as a whole: its rows, what is wrong with them so far, and what it speaks of.

    A column that the file does not have says nothing about accounts that exist. `codes` has those of rows that cannot
    be split into cells too.
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
        chart.codes.add(row.cells.get("code", ""))
        if row.problem and not row.unstorable:
            chart.problems.append(LineProblem(row.line, "parse_error", None, row.problem))
            continue
        reading = _Reading(row)
        if "code" not in reading.faulty:
            reading.require_first(first_lines)
        chart.rows.append(reading.chart_row(require_name))
        chart.problems += reading.problems
    return chart


class _Reading:
    """One row being read: every column is looked at, whatever is wrong with the others."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.problems = [
            LineProblem(row.line, "parse_error", column, why, row.cells[column])
            for column, why in row.unstorable.items()
        ]
        self._checked("code", require_account_code)

    @property
    def faulty(self) -> frozenset[str]:
        columns = (problem.field for problem in self.problems if problem.field)
        return frozenset("metadata" if column.startswith(METADATA_PREFIX) else column for column in columns)

    def require_first(self, first_lines: dict[str, int]) -> None:
        """Refuse a code that an earlier line has; `first_lines` learns the others."""
        code = self._row.cells["code"]
        first = first_lines.setdefault(code, self._row.line)
        if first != self._row.line:
            detail = f"line {first} has this code already; an account stands in the file once. Remove one of the two."
            self.problems.append(LineProblem(self._row.line, "account_exists", "code", detail, code))

    def chart_row(self, require_name: Callable[[str], object]) -> ChartRow:
        cells = self._row.cells
        self._checked("name", require_name)
        type_ = self._checked("type", _account_type)
        non_negative = self._checked("non_negative", _truth)
        metadata = metadata_of(cells)
        if "metadata" not in self.faulty:
            try:
                require_small(metadata)
            except Refusal as refusal:
                self._add(refusal, "metadata", None)
        return ChartRow(
            line=self._row.line,
            code=cells["code"],
            name=cells["name"],
            ccy=cells["ccy"],
            type=type_ or AccountType.ASSET,
            non_negative=bool(non_negative),
            parent=cells.get("parent") or None,
            metadata=metadata,
            faulty=self.faulty,
        )

    def _checked(self, column: str, check: Callable[[str], Value]) -> Value | None:
        value = self._row.cells.get(column, "")
        if column in self._row.unstorable:
            return None
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
