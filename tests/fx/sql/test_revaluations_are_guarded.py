"""A revaluation that the app's role writes by hand is of its two journals, its day and its figures, or it is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from fx.models import Revaluation
from fx.revaluation import revalue
from ledger.domain.orders import ReversalOrder
from ledger.models import Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote
from tests.ledger.corrupting import unguarded
from tests.ledger.raw_books import Footprint, at_every_isolation_level, connect, refused

COLUMNS = ("id", "ledger_id", "date", "ordinal", "result", "amount", "positions", "journal_id", "reversal_id")
INSERT = f"INSERT INTO fx_revaluation ({', '.join(COLUMNS)}) VALUES ({', '.join(f'%({name})s' for name in COLUMNS)})"
ONE_DAY = timedelta(days=1)

Row = dict[str, Any]
Lie = Callable[[Ledger, Row], Row]


def unrecorded(ledger: Ledger) -> Row:
    """A revaluation whose row the owner took away, so that it can be written again: truthfully, or with a lie."""
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "OTHER-EUR")
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    legs = leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None)
    post_transfer(conversion(ledger, *legs, on=bought))
    revalue(ledger.id, month_end)
    row: Row = Revaluation.objects.filter(ledger=ledger).values(*COLUMNS).get()
    with unguarded("fx_revaluation") as owner:
        owner.execute("DELETE FROM fx_revaluation WHERE ledger_id = %s", [ledger.id])
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return row | {"positions": json.dumps(row["positions"])}


@pytest.fixture
def row(ledger: Ledger) -> Row:
    return unrecorded(ledger)


def write(row: Row) -> Callable[[psycopg.Connection], object]:
    return lambda connection: connection.execute(INSERT, row)


def test_the_truth_passes_once(ledger: Ledger, row: Row) -> None:
    with connect() as connection:
        write(row)(connection)
        connection.commit()
    assert Revaluation.objects.filter(ledger=ledger).count() == 1
    again = row | {"id": row["journal_id"], "ordinal": 2}
    refused(ledger, "fx_revaluation_journal_id_key", write(again))


def other_day(_: Ledger, row: Row) -> Row:
    return {"date": row["date"] - ONE_DAY}


def swapped(_: Ledger, row: Row) -> Row:
    return {"journal_id": row["reversal_id"], "reversal_id": row["journal_id"]}


def a_transfer_and_its_reversal(ledger: Ledger, row: Row) -> Row:
    legs = leg("CASH-EUR", CREDIT, "1.00"), leg("OTHER-EUR", DEBIT, "1.00")
    posted = post_transfer(conversion(ledger, *legs, on=row["date"])).journals[0].id
    undo = ReversalOrder(ledger.id, posted, "undo", value_date=row["date"] + ONE_DAY)
    return {"journal_id": posted, "reversal_id": reverse_journal(undo).journals[0].id}


def a_transfer_of_the_next_day(ledger: Ledger, row: Row) -> Row:
    legs = leg("CASH-EUR", CREDIT, "1.00"), leg("OTHER-EUR", DEBIT, "1.00")
    return {"reversal_id": post_transfer(conversion(ledger, *legs, on=row["date"] + ONE_DAY)).journals[0].id}


def moved(column: str, days: int) -> Lie:
    def lie(_: Ledger, row: Row) -> Row:
        with unguarded("ledger_journal", "ledger_leg") as owner:
            for table, key in (("ledger_journal", "id"), ("ledger_leg", "journal_id")):
                owner.execute(f"UPDATE {table} SET value_date = value_date + {days} WHERE {key} = %s", [row[column]])
        return {}

    return lie


@at_every_isolation_level
@pytest.mark.parametrize(
    "lie",
    [
        other_day,
        swapped,
        a_transfer_and_its_reversal,
        a_transfer_of_the_next_day,
        pytest.param(moved("journal_id", -1), id="its journal is a day early"),
        pytest.param(moved("reversal_id", 1), id="its reversal is a day late"),
    ],
)
def test_a_revaluation_of_other_journals_is_refused(
    ledger: Ledger, row: Row, level: psycopg.IsolationLevel, lie: Lie
) -> None:
    refused(ledger, "revaluation_has_its_journals", write(row | lie(ledger, row)), level)
    assert not Revaluation.objects.filter(ledger=ledger).exists()


@pytest.mark.parametrize("theirs", [("ledger_id",), ("journal_id", "reversal_id", "date"), ("reversal_id",)])
def test_a_revaluation_of_another_ledgers_journals_is_refused(
    ledger: Ledger, row: Row, theirs: tuple[str, ...]
) -> None:
    other = Ledger.objects.create(code=f"{ledger.code}-other", base_ccy_id="EUR", timezone="UTC")
    others = unrecorded(other)
    before = Footprint.of(other)
    refused(ledger, "revaluation_has_its_journals", write(row | {column: others[column] for column in theirs}))
    assert Footprint.of(other) == before
    assert not Revaluation.objects.filter(ledger__in=[ledger, other]).exists()


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"amount": "NaN"}, "revaluation_is_of_a_day_and_a_figure"),
        ({"result": "NaN"}, "revaluation_is_of_a_day_and_a_figure"),
        ({"date": "infinity"}, "revaluation_is_of_a_day_and_a_figure"),
        ({"amount": 0}, "revaluation_posts_something"),
        ({"ordinal": 0}, "revaluation_counts_from_one"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(f"{key} {lie}" for key, lie in value.items()),
)
def test_a_revaluation_of_no_day_or_figure_is_refused(ledger: Ledger, row: Row, lie: Row, constraint: str) -> None:
    refused(ledger, constraint, write(row | lie))
    assert not Revaluation.objects.filter(ledger=ledger).exists()
