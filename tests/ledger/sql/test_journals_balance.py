"""P1 and P2 through raw SQL: a journal balances, has its legs from the start, and its legs fit their accounts."""

import uuid
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel

from ledger.models import Account, Ledger, Leg
from tests.ledger.raw_books import RawLeg, RawPosting, at_every_isolation_level, connect, refused


@pytest.fixture
def posting(ledger: Ledger, cash: Account, revenue: Account) -> RawPosting:
    return RawPosting(ledger, [RawLeg(cash, "debit", Decimal("10.00")), RawLeg(revenue, "credit", Decimal("10.00"))])


@at_every_isolation_level
def test_a_truthful_posting_passes_every_trigger(posting: RawPosting, level: IsolationLevel) -> None:
    with connect(level=level) as connection:
        posting.write(connection)
        connection.commit()
    assert Leg.objects.filter(journal_id=posting.journal_id).count() == 2


@at_every_isolation_level
def test_journal_is_refused_when_one_cent_is_missing(posting: RawPosting, level: IsolationLevel) -> None:
    posting.legs[1].amount = Decimal("9.99")
    refused(posting.ledger, "journal_must_balance", posting.write, level)


@at_every_isolation_level
def test_journal_without_legs_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    posting.legs, posting.leg_count = [], 2
    refused(posting.ledger, "journal_must_balance", posting.write, level)


@at_every_isolation_level
def test_journal_whose_legs_follow_in_a_second_statement_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    def in_two_statements(connection: psycopg.Connection) -> None:
        legs, posting.legs, posting.leg_count = posting.legs, [], 2
        posting.write(connection)
        posting.legs = legs
        posting.write(connection, with_key=False, with_journal=False)

    refused(posting.ledger, "journal_must_balance", in_two_statements, level)


@at_every_isolation_level
@pytest.mark.parametrize("positions", [(3, 4), (0, -1)])
def test_balanced_legs_added_later_are_refused(
    posting: RawPosting, level: IsolationLevel, positions: tuple[int, int]
) -> None:
    with connect() as connection:
        posting.write(connection)
        connection.commit()
    for leg, position in zip(posting.legs, positions, strict=True):
        leg.position = position
    refused(
        posting.ledger,
        "leg_must_fit_its_journal",
        lambda connection: posting.write(connection, with_key=False, with_journal=False),
        level,
    )


@at_every_isolation_level
def test_legs_added_later_find_their_positions_taken(posting: RawPosting, level: IsolationLevel) -> None:
    with connect() as connection:
        posting.write(connection)
        connection.commit()
    refused(
        posting.ledger,
        "leg_position_is_unique",
        lambda connection: posting.write(connection, with_key=False, with_journal=False),
        level,
    )


def test_journal_that_says_more_legs_than_it_has_is_refused(posting: RawPosting) -> None:
    posting.leg_count = 3
    refused(posting.ledger, "journal_must_balance", posting.write)


def test_journal_of_one_leg_is_refused(posting: RawPosting) -> None:
    del posting.legs[1]
    refused(posting.ledger, "journal_has_at_least_two_legs", posting.write)


def test_leg_dated_otherwise_than_its_journal_is_refused(posting: RawPosting) -> None:
    posting.legs[0].value_date = "2026-01-14"
    refused(posting.ledger, "leg_must_fit_its_journal", posting.write)


def test_journal_that_balances_only_across_currencies_is_refused(
    posting: RawPosting, make_account: "type[Account]"
) -> None:
    dollars = make_account("USD-REV", "USD", type="revenue")
    posting.legs[1] = RawLeg(dollars, "credit", Decimal("10.00"))
    refused(posting.ledger, "journal_must_balance", posting.write)


@at_every_isolation_level
def test_leg_in_another_currency_than_its_account_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    for leg in posting.legs:
        leg.ccy = "USD"
    refused(posting.ledger, "leg_must_fit_its_account", posting.write, level)


@at_every_isolation_level
def test_half_a_cent_is_refused(posting: RawPosting, level: IsolationLevel) -> None:
    for leg in posting.legs:
        leg.amount = Decimal("0.005")
    refused(posting.ledger, "leg_must_fit_its_account", posting.write, level)


@at_every_isolation_level
@pytest.mark.parametrize("unfit", [{"ccy": "USD"}, {"amount": Decimal("0.005")}])
def test_one_unfit_leg_among_fitting_ones_of_its_account_is_refused(
    posting: RawPosting, cash: Account, revenue: Account, level: IsolationLevel, unfit: dict[str, Any]
) -> None:
    posting.legs += [RawLeg(cash, "debit", Decimal("5.00")), RawLeg(revenue, "credit", Decimal("5.00"))]
    for leg in posting.legs[2:]:
        for column, value in unfit.items():
            setattr(leg, column, value)
    refused(posting.ledger, "leg_must_fit_its_account", posting.write, level)


def test_decimals_are_those_of_the_legs_own_currency(posting: RawPosting, make_account: "type[Account]") -> None:
    for leg, kind in zip(posting.legs, ("asset", "revenue"), strict=True):
        leg.account, leg.amount = make_account(f"KWD-{kind}", "KWD", type=kind), Decimal("0.005")
    with connect() as connection:
        posting.write(connection)
        connection.commit()
    assert Leg.objects.filter(journal_id=posting.journal_id, amount=Decimal("0.005")).count() == 2
    posting.key_id, posting.journal_id, posting.key = uuid.uuid4(), uuid.uuid4(), "another"
    for leg in posting.legs:
        leg.amount = Decimal("0.0005")
    refused(posting.ledger, "leg_must_fit_its_account", posting.write)


def test_an_unknown_account_takes_no_leg(posting: RawPosting) -> None:
    def to_nobody(connection: psycopg.Connection) -> None:
        connection.execute(posting.statement(connection).replace(str(posting.legs[0].account.id), str(uuid.uuid4())))

    refused(posting.ledger, "account_must_be_active", to_nobody)


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_amount_outside_its_range_is_refused(posting: RawPosting, amount: str) -> None:
    for leg in posting.legs:
        leg.amount, leg.balance_after = amount, "0"
    refused(posting.ledger, "leg_amount_is_positive", posting.write)


def test_nan_is_no_amount(posting: RawPosting) -> None:
    for leg in posting.legs:
        leg.amount, leg.balance_after = "NaN", "0"
    refused(posting.ledger, "leg_amount_is_positive", posting.write)


@pytest.mark.parametrize("amount", ["Infinity", "100000000000000000000"])
def test_amount_beyond_twenty_digits_is_refused(posting: RawPosting, amount: str) -> None:
    for leg in posting.legs:
        leg.amount, leg.balance_after = amount, "0"
    with connect() as connection, pytest.raises(psycopg.errors.NumericValueOutOfRange):
        posting.write(connection)


@pytest.mark.parametrize("value_date", ["infinity", "-infinity", "1066-10-14"])
def test_value_date_is_a_day_of_our_age(posting: RawPosting, value_date: str) -> None:
    posting.value_date = value_date
    refused(posting.ledger, "journal_value_date_is_a_day", posting.write)
