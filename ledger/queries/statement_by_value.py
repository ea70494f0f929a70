"""An account's statement by value date: the order of business days, with a running balance computed on the way.

Legs may be posted at any time on any open day, so this order changes behind a reader's back. A statement is
therefore of one instant: its first page notes how many legs the account has, and the pages that follow leave out what
came later. Legs are never changed, so the balance at a page's edge stays right too and travels in the cursor: only the
first page sums what lies before it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.domain.accounts import AccountFacts
from ledger.models import Balance
from ledger.queries.balances import balance_before_day
from ledger.queries.statement_lines import COLUMNS, Period, StatementLine, StatementPage

_SIGNED = "CASE l.side WHEN %(normal_side)s::text THEN l.amount ELSE -l.amount END"

# Within an account, running numbers follow the journals' numbers and the legs' positions.
_PAGE = """
    SELECT {balance}, {columns}
      FROM (SELECT * FROM ledger_leg
             WHERE account_id = %(account)s AND account_seq <= %(legs_known)s
               AND value_date BETWEEN %(from)s AND %(to)s {behind_cursor}
             ORDER BY value_date {order}, account_seq {order} LIMIT %(rows)s) l
      JOIN ledger_journal j ON j.id = l.journal_id
     ORDER BY l.value_date {order}, l.account_seq {order}
"""
_RUNNING = f"sum({_SIGNED}) OVER (ORDER BY l.value_date {{order}}, l.account_seq {{order}})"


def _page(*, backwards: bool, behind_cursor: bool) -> str:
    order, comparison = ("DESC", "<") if backwards else ("ASC", ">")
    running = _RUNNING.format(order=order)
    edge = "%(edge_balance)s::numeric"
    return _PAGE.format(
        balance=f"{edge} - {running} + {_SIGNED}" if backwards else f"{edge} + {running}",
        columns=COLUMNS,
        behind_cursor=f"AND (value_date, account_seq) {comparison} (%(edge_date)s, %(edge_seq)s)"
        if behind_cursor
        else "",
        order=order,
    )


_FIRST = _page(backwards=False, behind_cursor=False)
_ONWARDS = _page(backwards=False, behind_cursor=True)
_BACKWARDS = _page(backwards=True, behind_cursor=True)


@dataclass(frozen=True, slots=True)
class ValueCursor:
    """An edge between two lines: behind the line so dated and numbered, or before it when walking back.

    `balance` is what the account holds at the edge, counting the first `legs_known` of its legs.
    """

    value_date: date
    account_seq: int
    balance: Decimal
    legs_known: int
    backwards: bool = False


def statement_by_value(
    account: AccountFacts, period: Period, cursor: ValueCursor | None, limit: int
) -> StatementPage[ValueCursor]:
    """A page of the account's legs with a value date in the period; the cursor must be of the same period."""
    if cursor is None:
        legs_known = Balance.objects.values_list("leg_count", flat=True).get(account_id=account.id)
        edge = balance_before_day(account, period.from_date, legs_known)
        return _of_lines(account, _lines(_FIRST, account, period, limit, legs_known, edge), limit, legs_known, edge)
    lines = _lines(
        _BACKWARDS if cursor.backwards else _ONWARDS,
        *(account, period, limit, cursor.legs_known, cursor.balance),
        edge_date=cursor.value_date,
        edge_seq=cursor.account_seq,
    )
    return _of_lines(account, lines, limit, cursor.legs_known, cursor.balance, cursor)


def _lines(
    statement: str,
    account: AccountFacts,
    period: Period,
    limit: int,
    legs_known: int,
    edge_balance: Decimal,
    **edge: Any,
) -> list[StatementLine]:
    """One line more than the page holds tells whether there is another page."""
    values = edge | {
        "account": account.id,
        "normal_side": account.normal_side.value,
        "legs_known": legs_known,
        "from": period.from_date or date.min,
        "to": period.to_date or date.max,
        "rows": limit + 1,
        "edge_balance": edge_balance,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [StatementLine(*row) for row in cursor.fetchall()]


def _of_lines(
    account: AccountFacts,
    found: list[StatementLine],
    limit: int,
    legs_known: int,
    edge_balance: Decimal,
    cursor: ValueCursor | None = None,
) -> StatementPage[ValueCursor]:
    backwards = cursor is not None and cursor.backwards
    lines, more = found[:limit], len(found) > limit
    if backwards:
        lines.reverse()
    if not lines:
        return StatementPage(edge_balance, [], edge_balance, None, None)
    first, last = lines[0], lines[-1]
    opening, closing = first.balance_before(account), last.balance
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    return StatementPage(
        opening,
        lines,
        closing,
        ValueCursor(last.value_date, last.account_seq, closing, legs_known) if has_next else None,
        ValueCursor(first.value_date, first.account_seq, opening, legs_known, backwards=True) if has_previous else None,
    )
