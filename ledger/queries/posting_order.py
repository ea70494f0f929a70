"""How many legs an account had, or journals a ledger, at a point of the posting order: by halving, never by reading.

Both are numbered from 1 without a gap, in posting order, and the instants of posting never run backwards. So twenty
probes, each one or two look-ups by index, find the place among a million.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection

# `low` of them are known to be before the point, and no more than `high` can be.
_COUNT = """
    WITH RECURSIVE probe (low, high) AS (
        SELECT 0::bigint, {all}
        UNION ALL
        SELECT CASE WHEN is_before THEN middle ELSE low END, CASE WHEN is_before THEN high ELSE middle - 1 END
          FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM probe WHERE low < high) halves
         CROSS JOIN LATERAL (SELECT {is_before} AS is_before FROM {row_at_middle}) probed
    )
    SELECT low FROM probe WHERE low = high
"""
_OF_ACCOUNT = {
    "all": "leg_count FROM ledger_balance WHERE account_id = %(of)s",
    "row_at_middle": "ledger_leg l JOIN ledger_journal j ON j.id = l.journal_id"
    " WHERE l.account_id = %(of)s AND l.account_seq = middle",
}
_OF_LEDGER = {
    "all": "last_number FROM ledger_bookstate WHERE ledger_id = %(of)s",
    "row_at_middle": "ledger_journal j WHERE j.ledger_id = %(of)s AND j.number = middle",
}
_LEGS_POSTED_BEFORE = _COUNT.format(is_before="j.posted_at < %(point)s", **_OF_ACCOUNT)
_LEGS_POSTED_BY = _COUNT.format(is_before="j.posted_at <= %(point)s", **_OF_ACCOUNT)
_LEGS_NUMBERED_BELOW = _COUNT.format(is_before="j.number < %(point)s", **_OF_ACCOUNT)
_JOURNALS_POSTED_BEFORE = _COUNT.format(is_before="j.posted_at < %(point)s", **_OF_LEDGER)


def legs_posted_before(account_id: UUID, instant: datetime) -> int:
    """How many of the account's legs were posted before the instant: the running number of the last of them."""
    return _count(_LEGS_POSTED_BEFORE, account_id, instant)


def legs_posted_by(account_id: UUID, instant: datetime) -> int:
    """The same, with those posted at the very instant."""
    return _count(_LEGS_POSTED_BY, account_id, instant)


def legs_numbered_below(account_id: UUID, journal_number: int) -> int:
    """How many of the account's legs belong to journals with a smaller number."""
    return _count(_LEGS_NUMBERED_BELOW, account_id, journal_number)


def journals_posted_before(ledger_id: UUID, instant: datetime) -> int:
    """How many of the ledger's journals were posted before the instant: the number of the last of them."""
    return _count(_JOURNALS_POSTED_BEFORE, ledger_id, instant)


def _count(statement: str, of: UUID, point: datetime | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"of": of, "point": point})
        ((count,),) = cursor.fetchall()
        return int(count)
