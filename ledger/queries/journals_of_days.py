"""Which way leads faster to the newest journals of a range of value dates.

Walking back from the newest journal is best where the range reaches near it, and reads the whole ledger where it does
not; the index of value dates is best for a range of few journals, and has to sort all of it. PostgreSQL takes value
dates and numbers for independent, and so picks the walk for a single day of last year. That most journals are posted
on their value date tells the two lengths well enough.
"""

from datetime import UTC, date
from uuid import UUID

from ledger.models import BookState
from ledger.queries.ledgers import day_begins, day_ends
from ledger.queries.pages import Cursor
from ledger.queries.posting_order import journals_posted_before

# Sorting so many is quick, however few of them there turn out to be.
SORTED_ALWAYS = 5_000


def is_found_by_walking(
    ledger_id: UUID, from_date: date | None, to_date: date | None, cursor: Cursor[int] | None
) -> bool:
    """Whether to walk along the journals' numbers, rather than find the dates by their index and sort."""
    if from_date is None and to_date is None:
        return True
    newest = BookState.objects.values_list("last_number", flat=True).get(ledger_id=ledger_id)
    before = 0 if from_date is None else journals_posted_before(ledger_id, day_begins(from_date, UTC))
    through = newest if to_date is None else journals_posted_before(ledger_id, day_ends(to_date, UTC))
    if cursor is not None and cursor.backwards:
        to_skip = before - cursor.key
    else:
        to_skip = (newest if cursor is None else cursor.key) - through
    in_range = through - before
    return in_range > SORTED_ALWAYS and to_skip <= in_range
