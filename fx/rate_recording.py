"""The verb that records rates: each key once, a revision where its value changed, nothing where it did not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils
from django.db import connection, transaction

from fx import telemetry
from fx.domain.rate_moves import RateMove
from fx.domain.rates import Quotation, normalised, require_quotation
from fx.domain.refusals import InvalidRate
from fx.queries.rate_moves import jumps_of, revisions_of
from ledger.domain.currencies import unknown_currency
from ledger.domain.refusals import CurrencyUnknown
from ledger.models import Currency

# Small enough that progress shows and no statement comes near its time-out, large enough to be quick.
CHUNK_ROWS = 10_000

# What is stored with the same value is left out before the upsert, which would lock and rewrite its row for nothing;
# a scalar subquery, because as a join it would read the whole table for every chunk. The upsert's own WHERE holds for a
# writer in between, and its order keeps two writers from waiting for each other.
_RECORD = """
INSERT INTO fx_rate AS kept
       (id, base, quote, type, date, source, quoted_at, value, quoted_value, quoted_inverted, revision)
SELECT given.*, 1
  FROM json_to_recordset(%s)
       AS given (id uuid, base text, quote text, type text, date date, source text, quoted_at timestamptz,
                 value numeric, quoted_value numeric, quoted_inverted boolean)
 WHERE given.value IS DISTINCT FROM (
    SELECT same.value
      FROM fx_rate same
     WHERE (same.base, same.quote, same.type, same.date, same.source)
         = (given.base, given.quote, given.type, given.date, given.source)
       AND same.quoted_at IS NOT DISTINCT FROM given.quoted_at)
 ORDER BY given.base, given.quote, given.type, given.date, given.source, given.quoted_at NULLS FIRST
    ON CONFLICT (base, quote, type, date, source, quoted_at) DO UPDATE
   SET value = excluded.value, quoted_value = excluded.quoted_value, quoted_inverted = excluded.quoted_inverted,
       revision = kept.revision + 1, recorded_at = statement_timestamp()
 WHERE kept.value <> excluded.value
RETURNING id, revision
"""


class _Row(msgspec.Struct):
    """A rate to write, as JSON has it."""

    base: str
    quote: str
    type: str
    date: date
    source: str
    quoted_at: datetime | None
    value: Decimal
    quoted_value: Decimal
    quoted_inverted: bool
    id: str

    @classmethod
    def of(cls, quotation: Quotation) -> "_Row":
        require_quotation(quotation)
        rate = normalised(quotation)
        return cls(
            rate.base,
            rate.quote,
            rate.type,
            quotation.date,
            quotation.source,
            quotation.quoted_at,
            rate.value,
            rate.quoted_value,
            rate.inverted,
            # As text from the start: to make 200,000 of Python's own UUIDs takes a second and a half.
            str(uuid_utils.uuid7()),
        )

    @property
    def key(self) -> tuple[Any, ...]:
        """Unique, and what every writer sorts by."""
        instant = self.quoted_at.timestamp() if self.quoted_at else -1
        return self.base, self.quote, self.type, self.date, self.source, instant


@dataclass(frozen=True, slots=True)
class RecordedRates:
    """What became of the rates given. `revisions` and `jumps` are newest first; a jump was accepted all the same."""

    new: int
    unchanged: int
    revisions: tuple[RateMove, ...]
    jumps: tuple[RateMove, ...]

    @property
    def revised(self) -> int:
        return len(self.revisions)

    @property
    def nothing_changed(self) -> bool:
        return not self.new and not self.revisions


def nothing_to_tell(done: int, total: int) -> None:
    """The progress of callers who show none."""


def record_rates(
    quotations: Iterable[Quotation],
    *,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] = nothing_to_tell,
) -> RecordedRates:
    """Record all the rates or none of them. What is stored with the same value stays untouched, revision included.

    A dry run does all of it and takes it back, so that its answer is what would have happened. `on_progress` is told
    how many of how many rates are done.

    Raises:
        InvalidRate: a value, pair, source or instant that cannot be, or two values for one key.
        CurrencyUnknown: a currency that the books do not know. Nothing was written.
    """
    rows = _rows(quotations)
    _require_currencies({code for row in rows for code in (row.base, row.quote)})
    with transaction.atomic():
        recorded = _record(rows, on_progress)
        if dry_run:
            transaction.set_rollback(True)
        else:
            transaction.on_commit(lambda: _count(recorded))
    return recorded


def _rows(quotations: Iterable[Quotation]) -> list[_Row]:
    """The rates in their kept direction, one for each key, in the order of their keys."""
    rows: dict[Any, _Row] = {}
    for row in map(_Row.of, quotations):
        if rows.setdefault(row.key, row).value != row.value:
            raise InvalidRate(
                f"{row.base}/{row.quote} on {row.date} from {row.source} is given twice, with two values.",
                field="value",
            )
    return [rows[key] for key in sorted(rows)]


def _require_currencies(codes: set[str]) -> None:
    unknown = codes - known_currencies(codes)
    if unknown:
        raise CurrencyUnknown(unknown_currency(min(unknown)), field="base or quote")


def known_currencies(codes: Iterable[str]) -> set[str]:
    """Those of the codes that the books know."""
    # PostgreSQL takes no text with a NUL in it, and a file may have anything.
    askable = sorted(code for code in codes if code.isascii() and code.isalnum())
    return set(Currency.objects.filter(code__any=askable).values_list("code", flat=True))


def _record(rows: list[_Row], on_progress: Callable[[int, int], None]) -> RecordedRates:
    new = 0
    revisions: list[RateMove] = []
    jumps: list[RateMove] = []
    for done in range(0, len(rows), CHUNK_ROWS):
        chunk = rows[done : done + CHUNK_ROWS]
        written = _write(chunk)
        new += sum(1 for _, revision in written if revision == 1)
        revisions += revisions_of([rate_id for rate_id, revision in written if revision > 1])
        jumps += jumps_of([rate_id for rate_id, _ in written])
        on_progress(done + len(chunk), len(rows))
    unchanged = len(rows) - new - len(revisions)
    return RecordedRates(new, unchanged, _newest_first(revisions), _newest_first(jumps))


def _write(chunk: list[_Row]) -> list[tuple[UUID, int]]:
    """Write a chunk in one statement: the id and revision of each rate that is new or changed."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [msgspec.json.encode(chunk).decode()])
        return list(cursor.fetchall())


def _newest_first(moves: list[RateMove]) -> tuple[RateMove, ...]:
    return tuple(sorted(moves, key=lambda move: move.date, reverse=True))


def _count(recorded: RecordedRates) -> None:
    for jump in recorded.jumps:
        telemetry.RATE_JUMPS_TOTAL.labels(jump.source).inc()
