"""What ledger_verify finds of conversions once somebody with the owner's rights has been at them."""

from typing import Any
from uuid import UUID

import pytest

from fx.verification import CHECKS
from ledger.domain.orders import ReversalOrder, StatedRate
from ledger.extensions import verify_checks
from ledger.models import Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote, settlement_of
from tests.fx.verification.tampering import tampered, told

ONE, JOINED = "id = %(one)s", "settlement_joins_two_journals"
HALF = "(SELECT {}_journal_id FROM fx_settlement WHERE id = %({})s)"
BASE_OF_ONE, QUOTE_OF_ONE = HALF.format("base", "one"), HALF.format("quote", "one")


@pytest.fixture
def settlements(ledger: Ledger) -> dict[str, UUID]:
    """100 EUR become 110 USD three times: `one` stands, `undone` is reversed by `undoing`, `stated` names its rate. And
    `crossed` makes yen of dollars, by way of the euro.
    """
    day = fresh_day()
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "CASH-JPY")
    quote("EUR/USD", "1.1000", day)
    quote("EUR/JPY", "160.00", day)

    def convert(given: str, computed: str, key: str, **rest: Any) -> Any:
        legs = leg(given, CREDIT, "100.00"), leg(computed, DEBIT, None)
        return post_transfer(conversion(ledger, *legs, on=day, key=key, **rest))

    posted = {key: convert("CASH-EUR", "CASH-USD", key) for key in ("one", "undone")}
    undo = ReversalOrder(ledger.id, posted["undone"].journals[0].id, "undoing", value_date=day)
    posted["undoing"] = reverse_journal(undo)
    posted["stated"] = convert("CASH-EUR", "CASH-USD", "stated", fx=StatedRate("1.1"))
    posted["crossed"] = convert("CASH-USD", "CASH-JPY", "crossed")
    assert told(ledger) == {}
    return {key: settlement_of(journals).id for key, journals in posted.items()}


