import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ledger.api_keys import create_api_key
from ledger.domain import refusals
from ledger.domain.accounts import Side
from ledger.domain.orders import LegOrder, OnClosed
from ledger.domain.presented import PresentedKey
from ledger.models import Account, Balance, Journal, Ledger
from ledger.posting import post_transfer
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, connect


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


def close_through(ledger: Ledger, day: date) -> None:
    with connect("owner") as owner:
        owner.execute("UPDATE ledger_bookstate SET closed_through = %s WHERE ledger_id = %s", [day, ledger.id])
        owner.commit()


def refused(order: object, reason: type[refusals.Refusal], ledger: Ledger) -> refusals.Refusal:
    """The order is refused for that reason, and nothing is left behind: not even its key."""
    before = Footprint.of(ledger)
    with pytest.raises(reason) as refusal:
        post_transfer(order)  # type: ignore[arg-type]
    assert type(refusal.value) is reason
    assert Footprint.of(ledger) == before
    return refusal.value


def today() -> date:
    return datetime.now(UTC).date()


def test_a_transfer_moves_both_balances(ledger: Ledger, cash: Account, revenue: Account) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "12.34", description="sale", reference="R1"))
    assert not posted.duplicate
    (journal,) = posted.journals
    assert (journal.number, journal.value_date, journal.description, journal.reference) == (1, today(), "sale", "R1")
    assert [leg.balance_after for leg in journal.legs] == [Decimal("12.34"), Decimal("12.34")]
    assert Balance.objects.get(account=cash).balance == Decimal("12.34")
    assert Balance.objects.get(account=revenue).balance == Decimal("12.34")


def test_a_replay_gives_the_same_journal_and_writes_nothing(ledger: Ledger) -> None:
    order = transfer(ledger, "CASH", "REV", "5.00", metadata={"a": ["b", 1]})
    first = post_transfer(order)
    before = Footprint.of(ledger)
    again = post_transfer(order)
    assert again.duplicate
    assert again.journals == first.journals
    assert Footprint.of(ledger) == before


def test_a_replay_is_answered_whatever_happened_to_its_accounts_since(ledger: Ledger, cash: Account) -> None:
    order = transfer(ledger, "CASH", "REV", "5.00", value_date=today())
    first = post_transfer(order)
    Account.objects.filter(id=cash.id).update(status="frozen")
    close_through(ledger, today())
    assert post_transfer(order).journals == first.journals


@pytest.mark.parametrize("amount", ["5.01", "five"])
def test_a_key_used_for_something_else_is_a_conflict(ledger: Ledger, amount: str) -> None:
    order = transfer(ledger, "CASH", "REV", "5.00")
    post_transfer(order)
    legs = tuple(replace(leg, amount=amount) for leg in order.legs)
    refused(replace(order, legs=legs), refusals.IdempotencyConflict, ledger)


def test_a_refused_key_is_free_again(ledger: Ledger) -> None:
    order = transfer(ledger, "CASH", "REV", "5.00")
    lame = replace(order, legs=(order.legs[0], replace(order.legs[1], amount="4.99")))
    refused(lame, refusals.JournalNotBalanced, ledger)
    assert not post_transfer(order).duplicate


