"""A check that is one SELECT: set-based, over one ledger or all of them."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from ledger.domain.verification import Check, Discrepancy

FETCHED_AT_ONCE = 1_000

# A ledger that is not there at all is still reported, by its id.
_NAMED = """
    SELECT coalesce(named.code, found.ledger_id::text, '?'), found.place, found.expected::text, found.found::text
      FROM ({question}) AS found (ledger_id, place, expected, found)
      LEFT JOIN ledger_ledger named ON named.id = found.ledger_id
     ORDER BY 1, 2
"""


def sql_check(name: str, question: str) -> Check:
    """The check that asks `question`: a SELECT of ledger id, place, expected and found, one row for each breach.

    `{only}` in it stands behind a column of ledger ids, as in `WHERE j.ledger_id {only}`, and narrows it to the ledger
    asked for.
    """
    of_all = _NAMED.format(question=question.format(only="IS NOT NULL"))
    # Only beside parameters does the driver take a per cent sign for the beginning of one.
    of_one = _NAMED.format(question=question.replace("%", "%%").format(only="= %(ledger)s"))

    def find(ledger_id: UUID | None) -> Iterator[Discrepancy]:
        with connection.cursor() as cursor:
            if ledger_id is None:
                cursor.execute(of_all)
            else:
                cursor.execute(of_one, {"ledger": ledger_id})
            while rows := cursor.fetchmany(FETCHED_AT_ONCE):
                for row in rows:
                    yield Discrepancy(name, *row)

    return Check(name, find)