# What is done to the books, and for each check that tells of it, a part of what it tells.
LIES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "a settlement is gone": (
        (f"DELETE FROM fx_settlement WHERE {ONE}",),
        {
            "clearing_leg_needs_its_settlement": "on FX-CLEARING-USD: expected a settlement, found none",
            "pair_of_journals_has_its_settlement": "key one: expected a settlement of its two journals, found none",
        },
    ),
    "a settlement and what would miss it are gone": (
        (
            "DELETE FROM fx_clearingaccount WHERE ledger_id = %(ledger)s AND ccy <> 'JPY'",
            "DELETE FROM fx_settlement WHERE ledger_id = %(ledger)s AND id NOT IN (%(undone)s, %(undoing)s)",
        ),
        {
            JOINED: "found nothing through clearing",
            "pair_of_journals_has_its_settlement": "key stated: expected a settlement of its two journals, found none",
            "clearing_leg_needs_its_settlement": "on FX-CLEARING-JPY",
        },
    ),
    "both amounts are doubled": (
        (f"UPDATE fx_settlement SET base_amount = 200, quote_amount = 220, book_value = 200 WHERE {ONE}",),
        {JOINED: "expected debit 200 EUR through clearing, reversing nothing, found debit 100 EUR through clearing"},
    ),
    "the side is the other one": (
        (f"UPDATE fx_settlement SET base_side = 'credit' WHERE {ONE}",),
        {JOINED: "expected debit 110 USD through clearing, reversing nothing, found credit 110 USD through clearing"},
    ),
    "its two journals are swapped": (
        (
            f"UPDATE fx_settlement SET base_journal_id = quote_journal_id, quote_journal_id = base_journal_id WHERE {ONE}",
        ),
        {JOINED: "expected debit 100 EUR through clearing, reversing nothing, found credit 110 USD through clearing"},
    ),
    "two settlements share a journal": (
        (f"UPDATE fx_settlement SET quote_journal_id = {BASE_OF_ONE} WHERE id = %(stated)s",),
        {
            "journal_is_in_one_settlement": "journal 1: expected one settlement, found 2 settlements",
            "settlement_is_of_one_key_and_day": "expected two journals of one key and one day",
            "clearing_leg_needs_its_settlement": "on FX-CLEARING-USD: expected a settlement, found none",
            JOINED: "expected credit 110 USD through clearing, reversing nothing, found debit 100 EUR through clearing",
        },
    ),
    "two settlements have exchanged a half": (
        (
            f"CREATE TEMP TABLE halves ON COMMIT DROP AS SELECT {QUOTE_OF_ONE} AS one,"
            f" {HALF.format('quote', 'stated')} AS stated",
            f"UPDATE fx_settlement SET quote_journal_id = gen_random_uuid() WHERE {ONE}",
            "UPDATE fx_settlement SET quote_journal_id = (SELECT one FROM halves) WHERE id = %(stated)s",
            f"UPDATE fx_settlement SET quote_journal_id = (SELECT stated FROM halves) WHERE {ONE}",
        ),
        {"settlement_is_of_one_key_and_day": "expected two journals of one key and one day"},
    ),
    "its halves are of two days": (
        (
            f"UPDATE ledger_journal SET value_date = value_date + 1 WHERE id = {QUOTE_OF_ONE}",
            f"UPDATE ledger_leg SET value_date = value_date + 1 WHERE journal_id = {QUOTE_OF_ONE}",
        ),
        {"settlement_is_of_one_key_and_day": "expected two journals of one key and one day"},
    ),
    "a reversal says that it is none": (
        ("UPDATE fx_settlement SET reverses_id = NULL WHERE id = %(undoing)s",),
        {
            JOINED: "through clearing, reversing nothing, found credit 100 EUR through clearing, reversing ",
            "settlement_is_reversed_whole": "journal 3 reversed by 5, journal 4 by 6, of settlement none",
        },
    ),
    "one half of a reversal is another's": (
        (
            f"UPDATE ledger_journal SET reverses_id = {HALF.format('quote', 'stated')}"
            f" WHERE id = {HALF.format('quote', 'undoing')}",
        ),
        {
            JOINED: "found debit 110 USD through clearing, reversing ",
            "settlement_is_reversed_whole": "journal 7 reversed by nothing, journal 8 by 6, of settlement none",
        },
    ),
    "a clearing account is of another currency": (
        ("UPDATE fx_clearingaccount SET ccy = 'GBP' WHERE ledger_id = %(ledger)s AND ccy = 'USD'",),
        {"clearing_account_fits_its_currency": "GBP, may go below zero, found"},
    ),
    "the rate that people see is another one": (
        (f"UPDATE fx_settlement SET rate = 1.3 WHERE {ONE}",),
        {"settlement_rate_is_its_fraction": "expected rate 1.1, found rate 1.3"},
    ),
    "the fraction is not that of the steps": (
        (f"UPDATE fx_settlement SET multiply_by = 2.2, divide_by = 2 WHERE {ONE}",),
        {"settlement_rate_is_that_of_its_steps": "expected 1.1 / 1, as its steps say, found 2.2 / 2 by 1 steps"},
    ),
    "a step names a revision that never was": (
        (f"UPDATE fx_settlement SET steps = jsonb_set(steps, '{{0,revision}}', '7') WHERE {ONE}",),
        {"settlement_rate_is_that_of_its_steps": "expected stored revisions of rates for its steps, found 0 of 1"},
    ),
    "the steps are no steps": (
        (f"UPDATE fx_settlement SET steps = '\"none\"' WHERE {ONE}",),
        {"settlement_rate_is_that_of_its_steps": "expected stored revisions of rates for its steps, found 0 of 0"},
    ),
    "a cross has lost a step": (
        ("UPDATE fx_settlement SET steps = steps - 0 WHERE id = %(crossed)s",),
        {"settlement_rate_is_that_of_its_steps": "expected 160 / 1, as its steps say, found 160 / 1.1 by 1 steps"},
    ),
    "a stated rate has steps": (
        (f"UPDATE fx_settlement SET steps = (SELECT steps FROM fx_settlement WHERE {ONE}) WHERE id = %(stated)s",),
        {
            "settlement_rate_is_that_of_its_steps": "expected no stored rate, as one was stated, found 1.1 / 1 by 1 steps"
        },
    ),
    "a revision was rewritten": (
        (
            "UPDATE fx_raterevision SET quoted_value = 1.2 WHERE rate_id ="
            f" (SELECT (steps->0->>'rate_id')::uuid FROM fx_settlement WHERE {ONE})",
        ),
        {"settlement_rate_is_that_of_its_steps": "expected 160 / 1.2, as its steps say, found 160 / 1.1 by 2 steps"},
    ),
    "it was worth another amount": (
        (f"UPDATE fx_settlement SET book_value = 99 WHERE {ONE}",),
        {"settlement_book_value_is_its_own_amount": "expected book value 100 EUR, found book value 99"},
    ),
}


@pytest.mark.parametrize(("statements", "expected"), LIES.values(), ids=LIES)
def test_a_lie_about_a_conversion_is_told_by_its_checks_and_no_others(
    ledger: Ledger, settlements: dict[str, UUID], statements: tuple[str, ...], expected: dict[str, str]
) -> None:
    with tampered(ledger, *statements, ids=settlements):
        found = told(ledger)
    assert found.keys() == expected.keys(), found
    for check, part in expected.items():
        assert any(part in line for line in found[check]), found[check]


def test_a_residual_that_is_not_what_the_rate_leaves_is_found(ledger: Ledger, settlements: dict[str, UUID]) -> None:
    constraint = "settlement_residual_is_what_the_rate_leaves"
    lie = "UPDATE fx_settlement SET multiply_by = 1.2, rate = 1.2 WHERE id = %(stated)s"
    with tampered(ledger, lie, without=constraint, ids=settlements):
        assert told(ledger).keys() == {constraint}


def test_verify_asks_these_questions_too() -> None:
    assert set(CHECKS) <= set(verify_checks)
