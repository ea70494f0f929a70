"""What ledger_verify finds of revaluations once somebody with the owner's rights has been at them."""

from datetime import date, timedelta

import pytest

from fx.revaluation import revalue
from ledger.models import Ledger
from ledger.posting import post_transfer
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote
from tests.fx.verification.tampering import tampered, told

FIRST, SECOND = (f"ledger_id = %(ledger)s AND ordinal = {n}" for n in (1, 2))
OF_FIRST = f"(SELECT {{}} FROM fx_revaluation WHERE {FIRST})"
LATER = "UPDATE {table} SET value_date = value_date + 1 WHERE {column} = " + OF_FIRST


@pytest.fixture
def day(ledger: Ledger) -> date:
    """A month end on which 110 USD, carried at 100 EUR, had risen by 10 EUR, and then 11 USD more by 1 EUR."""
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    for euros in ("100.00", "10.00"):
        legs = leg("CASH-EUR", CREDIT, euros), leg("CASH-USD", DEBIT, None)
        post_transfer(conversion(ledger, *legs, on=bought))
        assert revalue(ledger.id, month_end).journals
    assert told(ledger) == {}
    return month_end


# What is done to the books, and for each check that tells of it, a part of what it tells.
LIES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "a revaluation is not recorded": (
        (f"DELETE FROM fx_revaluation WHERE {SECOND}",),
        {"revaluation_journal_is_recorded": "journal 7: expected a recorded revaluation, found none"},
    ),
    "the first of two steps is gone": (
        (f"DELETE FROM fx_revaluation WHERE {FIRST}",),
        {
            "revaluation_journal_is_recorded": "journal 3: expected a recorded revaluation, found none",
            "revaluation_steps_add_up": "expected step 1, result 1, found step 2, result 11",
        },
    ),
    "it is of another day": (
        (f"UPDATE fx_revaluation SET date = date - 1 WHERE {SECOND}",),
        {
            "revaluation_has_its_journals": "expected a revaluation on ",
            "revaluation_steps_add_up": "expected step 1, result 1, found step 2, result 11",
        },
    ),
    "its reversal comes a day late": (
        (
            LATER.format("reversal_id", table="ledger_journal", column="id"),
            LATER.format("reversal_id", table="ledger_leg", column="journal_id"),
        ),
        {"revaluation_has_its_journals": "found a revaluation on "},
    ),
    "its reversal reverses something else": (
        (
            "UPDATE fx_revaluation v SET reversal_id = (SELECT id FROM ledger_journal WHERE ledger_id = v.ledger_id"
            f" AND number = 1) WHERE {FIRST}",
        ),
        {
            "revaluation_has_its_journals": "reversed by a journal of something else",
            "revaluation_posts_its_amount_in_base_currency": "journal 1: expected asset credit, revenue debit of 10 EUR",
        },
    ),
    "it says that it was a loss": (
        (f"UPDATE fx_revaluation SET amount = -amount, result = -result, positions = '[]' WHERE {FIRST}",),
        {
            "revaluation_posts_its_amount_in_base_currency": "expected asset credit, revenue debit of 10 EUR,"
            " found asset debit 10 EUR, revenue credit 10 EUR",
            "revaluation_steps_add_up": "expected step 2, result -9, found step 2, result 11",
            "revaluation_is_the_sum_of_its_positions": "expected result -10, found positions of nothing",
        },
    ),
    "its legs are in dollars": (
        (f"UPDATE ledger_leg SET ccy = 'USD' WHERE journal_id = {OF_FIRST.format('journal_id')}",),
        {
            "revaluation_posts_its_amount_in_base_currency": "found asset debit 10 USD, revenue credit 10 USD",
            "leg_must_fit_its_account": "10 USD",
        },
    ),
    "a position is worth another amount": (
        (f"UPDATE fx_revaluation SET positions = jsonb_set(positions, '{{0,value}}', '\"120\"') WHERE {FIRST}",),
        {"revaluation_is_the_sum_of_its_positions": "expected result 10, found positions of 20"},
    ),
    "a position is worth no amount": (
        (f"UPDATE fx_revaluation SET positions = jsonb_set(positions, '{{0,value}}', '\"much\"') WHERE {FIRST}",),
        {"revaluation_is_the_sum_of_its_positions": "expected result 10, found positions of nothing"},
    ),
    "the positions are none": (
        (f"UPDATE fx_revaluation SET positions = '7' WHERE {FIRST}",),
        {"revaluation_is_the_sum_of_its_positions": "expected result 10, found positions of nothing"},
    ),
}


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(("statements", "expected"), LIES.values(), ids=LIES)
def test_a_lie_about_a_revaluation_is_told_by_its_checks_and_no_others(
    ledger: Ledger, statements: tuple[str, ...], expected: dict[str, str]
) -> None:
    with tampered(ledger, *statements):
        found = told(ledger)
    assert found.keys() == expected.keys(), found
    for check, part in expected.items():
        assert any(part in line for line in found[check]), found[check]
