"""Journals in a CSV file: a leg is a row, and the rows of one key that follow each other are a journal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.domain.judging import LEGS_MAX
from ledger.domain.orders import TransferOrder
from ledger.domain.refusals import InvalidRequest, ParseError, Refusal
from ledger.imports.csv_table import Columns, CsvTable, Row, metadata_of
from ledger.imports.entries import Entry, order_of

KEY = "idempotency_key"
LEG_COLUMNS = ("account", "side", "amount", "ccy")
JOURNAL_COLUMNS = ("value_date", "on_closed", "description", "reference")
COLUMNS = Columns(known=(KEY, *LEG_COLUMNS, *JOURNAL_COLUMNS), required=(KEY, *LEG_COLUMNS))


def entries_of_rows(table: CsvTable, ledger_id: UUID) -> Iterator[Entry[TransferOrder]]:
    """Every journal, in order; at no time more than one journal is in memory.

    A row that cannot be read, or has no key, might belong to the journal before it or after it: both are refused,
    because a journal must not be posted without one of its legs.
    """
    group: _Group | None = None
    stray: int | None = None
    for row in table.rows():
        key = "" if row.problem and not row.cells else row.cells.get(KEY, "")
        if not key:
            if group is not None:
                group.doubt(row.line)
                # Now, and not at its end: what is refused is told in the order of lines.
                yield from group.told(ledger_id)
            stray = row.line
            yield Entry(row.line, "", refusal=_refusal_of_stray(row))
            continue
        if group is None or group.key != key:
            if group is not None:
                yield from group.told(ledger_id)
            group = _Group(key, row.line, table.metadata_columns)
        if stray is not None:
            group.doubt(stray)
            stray = None
        group.add(row)
    if group is not None:
        yield from group.told(ledger_id)


def _refusal_of_stray(row: Row) -> Refusal:
    if row.problem:
        return ParseError(row.problem)
    return InvalidRequest("An idempotency key is missing: every row needs its journal's.", field=KEY)


@dataclass(slots=True)
class _Group:
    """The rows of one key so far."""

    key: str
    line: int
    metadata_columns: list[str]
    legs: list[dict[str, Any]] = field(default_factory=list)
    leg_lines: list[int] = field(default_factory=list)
    journal: Mapping[str, str] = field(default_factory=dict)
    problem: tuple[int, Refusal] | None = None
    is_told: bool = False

    def add(self, row: Row) -> None:
        if row.problem:
            self._blame(row.line, ParseError(row.problem))
        if not self.journal:
            self.journal = row.cells
        else:
            self._require_the_same(row)
        # One more than allowed is enough to be told that there are too many.
        if len(self.legs) <= LEGS_MAX:
            self.legs.append({column: row.cells.get(column, "") for column in LEG_COLUMNS})
            self.leg_lines.append(row.line)

    def doubt(self, line: int) -> None:
        self._blame(
            self.line, ParseError(f"Line {line} cannot be read or has no key, and might belong to this journal.")
        )

    def told(self, ledger_id: UUID) -> Iterator[Entry[TransferOrder]]:
        """Its entry, once: rows that come after it are of a journal that is refused already."""
        if not self.is_told:
            self.is_told = True
            yield self.entry(ledger_id)

    def entry(self, ledger_id: UUID) -> Entry[TransferOrder]:
        if self.problem:
            line, refusal = self.problem
            return Entry(line, self.key, refusal=refusal)
        try:
            return Entry(self.line, self.key, order_of(self._body(), ledger_id), leg_lines=self.leg_lines)
        except Refusal as refusal:
            return Entry(self.line, self.key, refusal=refusal, leg_lines=self.leg_lines)

    def _require_the_same(self, row: Row) -> None:
        for column in (*JOURNAL_COLUMNS, *self.metadata_columns):
            first, given = self.journal.get(column, ""), row.cells.get(column, "")
            if first != given:
                detail = f"{given[:60]!r} is not what line {self.line} has for the same journal: {first[:60]!r}."
                self._blame(row.line, InvalidRequest(detail, field=column))
                return

    def _blame(self, line: int, refusal: Refusal) -> None:
        self.problem = self.problem or (line, refusal)

    def _body(self) -> dict[str, Any]:
        # An empty cell is a field left out, as it would be in JSON.
        legs = [leg if leg["amount"] else leg | {"amount": None} for leg in self.legs]
        journal = {column: value for column in JOURNAL_COLUMNS if (value := self.journal.get(column))}
        return {KEY: self.key, "legs": legs, "metadata": metadata_of(self.journal), **journal}
