"""What ledger_verify finds of settlements once somebody with the superuser's rights has been at them."""

from collections.abc import Iterator

import psycopg
import pytest

from fx.settlement_checks import CHECKS
from ledger.models import Ledger
from ledger.posting import post_transfer
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote, settlement_of
from tests.ledger.raw_books import connect


@pytest.fixture
def tampering(ledger: Ledger) -> Iterator[psycopg.Connection]:
    """The owner's connection with the guards of settlements switched off, for as long as the test lasts."""
    day = fresh_day()
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    quote("EUR/USD", "1.1000", day)
    posted = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day))
    assert settlement_of(posted).residual == 0
    with connect("owner") as owner:
        owner.autocommit = True
        owner.execute("ALTER TABLE fx_settlement DISABLE TRIGGER USER")
        try:
            yield owner
        finally:
            owner.execute("DELETE FROM fx_settlement WHERE ledger_id = %s", [ledger.id])
            owner.execute("ALTER TABLE fx_settlement ENABLE TRIGGER USER")


def found(ledger: Ledger) -> set[str]:
    return {discrepancy.check for check in CHECKS for discrepancy in check.find(ledger.id)}


def test_an_untouched_settlement_is_as_it_must_be(ledger: Ledger, tampering: psycopg.Connection) -> None:
    assert found(ledger) == set()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DELETE FROM fx_settlement WHERE ledger_id = %s", "clearing_leg_needs_its_settlement"),
        (
            "UPDATE fx_settlement SET base_amount = 200, quote_amount = 220 WHERE ledger_id = %s",
            "settlement_joins_two_journals",
        ),
        ("UPDATE fx_settlement SET base_side = 'credit' WHERE ledger_id = %s", "settlement_joins_two_journals"),
        (
            "UPDATE fx_settlement SET base_journal_id = quote_journal_id, quote_journal_id = base_journal_id"
            " WHERE ledger_id = %s",
            "settlement_joins_two_journals",
        ),
    ],
)
def test_a_settlement_that_was_tampered_with_is_found(
    ledger: Ledger, tampering: psycopg.Connection, change: str, check: str
) -> None:
    tampering.execute(change, [ledger.id])
    assert check in found(ledger)


def test_a_residual_that_is_not_what_the_rate_leaves_is_found(ledger: Ledger, tampering: psycopg.Connection) -> None:
    constraint = "settlement_residual_is_what_the_rate_leaves"
    asked = tampering.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint])
    ((text,),) = asked.fetchall()
    tampering.execute(f"ALTER TABLE fx_settlement DROP CONSTRAINT {constraint}")
    try:
        tampering.execute("UPDATE fx_settlement SET multiply_by = 1.2, rate = 1.2 WHERE ledger_id = %s", [ledger.id])
        assert found(ledger) == {constraint}
        tampering.execute("DELETE FROM fx_settlement WHERE ledger_id = %s", [ledger.id])
    finally:
        tampering.execute(f"ALTER TABLE fx_settlement ADD CONSTRAINT {constraint} {text}")


def test_verify_asks_these_questions_too() -> None:
    from ledger.extensions import verify_checks

    assert set(CHECKS) <= set(verify_checks)
