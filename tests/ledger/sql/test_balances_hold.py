"""P3 and P5 through raw SQL: totals move only through legs, step by step, and not below zero where they must not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel

from ledger.models import Account, Balance, Ledger
from tests.ledger.raw_books import (
    InBackground,
    RawLeg,
    RawPosting,
    at_every_isolation_level,
    connect,
    refused,
    run_and_commit,
    wait_until_blocked,
)


@pytest.fixture
def wallet(make_account: Callable[..., Account]) -> Account:
    return make_account("WALLET", type="liability", non_negative=True)


def move(ledger: Ledger, debit: Account, credit: Account, amount: str) -> RawPosting:
    return RawPosting(ledger, [RawLeg(debit, "debit", Decimal(amount)), RawLeg(credit, "credit", Decimal(amount))])


def commit(posting: RawPosting) -> None:
    with connect() as connection:
        posting.write(connection)
        connection.commit()


@at_every_isolation_level
def test_account_is_kept_from_going_below_zero(
    ledger: Ledger, cash: Account, wallet: Account, level: IsolationLevel
) -> None:
    commit(move(ledger, cash, wallet, "5.00"))
    refused(ledger, "account_must_not_go_below_zero", move(ledger, wallet, cash, "5.01").write, level)


@at_every_isolation_level
def test_a_dip_below_zero_within_one_journal_is_refused(
    ledger: Ledger, cash: Account, wallet: Account, level: IsolationLevel
) -> None:
    dip = move(ledger, wallet, cash, "5.00")
    dip.legs += move(ledger, cash, wallet, "5.00").legs
    refused(ledger, "account_must_not_go_below_zero", dip.write, level)


@at_every_isolation_level
def test_two_withdrawals_at_once_cannot_both_have_the_last_cent(
    ledger: Ledger, cash: Account, wallet: Account, level: IsolationLevel
) -> None:
    commit(move(ledger, cash, wallet, "5.00"))
    with connect(level=level) as first, connect(level=level) as second:
        second.execute("SELECT 1")
        late = move(ledger, wallet, cash, "5.00")
        late.number = 3
        statement = late.statement(second)
        move(ledger, wallet, cash, "5.00").write(first)
        waiting = InBackground(lambda: run_and_commit(second, statement))
        wait_until_blocked(second)
        first.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert Balance.objects.get(account=wallet).balance == 0


@at_every_isolation_level
@pytest.mark.parametrize(("column", "lie"), [("balance_after", "999.00"), ("seq", 2), ("seq", 0)])
def test_leg_that_lies_about_its_step_is_refused(
    ledger: Ledger, cash: Account, revenue: Account, level: IsolationLevel, column: str, lie: object
) -> None:
    posting = move(ledger, cash, revenue, "10.00")
    setattr(posting.legs[0], column, lie)
    refused(ledger, "balance_is_the_sum_of_its_legs", posting.write, level)


@at_every_isolation_level
@pytest.mark.parametrize("side", ["debit", "credit"])
@pytest.mark.parametrize(
    ("step", "column", "lie"),
    [
        (0, "balance_after", Decimal("11.00")),
        (1, "balance_after", Decimal("11.00")),
        (1, "seq", 9),
        # Neither of these changes the order of the steps, nor what they add up to.
        (0, "seq", 0),
        (2, "seq", 4),
    ],
)
def test_one_lying_step_of_several_on_an_account_is_refused(
    ledger: Ledger, cash: Account, revenue: Account, level: IsolationLevel, side: str, step: int, column: str, lie: Any
) -> None:
    steps = move(ledger, cash, revenue, "10.00")
    steps.legs += move(ledger, cash, revenue, "7.00").legs + move(ledger, revenue, cash, "1.00").legs
    account = cash if side == "debit" else revenue
    leg = [leg for leg in steps.legs if leg.account == account][step]
    setattr(leg, column, lie)
    refused(ledger, "balance_is_the_sum_of_its_legs", steps.write, level)
    setattr(leg, column, None)
    commit(steps)
    assert Balance.objects.get(account=account).balance == 16


@at_every_isolation_level
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_balance SET credits = credits + 1",
        "UPDATE ledger_balance SET leg_count = 0",
        "UPDATE ledger_balance SET active = true",
        "UPDATE ledger_balance SET non_negative = false",
        "UPDATE ledger_balance SET ledger_id = ledger_id",
        "UPDATE ledger_balance SET ccy = 'USD'",
        "UPDATE ledger_balance SET minor_units = 18",
        "INSERT INTO ledger_balance (account_id, debit_normal, non_negative, active, debits, credits, leg_count)"
        " VALUES (gen_random_uuid(), true, false, true, 1, 0, 0)",
        "DELETE FROM ledger_balance",
        "TRUNCATE ledger_balance",
        "UPDATE ledger_bookstate SET last_number = 0",
        "UPDATE ledger_bookstate SET closed_through = NULL",
        "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER balance_is_the_sum_of_its_legs ON ledger_leg",
    ],
)
def test_app_role_may_not_write_totals_nor_switch_the_guards_off(level: IsolationLevel, attack: str) -> None:
    with connect(level=level) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attack)


@pytest.mark.parametrize(
    "change", ["ledger_id = gen_random_uuid()", "ccy = 'USD'", "minor_units = 18", "debit_normal = NOT debit_normal"]
)
def test_what_a_balance_repeats_of_its_account_is_out_of_reach_even_for_the_owner(cash: Account, change: str) -> None:
    with connect("owner") as connection, pytest.raises(psycopg.errors.IntegrityError) as refusal:
        connection.execute(f"UPDATE ledger_balance SET {change} WHERE account_id = %s", [cash.id])
    assert refusal.value.diag.constraint_name == "balance_identity_is_immutable"


def test_a_balance_repeats_what_legs_have_to_fit(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    row = Balance.objects.get(account=make_account("KWD", "KWD", type="liability", non_negative=True))
    assert (row.ledger, row.ccy_id, row.minor_units) == (ledger, "KWD", 3)
    assert (row.debit_normal, row.non_negative, row.active, row.leg_count) == (False, True, True, 0)


@at_every_isolation_level
def test_an_account_in_a_currency_that_is_not_there_yet_is_refused(ledger: Ledger, level: IsolationLevel) -> None:
    def open_then_add(connection: psycopg.Connection) -> None:
        connection.execute(
            "INSERT INTO ledger_account (id, ledger_id, code, name, ccy, type, non_negative, status, metadata, created_at)"
            " VALUES (gen_random_uuid(), %s, 'Z', 'Z', 'ZZZ', 'asset', false, 'active', '{}', now())",
            [ledger.id],
        )
        connection.execute("INSERT INTO ledger_currency VALUES ('ZZZ', 'Zed', 2, true)")

    refused(ledger, "account_has_a_balance", open_then_add, level)
    assert not Account.objects.filter(ledger=ledger, code="Z").exists()


@pytest.mark.parametrize("table", ["ledger_balance", "ledger_bookstate"])
def test_the_column_that_the_app_may_lock_by_is_not_writable(ledger: Ledger, cash: Account, table: str) -> None:
    column = {"ledger_balance": "account_id", "ledger_bookstate": "ledger_id"}[table]
    with connect() as connection, pytest.raises(psycopg.errors.IntegrityError, match="never changes"):
        connection.execute(f"UPDATE {table} SET {column} = gen_random_uuid()")


@at_every_isolation_level
def test_frozen_account_takes_no_leg(ledger: Ledger, cash: Account, revenue: Account, level: IsolationLevel) -> None:
    Account.objects.filter(id=cash.id).update(status="frozen")
    refused(ledger, "account_must_be_active", move(ledger, cash, revenue, "1.00").write, level)


@at_every_isolation_level
def test_a_leg_in_flight_while_its_account_is_frozen_is_refused(
    ledger: Ledger, cash: Account, revenue: Account, level: IsolationLevel
) -> None:
    with connect() as freezer, connect(level=level) as poster:
        poster.execute("SELECT 1")
        statement = move(ledger, cash, revenue, "1.00").statement(poster)
        freezer.execute("UPDATE ledger_account SET status = 'frozen' WHERE id = %s", [cash.id])
        waiting = InBackground(lambda: run_and_commit(poster, statement))
        wait_until_blocked(poster)
        freezer.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert Balance.objects.get(account=cash).leg_count == 0


def test_account_with_a_balance_cannot_be_closed(ledger: Ledger, cash: Account, revenue: Account) -> None:
    commit(move(ledger, cash, revenue, "1.00"))
    refused(
        ledger,
        "account_must_be_empty_to_close",
        lambda connection: connection.execute("UPDATE ledger_account SET status = 'closed' WHERE id = %s", [cash.id]),
    )


@pytest.mark.parametrize("column", ["code", "ccy", "type", "non_negative", "ledger_id", "created_at"])
def test_identity_of_an_account_is_out_of_reach_even_for_the_owner(cash: Account, column: str) -> None:
    other = {"code": "OTHER", "ccy": "USD", "type": "expense", "non_negative": True}.get(column)
    other = other if other is not None else ("2020-01-01" if column == "created_at" else "0" * 32)
    with connect("owner") as connection, pytest.raises(psycopg.errors.IntegrityError) as refusal:
        connection.execute(f"UPDATE ledger_account SET {column} = %s WHERE id = %s", [other, cash.id])
    assert refusal.value.diag.constraint_name == "account_identity_is_immutable"
