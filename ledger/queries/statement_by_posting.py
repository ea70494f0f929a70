"""An account's statement in the order of posting, with the balance that each leg left when it was posted.

New legs come behind all others and each has its balance with it, so a page costs the same wherever it lies. A period's
days are days of posting here, in the ledger's time zone, and are found by halving (`posting_order`).
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from ledger.domain.accounts import AccountFacts
from ledger.queries.balances import balance_after_leg
from ledger.queries.ledgers import day_begins, day_ends
from ledger.queries.pages import Cursor, Keyset
from ledger.queries.posting_order import legs_posted_before
from ledger.queries.statement_lines import COLUMNS, Period, StatementLine, StatementPage

_BY_SEQ: Keyset[StatementLine, int] = Keyset("account_seq", key_of=lambda line: line.account_seq)

# No account will ever have as many legs.
_NO_END = 2**63 - 1

_PAGE = """
    SELECT l.balance_after, {columns}
      FROM ledger_leg l JOIN ledger_journal j ON j.id = l.journal_id
     WHERE l.account_id = %(account)s AND l.account_seq > %(behind)s AND l.account_seq < %(before)s
     ORDER BY l.account_seq {order} LIMIT %(rows)s
"""
_ONWARDS = _PAGE.format(columns=COLUMNS, order="ASC")
_BACKWARDS = _PAGE.format(columns=COLUMNS, order="DESC")


def statement_by_posting(
    account: AccountFacts, period: Period, zone: ZoneInfo, cursor: Cursor[int] | None, limit: int
) -> StatementPage[Cursor[int]]:
    """A page of the account's legs that were posted on the period's days, as they are in the zone."""
    behind, before = _bounds(account, period, zone)
    if cursor is not None and cursor.backwards:
        before = min(before, cursor.key)
    elif cursor is not None:
        behind = max(behind, cursor.key)
    page = _BY_SEQ.page(_lines(account, behind, before, cursor, limit), cursor, limit)
    if page.rows:
        opening, closing = page.rows[0].balance_before(account), page.rows[-1].balance
    else:
        opening = closing = balance_after_leg(account.id, behind)
    return StatementPage(opening, page.rows, closing, page.next, page.previous)


def _bounds(account: AccountFacts, period: Period, zone: ZoneInfo) -> tuple[int, int]:
    """The running numbers that lie just outside of the period."""
    behind, before = 0, _NO_END
    if period.from_date is not None:
        behind = legs_posted_before(account.id, day_begins(period.from_date, zone))
    if period.to_date is not None:
        before = legs_posted_before(account.id, day_ends(period.to_date, zone)) + 1
    return behind, before


def _lines(
    account: AccountFacts, behind: int, before: int, cursor: Cursor[int] | None, limit: int
) -> list[StatementLine]:
    statement = _BACKWARDS if cursor is not None and cursor.backwards else _ONWARDS
    values: dict[str, Any] = {"account": account.id, "behind": behind, "before": before, "rows": limit + 1}
    with connection.cursor() as db:
        db.execute(statement, values)
        return [StatementLine(*row) for row in db.fetchall()]
