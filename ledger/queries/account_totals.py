"""What the accounts of a ledger moved and hold by value date: the figures that every report is made of.

Through a day, an account's totals are its live totals less its legs dated later: reports are mostly asked for recent
days, so this reads few legs, and it is the sum from the beginning all the same, because a balance row is the sum of its
legs. Over a period they are the sum of the period's legs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.domain.accounts import AccountType
from ledger.domain.money import EXACT
from ledger.queries.pages import Cursor, Keyset, Page


class AccountTotals(NamedTuple):
    """One account's debits and credits, in major units of its currency."""

    code: str
    name: str
    type: str
    ccy: str
    minor_units: int
    debits: Decimal
    credits: Decimal

    @property
    def net(self) -> Decimal:
        """Positive where debits prevail."""
        return EXACT.subtract(self.debits, self.credits)

    @property
    def balance(self) -> Decimal:
        """Positive on the account's normal side."""
        return self.net if AccountType(self.type).normal_side == "debit" else EXACT.minus(self.net)


class TypeTotals(NamedTuple):
    """All accounts of one currency and type together.

    `debit_balances` and `credit_balances` are the sums of those accounts' nets that are debits, and credits.
    """

    ccy: str
    minor_units: int
    type: str
    debits: Decimal
    credits: Decimal
    debit_balances: Decimal
    credit_balances: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """The value dates that count, both ends included; without a first day, from the beginning of the books."""

    through: date
    since: date | None = None


_BY_CODE: Keyset[AccountTotals, str] = Keyset("code", key_of=lambda row: row.code)

# Through the ledger's journals of those days: their index says which they are.
_SUMS = """
    SELECT l.account_id, count(*) AS legs, coalesce(sum(l.amount) FILTER (WHERE l.side = 'debit'), 0) AS debits,
           coalesce(sum(l.amount) FILTER (WHERE l.side = 'credit'), 0) AS credits
      FROM ledger_journal j JOIN ledger_leg l ON l.journal_id = j.id
     WHERE j.ledger_id = %(ledger)s AND j.value_date {days}
     GROUP BY l.account_id
"""
_THROUGH = """
    SELECT a.code, a.name, a.type, a.ccy, b.debits - coalesce(l.debits, 0) AS debits,
           b.credits - coalesce(l.credits, 0) AS credits, b.leg_count - coalesce(l.legs, 0) AS legs
      FROM ledger_account a
      JOIN ledger_balance b ON b.account_id = a.id
      LEFT JOIN ({sums}) l ON l.account_id = a.id
     WHERE a.ledger_id = %(ledger)s
"""
_DURING = """
    SELECT a.code, a.name, a.type, a.ccy, l.debits, l.credits, l.legs
      FROM ({sums}) l
      JOIN ledger_account a ON a.id = l.account_id
"""
# One statement, so that the page and the totals are of one instant, and the legs are summed once.
_REPORT = """
    WITH moved AS MATERIALIZED (
        SELECT t.*, c.minor_units FROM ({totals}) t JOIN ledger_currency c ON c.code = t.ccy WHERE t.legs > 0
    ), page AS (
        SELECT * FROM moved WHERE type = ANY(%(types)s::text[]) {behind_cursor} ORDER BY code {order} LIMIT %(rows)s
    )
    SELECT code, name, type, ccy, minor_units, debits, credits, NULL, NULL FROM page
     UNION ALL
    SELECT NULL, NULL, type, ccy, minor_units, sum(debits), sum(credits), sum(greatest(debits - credits, 0)),
           sum(greatest(credits - debits, 0))
      FROM moved GROUP BY ccy, minor_units, type
"""


def account_totals(
    ledger_id: UUID, span: Span, types: Collection[AccountType], cursor: Cursor[str] | None, limit: int
) -> tuple[Page[AccountTotals, str], list[TypeTotals]]:
    """A page of the accounts of those types that have legs in the span, and the totals of all accounts that have.

    The totals come by currency and type. Both are of one instant.
    """
    if span.since is None:
        totals = _THROUGH.format(sums=_SUMS.format(days="> %(through)s"))
    else:
        totals = _DURING.format(sums=_SUMS.format(days="BETWEEN %(since)s AND %(through)s"))
    backwards = cursor is not None and cursor.backwards
    statement = _REPORT.format(
        totals=totals,
        behind_cursor="" if cursor is None else f"AND code {'<' if backwards else '>'} %(edge)s",
        order="DESC" if backwards else "ASC",
    )
    values: dict[str, Any] = {
        "ledger": ledger_id,
        "through": span.through,
        "types": [type_.value for type_ in types],
        "rows": limit + 1,
    }
    if span.since is not None:
        values["since"] = span.since
    if cursor is not None:
        values["edge"] = cursor.key
    with connection.cursor() as db:
        db.execute(statement, values)
        found = db.fetchall()
    # A union has no order of its own. Codes sort alike here and there: byte by byte.
    rows = sorted((AccountTotals(*row[:7]) for row in found if row[0] is not None), reverse=backwards)
    of_types = sorted(
        TypeTotals(ccy, units, type_, *sums) for code, _, type_, ccy, units, *sums in found if code is None
    )
    return _BY_CODE.page(rows, cursor, limit), of_types