def test_one_key_in_two_ledgers_is_two_keys(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    other = Ledger.objects.create(code=f"{ledger.code[:40]}-2", base_ccy_id="EUR")
    for code in ("CASH", "REV"):
        make_account(code, ledger=other)
    order = transfer(ledger, "CASH", "REV", "5.00", key="same")
    post_transfer(order)
    assert not post_transfer(replace(order, ledger_id=other.id)).duplicate


def test_one_leg_is_too_few(ledger: Ledger) -> None:
    order = transfer(ledger, "CASH", "REV", "1.00")
    refused(replace(order, legs=order.legs[:1]), refusals.TooFewLegs, ledger)
    refused(replace(order, legs=()), refusals.TooFewLegs, ledger)


def test_a_thousand_legs_post_and_one_more_is_too_many(ledger: Ledger) -> None:
    pair = transfer(ledger, "CASH", "REV", "1.00").legs
    posted = post_transfer(transfer(ledger, "CASH", "REV", "1.00", legs=pair * 500))
    assert len(posted.journals[0].legs) == 1000
    refused(transfer(ledger, "CASH", "REV", "1.00", legs=(*pair * 500, pair[0])), refusals.TooManyLegs, ledger)


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.005", "NaN", "1e2", "1" * 21, None])
def test_what_is_no_amount_is_refused(ledger: Ledger, amount: str | None) -> None:
    refusal = refused(transfer(ledger, "CASH", "REV", amount), refusals.InvalidAmount, ledger)
    assert refusal.field == "legs[0].amount"


def test_an_account_that_is_not_there_is_named(ledger: Ledger) -> None:
    refusal = refused(transfer(ledger, "CASH", "NOPE", "1.00"), refusals.AccountNotFound, ledger)
    assert (refusal.field, "NOPE" in refusal.detail) == ("legs[1].account", True)


@pytest.mark.parametrize("code", ["", "NO\x00PE", "x" * 5000])
def test_a_code_that_no_account_can_have_is_not_found(ledger: Ledger, code: str) -> None:
    refused(transfer(ledger, "CASH", code, "1.00"), refusals.AccountNotFound, ledger)


def test_an_account_of_another_ledger_is_not_found(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    other = Ledger.objects.create(code=f"{ledger.code[:40]}-x", base_ccy_id="EUR")
    make_account("THEIRS", ledger=other)
    refused(transfer(ledger, "CASH", "THEIRS", "1.00"), refusals.AccountNotFound, ledger)


def test_an_account_opened_a_moment_ago_is_found(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    refused(transfer(ledger, "CASH", "NEW", "1.00"), refusals.AccountNotFound, ledger)
    make_account("NEW")
    assert not post_transfer(transfer(ledger, "CASH", "NEW", "1.00")).duplicate


def test_a_leg_in_another_currency_than_its_account_is_a_mismatch(ledger: Ledger) -> None:
    refused(transfer(ledger, "CASH", "REV", "1.00", "USD"), refusals.CurrencyMismatch, ledger)


@pytest.mark.parametrize("ccy", ["XYZ", "eur", "", "EU\x00"])
def test_a_currency_that_nobody_knows_is_refused(ledger: Ledger, ccy: str) -> None:
    refused(transfer(ledger, "CASH", "REV", "1.00", ccy), refusals.CurrencyUnknown, ledger)


def test_three_currencies_in_one_transfer_are_too_many(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    for ccy in ("USD", "JPY"):
        make_account(ccy, ccy)
    legs = (LegOrder("CASH", Side.DEBIT, "1.00", "EUR"), *(LegOrder(c, Side.CREDIT, "1", c) for c in ("USD", "JPY")))
    refused(transfer(ledger, "CASH", "USD", "1.00", legs=legs), refusals.TooManyCurrencies, ledger)


def test_one_cent_too_little_is_not_balanced(ledger: Ledger) -> None:
    order = transfer(ledger, "CASH", "REV", "10.00")
    lame = replace(order, legs=(order.legs[0], replace(order.legs[1], amount="9.99")))
    assert "differ by 0.01" in refused(lame, refusals.JournalNotBalanced, ledger).detail


@pytest.mark.parametrize("status", ["frozen", "closed"])
def test_an_account_that_is_not_active_takes_nothing(ledger: Ledger, cash: Account, status: str) -> None:
    Account.objects.filter(id=cash.id).update(status=status)
    refused(transfer(ledger, "CASH", "REV", "1.00"), refusals.AccountNotActive, ledger)


def test_an_account_must_not_go_below_zero(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    make_account("WALLET", type="liability", non_negative=True)
    post_transfer(transfer(ledger, "CASH", "WALLET", "5.00"))
    refused(transfer(ledger, "WALLET", "CASH", "5.01"), refusals.InsufficientFunds, ledger)
    post_transfer(transfer(ledger, "WALLET", "CASH", "5.00"))


def test_a_dip_below_zero_within_one_journal_is_refused(ledger: Ledger, make_account: Callable[..., Account]) -> None:
    make_account("WALLET", type="liability", non_negative=True)
    dip = transfer(ledger, "WALLET", "CASH", "5.00").legs
    back = transfer(ledger, "CASH", "WALLET", "5.00").legs
    refused(transfer(ledger, "", "", "", legs=dip + back), refusals.InsufficientFunds, ledger)
    post_transfer(transfer(ledger, "", "", "", legs=back + dip))


def test_the_ledgers_limit_caps_one_transfer(ledger: Ledger) -> None:
    Ledger.objects.filter(id=ledger.id).update(transfer_limit=500)
    refused(transfer(ledger, "CASH", "REV", "500.01"), refusals.TransferLimitExceeded, ledger)
    post_transfer(transfer(ledger, "CASH", "REV", "500.00"))


def test_tomorrow_is_refused(ledger: Ledger) -> None:
    order = transfer(ledger, "CASH", "REV", "1.00", value_date=today() + timedelta(days=2))
    refused(order, refusals.ValueDateInFuture, ledger)


def test_today_is_the_ledgers_own_day(ledger: Ledger) -> None:
    far_east = Ledger.objects.create(code=f"{ledger.code[:40]}-e", base_ccy_id="EUR", timezone="Pacific/Kiritimati")
    for code in ("CASH", "REV"):
        Account.objects.create(ledger=far_east, code=code, name=code, ccy_id="EUR", type="asset")
    posted = post_transfer(transfer(far_east, "CASH", "REV", "1.00"))
    assert posted.journals[0].value_date == (datetime.now(UTC) + timedelta(hours=14)).date()


def test_any_past_date_may_be_posted_before_the_first_close(ledger: Ledger) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "1.00", value_date=date(1999, 12, 31)))
    assert posted.journals[0].value_date == date(1999, 12, 31)


def test_a_closed_day_refuses_and_names_the_way_out(ledger: Ledger) -> None:
    close_through(ledger, date(2026, 1, 31))
    order = transfer(ledger, "CASH", "REV", "1.00", value_date=date(2026, 1, 31))
    assert "next_open_day" in refused(order, refusals.DayClosed, ledger).detail
    moved = post_transfer(replace(order, on_closed=OnClosed.NEXT_OPEN_DAY))
    assert moved.journals[0].value_date == date(2026, 2, 1)


def test_without_a_date_a_closed_today_posts_on_the_next_open_day(ledger: Ledger) -> None:
    close_through(ledger, today() + timedelta(days=1))
    posted = post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    assert posted.journals[0].value_date == today() + timedelta(days=2)


def test_posting_inside_an_open_transaction_is_a_programming_error(ledger: Ledger) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="atomic"):
        post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    assert Journal.objects.filter(ledger=ledger).count() == 0


def test_an_order_is_posted_with_a_key_that_holds_and_not_with_one_that_nobody_knows(ledger: Ledger) -> None:
    secrets = (create_api_key(ledger.code, ["post"]), "dx_unknown")
    held, unknown = (PresentedKey(hashlib.sha256(secret.encode()).digest()) for secret in secrets)
    assert not post_transfer(transfer(ledger, "CASH", "REV", "1.00"), held).duplicate
    assert held.found is not None
    assert held.found.ledger_id == ledger.id
    before = Footprint.of(ledger)
    with pytest.raises(refusals.KeyRefused):
        post_transfer(transfer(ledger, "CASH", "REV", "1.00"), unknown)
    assert unknown.found is None
    assert Footprint.of(ledger) == before
