"""Every kind of lie that only the tables' owner can write is found, and nothing else is reported."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from prometheus_client import REGISTRY

from ledger.domain.orders import ReversalOrder
from ledger.domain.verification import Check, Discrepancy
from ledger.extensions import verify_checks
from ledger.models import Account, Journal, Ledger, Leg
from ledger.posting import post_transfer, reverse_journal
from ledger.verification import CHECKS, verify
from tests.ledger.corrupting import unguarded
from tests.ledger.lies import ACCOUNT, LEG_OF, LIES
from tests.ledger.orders import transfer
from tests.ledger.raw_books import connect

GUARDED = (
    "ledger_leg",
    "ledger_journal",
    "ledger_idempotencykey",
    "ledger_balance",
    "ledger_account",
    "ledger_bookstate",
)


@pytest.fixture
def books(ledger: Ledger, cash: Account, revenue: Account, make_account: Callable[..., Account]) -> Ledger:
    """Five journals: 1 to 3 of 10, 20 and 30 EUR from REV to CASH, 4 reverses 2, and 5 pays 5 into WALLET."""
    make_account("WALLET", type="liability", non_negative=True)
    for key, amount in (("k1", "10.00"), ("k2", "20.00"), ("k3", "30.00")):
        post_transfer(transfer(ledger, "CASH", "REV", amount, key=key, value_date=None))
    reverse_journal(ReversalOrder(ledger.id, Journal.objects.get(ledger=ledger, number=2).id, "k4"))
    post_transfer(transfer(ledger, "CASH", "WALLET", "5.00", key="k5"))
    return ledger


def told(ledger: Ledger) -> set[tuple[str, str, str, str]]:
    found = verify(ledger.id)
    assert {discrepancy.ledger for discrepancy in found} <= {ledger.code}
    return {(each.check, each.where, each.expected, each.found) for each in found}


def lie(statement: str, ledger: Ledger, **values: Any) -> None:
    with unguarded(*GUARDED) as owner:
        changed = owner.execute(statement, {"ledger": ledger.id, **values}).rowcount
    assert changed == 1


@pytest.mark.parametrize(("statement", "expected"), LIES.values(), ids=LIES)
def test_a_lie_is_told_as_exactly_what_it_is(
    books: Ledger, statement: str, expected: set[tuple[str, str, str, str]]
) -> None:
    assert told(books) == set()
    posted = dict(Journal.objects.filter(ledger=books).values_list("number", "posted_at"))
    today = Journal.objects.get(ledger=books, number=1).value_date
    shown = {
        "LEDGER": str(books.id),
        "TODAY": str(today),
        "LAST": as_postgresql_writes(posted[5]),
        "SECOND": as_postgresql_writes(posted[2]),
    }
    lie(statement, books)
    assert told(books) == {tuple(replaced(text, shown) for text in line) for line in expected}


def as_postgresql_writes(instant: Any) -> str:
    with connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        return str(connection.execute("SELECT %s::timestamptz::text", [instant]).fetchone()[0])  # type: ignore[index]


def replaced(text: str, shown: dict[str, str]) -> str:
    for name, value in shown.items():
        text = text.replace(name, value)
    return text


def test_a_balance_row_that_is_gone_is_told(books: Ledger, make_account: Callable[..., Account]) -> None:
    make_account("EMPTY")
    lie(f"DELETE FROM ledger_balance WHERE account_id = {ACCOUNT.format('EMPTY')}", books)
    assert told(books) == {
        (
            "balance_is_the_sum_of_its_legs",
            "account EMPTY",
            "debits 0, credits 0, 0 legs, balance 0",
            "no balance row",
        )
    }


def test_a_step_below_zero_is_told_although_the_balance_is_above(books: Ledger) -> None:
    with unguarded(*GUARDED) as owner:
        owner.execute(
            "UPDATE ledger_account SET non_negative = true WHERE ledger_id = %s AND code = 'CASH'", [books.id]
        )
        owner.execute(
            "UPDATE ledger_balance SET non_negative = true WHERE account_id ="
            " (SELECT id FROM ledger_account WHERE ledger_id = %s AND code = 'CASH')",
            [books.id],
        )
        swap_amounts(owner, books)
    assert ("leg_is_its_accounts_next_step", "leg 1 of account CASH: floor", "not below zero", "-1") in told(books)


def swap_amounts(owner: psycopg.Connection, books: Ledger) -> None:
    owner.execute(
        "UPDATE ledger_leg SET balance_after = -1 WHERE account_seq = 1 AND account_id ="
        " (SELECT id FROM ledger_account WHERE ledger_id = %s AND code = 'CASH')",
        [books.id],
    )


def test_legs_out_of_the_order_of_their_journals_are_told(books: Ledger) -> None:
    with unguarded(*GUARDED) as owner:
        for number, other in ((1, 90), (2, 1), (90, 2)):
            owner.execute(
                "UPDATE ledger_journal SET number = %s WHERE ledger_id = %s AND number = %s", [other, books.id, number]
            )
    assert {line for line in told(books) if line[0] == "leg_is_its_accounts_next_step"} == {
        (
            "leg_is_its_accounts_next_step",
            f"leg 2 of account {code}: place",
            f"behind leg {position} of journal 2",
            f"leg {position} of journal 1",
        )
        for code, position in (("CASH", 1), ("REV", 2))
    }


def test_a_leg_of_another_ledger_is_told_to_both(books: Ledger) -> None:
    other = Ledger.objects.create(code=f"{books.code}-2", base_ccy_id="EUR")
    lie(f"UPDATE ledger_leg SET ledger_id = %(other)s WHERE {LEG_OF.format(1, 1)}", books, other=other.id)
    for ledger_id in (books.id, other.id):
        assert {discrepancy.check for discrepancy in verify(ledger_id)} == {
            "leg_must_fit_its_journal",
            "leg_must_fit_its_account",
        }


def test_a_leg_without_journal_and_account_is_told(books: Ledger) -> None:
    lie(
        f"UPDATE ledger_leg SET journal_id = gen_random_uuid(), account_id = gen_random_uuid() WHERE {LEG_OF.format(5, 2)}",
        books,
    )
    checks = {discrepancy.check: discrepancy.found for discrepancy in verify(books.id)}
    assert checks["leg_must_fit_its_journal"] == checks["leg_must_fit_its_account"] == "none"


def test_a_guard_that_is_off_is_told(books: Ledger) -> None:
    with connect("owner") as owner:
        owner.execute("ALTER TABLE ledger_leg DISABLE TRIGGER leg_is_append_only")
        owner.commit()
    try:
        assert [str(discrepancy) for discrepancy in verify(books.id)] == [
            "guards_are_on: ledger *, trigger leg_is_append_only of ledger_leg: expected on, found switched off"
        ]
    finally:
        with connect("owner") as owner:
            owner.execute("ALTER TABLE ledger_leg ENABLE TRIGGER leg_is_append_only")
            owner.commit()
    assert told(books) == set()


@pytest.fixture
def a_check_of_another_app() -> Iterator[Check]:
    def find(ledger_id: Any) -> Iterator[Discrepancy]:
        # It runs in the run's own transaction: whatever it reads is of the same instant, and it cannot write.
        yield Discrepancy("fx_is_fine", "?", "everywhere", "fine", str(Leg.objects.filter(ledger_id=ledger_id).count()))

    check = Check("fx_is_fine", find)
    verify_checks.append(check)
    yield check
    verify_checks.remove(check)


def test_checks_of_other_apps_run_behind_the_ledgers_own(books: Ledger, a_check_of_another_app: Check) -> None:
    seen: list[str] = []

    def watched(checks: Any) -> Iterator[Check]:
        for check in checks:
            seen.append(check.name)
            yield check

    (found,) = verify(books.id, watched)
    assert found == ("fx_is_fine", "?", "everywhere", "fine", "10")
    assert seen == [check.name for check in [*CHECKS, *verify_checks]]
    assert seen[-1] == "fx_is_fine"
    assert REGISTRY.get_sample_value("ledger_verification_drift") == 1


def test_a_check_cannot_write(books: Ledger, cash: Account) -> None:
    def find(_: Any) -> list[Discrepancy]:
        Account.objects.filter(id=cash.id).update(name="changed")
        return []

    check = Check("writes", find)
    verify_checks.append(check)
    try:
        with pytest.raises(Exception, match="read-only transaction"):
            verify(books.id)
    finally:
        verify_checks.remove(check)
    cash.refresh_from_db()
    assert cash.name == "CASH"


def test_a_run_sees_the_books_as_of_one_instant(books: Ledger) -> None:
    """A posting between two checks would look like a discrepancy to whichever ran first."""

    def watched(checks: Any) -> Iterator[Check]:
        for number, check in enumerate(checks):
            if number == 1:
                lie_elsewhere(books)
            yield check

    assert verify(books.id, watched) == []
    assert len(verify(books.id)) == 1


def lie_elsewhere(books: Ledger) -> None:
    with connect("owner") as owner:
        owner.execute("UPDATE ledger_bookstate SET last_number = 99 WHERE ledger_id = %s", [books.id])
        owner.commit()


def test_every_check_was_made_to_speak() -> None:
    spoken = {line[0] for _, lines in LIES.values() for line in lines}
    spoken |= {"guards_are_on"}
    assert {check.name for check in CHECKS} == spoken
    assert len({check.name for check in itertools.chain(CHECKS, verify_checks)}) == len(CHECKS) + len(verify_checks)
