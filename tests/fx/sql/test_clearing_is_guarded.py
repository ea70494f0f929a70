"""P9 through raw SQL: half a settlement cannot be posted, nor half of one reversed, by anybody at any isolation level."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel

from fx.models import ClearingAccount, Settlement
from ledger.models import Account, Journal, Ledger
from tests.fx.raw_settlements import RawSettlement
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

Accounts = tuple[Account, Account]


def two_accounts(ledger: Ledger, prefix: str) -> Accounts:
    eur, usd = (
        Account.objects.create(ledger=ledger, code=f"{prefix}-{ccy}", name=prefix, ccy_id=ccy, type="asset")
        for ccy in ("EUR", "USD")
    )
    return eur, usd


@pytest.fixture
def cash(ledger: Ledger) -> Accounts:
    return two_accounts(ledger, "CASH")


@pytest.fixture
def clearing(ledger: Ledger) -> Accounts:
    accounts = two_accounts(ledger, "CLEAR")
    for account in accounts:
        ClearingAccount.objects.create(account=account, ledger=ledger, ccy_id=account.ccy_id)
    return accounts


@pytest.fixture
def raw(ledger: Ledger, cash: Accounts, clearing: Accounts) -> Callable[..., RawSettlement]:
    return lambda **lies: RawSettlement(ledger, cash, clearing, lies)


def committed(raw: RawSettlement) -> Settlement:
    with connect() as connection:
        raw.write(connection)
        connection.commit()
    return Settlement.objects.get(base_journal_id=raw.postings[0].journal_id)


@at_every_isolation_level
def test_a_leg_on_a_clearing_account_alone_is_refused(
    ledger: Ledger, cash: Accounts, clearing: Accounts, level: IsolationLevel
) -> None:
    half = RawPosting(ledger, [RawLeg(cash[1], "debit", Decimal(110)), RawLeg(clearing[1], "credit", Decimal(110))])
    refused(ledger, "clearing_leg_needs_its_settlement", half.write, level)


@at_every_isolation_level
def test_a_whole_settlement_passes(raw: Callable[..., RawSettlement], level: IsolationLevel) -> None:
    whole = raw()
    with connect(level=level) as connection:
        whole.write(connection)
        connection.commit()
    assert Settlement.objects.filter(base_journal_id=whole.postings[0].journal_id).exists()


@at_every_isolation_level
def test_a_settlement_without_its_journals_is_refused(
    ledger: Ledger, raw: Callable[..., RawSettlement], level: IsolationLevel
) -> None:
    refused(ledger, "settlement_joins_two_journals", raw().write_settlement, level)
    assert not Settlement.objects.filter(ledger=ledger).exists()


@at_every_isolation_level
@pytest.mark.parametrize("kept", [0, 1])
def test_one_journal_of_the_two_is_refused(
    ledger: Ledger, raw: Callable[..., RawSettlement], level: IsolationLevel, kept: int
) -> None:
    half = raw()

    def attack(connection: psycopg.Connection) -> None:
        half.write_settlement(connection)
        half.postings = [half.postings[kept]]
        half.postings[0].ordinal = half.postings[0].journal_count = 1
        half.write_journals(connection)

    refused(ledger, "settlement_joins_two_journals", attack, level)


@at_every_isolation_level
def test_the_settlement_comes_with_its_journals_and_not_behind_them(
    ledger: Ledger, raw: Callable[..., RawSettlement], level: IsolationLevel
) -> None:
    refused(ledger, "clearing_leg_needs_its_settlement", raw().write_journals, level)


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"base_amount": 99, "residual": Decimal("1.1")}, "settlement_joins_two_journals"),
        ({"base_side": "credit"}, "settlement_joins_two_journals"),
        ({"base": "GBP"}, "settlement_joins_two_journals"),
        ({"quote_journal_id": uuid.uuid4()}, "clearing_leg_needs_its_settlement"),
        ({"quote": "EUR"}, "settlement_is_between_two_currencies"),
        ({"residual": Decimal("0.01")}, "settlement_residual_is_what_the_rate_leaves"),
        ({"residual": Decimal("NaN")}, "settlement_residual_is_what_the_rate_leaves"),
        ({"rate": Decimal("NaN")}, "settlement_rate_is_a_positive_number"),
        ({"divide_by": Decimal(0)}, "settlement_rate_is_a_positive_number"),
        ({"multiply_by": Decimal(-1)}, "settlement_rate_is_a_positive_number"),
        ({"base_amount": Decimal("NaN")}, "settlement_amounts_are_positive"),
        ({"rounding": "down"}, "settlement_rounding_is_known"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_settlement_that_lies_is_refused(
    ledger: Ledger, raw: Callable[..., RawSettlement], lie: dict[str, Any], constraint: str
) -> None:
    refused(ledger, constraint, raw(**lie).write)


def test_two_journals_of_different_keys_are_no_settlement(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:
    split = raw()

    def attack(connection: psycopg.Connection) -> None:
        split.write_settlement(connection)
        both = split.postings
        for number, posting in enumerate(both, 1):
            posting.ordinal = posting.journal_count = 1
            posting.number = number
        both[1].key, both[1].key_id = uuid.uuid4().hex, uuid.uuid4()
        for posting in both:
            posting.write(connection)

    refused(ledger, "settlement_joins_two_journals", attack)


def test_two_journals_of_different_days_are_no_settlement(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:
    split = raw()
    split.postings[1].value_date = "2026-01-16"
    refused(ledger, "settlement_joins_two_journals", split.write)


def test_a_journal_with_two_clearing_legs_is_no_half(
    ledger: Ledger, clearing: Accounts, raw: Callable[..., RawSettlement]
) -> None:
    double = raw()
    double.postings[0].legs += [RawLeg(clearing[0], side, Decimal(5)) for side in ("debit", "credit")]
    refused(ledger, "settlement_joins_two_journals", double.write)


def test_a_settlement_of_another_ledgers_journals_is_refused(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:
    other = Ledger.objects.create(code=f"o-{uuid.uuid4().hex}", base_ccy_id="EUR")
    refused(ledger, "settlement_joins_two_journals", raw(ledger_id=other.id).write)


@at_every_isolation_level
@pytest.mark.parametrize("half", [0, 1])
def test_half_of_a_settlement_cannot_be_reversed(
    ledger: Ledger,
    cash: Accounts,
    clearing: Accounts,
    raw: Callable[..., RawSettlement],
    level: IsolationLevel,
    half: int,
) -> None:
    done = raw()
    committed(done)
    sides = ("debit", "credit")
    amount = Decimal(100 + 10 * half)
    legs = [RawLeg(cash[half], sides[half], amount), RawLeg(clearing[half], sides[1 - half], amount)]
    mirror = RawPosting(ledger, legs, reverses=done.postings[half].journal_id)
    refused(ledger, "clearing_leg_needs_its_settlement", mirror.write, level)


@pytest.mark.parametrize("reversed_half", [0, 1])
def test_a_reversal_of_one_half_beside_a_new_transfer_is_no_settlement(
    ledger: Ledger, cash: Accounts, clearing: Accounts, raw: Callable[..., RawSettlement], reversed_half: int
) -> None:
    done = raw()
    settlement = committed(done)
    ids: list[Any] = [done.postings[0].journal_id, done.postings[1].journal_id, settlement.id]
    for says_so in (True, False):
        attack = RawSettlement(ledger, cash, clearing, reverses=(*ids[:2], ids[2] if says_so else None))
        attack.postings[1 - reversed_half].reverses = None
        refused(ledger, "settlement_joins_two_journals", attack.write)


def test_a_whole_reversal_passes_once(
    ledger: Ledger, cash: Accounts, clearing: Accounts, raw: Callable[..., RawSettlement]
) -> None:
    done = raw()
    settlement = committed(done)
    ids = (done.postings[0].journal_id, done.postings[1].journal_id, settlement.id)
    undone = committed(RawSettlement(ledger, cash, clearing, reverses=ids))
    assert undone.reverses_id == settlement.id
    twice = RawSettlement(ledger, cash, clearing, reverses=ids)
    refused(ledger, "fx_settlement_reverses_id_key", twice.write)
    again = (undone.base_journal_id, undone.quote_journal_id, undone.id)
    refused(ledger, "reversal_must_mirror", RawSettlement(ledger, cash, clearing, reverses=again).write)


@pytest.mark.parametrize("role", ["default", "owner"])
@pytest.mark.parametrize("table", ["fx_settlement", "fx_clearingaccount", "fx_revaluation"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET ledger_id = ledger_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_settled_stays(role: str, table: str, attack: str) -> None:
    expected = psycopg.errors.InsufficientPrivilege if role == "default" else psycopg.errors.IntegrityError
    with connect(role) as connection, pytest.raises(expected):
        connection.execute(attack.format(table))


@pytest.mark.parametrize("flaw", ["used", "other currency", "other ledger", "floor"])
def test_only_a_fresh_account_of_the_ledger_and_currency_becomes_a_clearing_account(
    ledger: Ledger, cash: Accounts, flaw: str
) -> None:
    account, ccy, of_ledger = cash[0], "EUR", ledger
    if flaw == "used":
        other = Account.objects.create(ledger=ledger, code="OTHER", name="Other", ccy_id="EUR", type="asset")
        with connect() as connection:
            legs = [RawLeg(account, "debit", Decimal(1)), RawLeg(other, "credit", Decimal(1))]
            RawPosting(ledger, legs).write(connection)
            connection.commit()
    elif flaw == "other currency":
        ccy = "USD"
    elif flaw == "other ledger":
        of_ledger = Ledger.objects.create(code=f"o-{uuid.uuid4().hex}", base_ccy_id="EUR")
    else:
        account = Account.objects.create(
            ledger=ledger, code="FLOOR", name="Floor", ccy_id="EUR", type="asset", non_negative=True
        )
    refused(ledger, "clearing_account_is_new", lambda connection: register(connection, account, of_ledger, ccy))


def register(connection: psycopg.Connection, account: Account, ledger: Ledger, ccy: str) -> None:
    connection.execute(
        "INSERT INTO fx_clearingaccount (account_id, ledger_id, ccy) VALUES (%s, %s, %s)", [account.id, ledger.id, ccy]
    )


@at_every_isolation_level
def test_a_posting_in_flight_while_its_account_becomes_a_clearing_account_is_refused(
    ledger: Ledger, cash: Accounts, level: IsolationLevel
) -> None:
    other = Account.objects.create(ledger=ledger, code="OTHER", name="Other", ccy_id="EUR", type="asset")
    posting = RawPosting(ledger, [RawLeg(cash[0], "debit", Decimal(1)), RawLeg(other, "credit", Decimal(1))])
    with connect() as registrar, connect(level=level) as poster:
        poster.execute("SELECT 1")
        statement = posting.statement(poster)
        register(registrar, cash[0], ledger, "EUR")
        waiting = InBackground(lambda: run_and_commit(poster, statement))
        wait_until_blocked(poster)
        registrar.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert Journal.objects.filter(ledger=ledger).count() == 0


@at_every_isolation_level
def test_an_account_that_a_posting_in_flight_uses_does_not_become_a_clearing_account(
    ledger: Ledger, cash: Accounts, level: IsolationLevel
) -> None:
    other = Account.objects.create(ledger=ledger, code="OTHER", name="Other", ccy_id="EUR", type="asset")
    posting = RawPosting(ledger, [RawLeg(cash[0], "debit", Decimal(1)), RawLeg(other, "credit", Decimal(1))])
    with connect(level=level) as registrar, connect() as poster:
        registrar.execute("SELECT 1")
        posting.write(poster)

        def attack() -> None:
            register(registrar, cash[0], ledger, "EUR")
            registrar.commit()

        waiting = InBackground(attack)
        wait_until_blocked(registrar)
        poster.commit()
        assert isinstance(waiting.outcome(), psycopg.errors.IntegrityError | psycopg.errors.SerializationFailure)
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()
