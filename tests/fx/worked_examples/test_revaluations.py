"""Month ends: what the foreign currency is worth beyond what it was carried at, posted and reversed, every leg of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fx.domain.refusals import FxRateMissing
from fx.models import Revaluation
from fx.queries.positions import fx_positions
from fx.revaluation import revalue
from ledger.domain import refusals
from ledger.domain.money import ZERO
from ledger.models import Account, Balance, Journal, Ledger, Leg
from ledger.posting import post_transfer
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, lines, open_accounts, quote
from tests.ledger.raw_books import Footprint, connect

ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def accounts(ledger: Ledger) -> None:
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "CASH-JPY")
    open_accounts(ledger, "EQUITY-USD", type="equity")
    open_accounts(ledger, "SALES-USD", type="revenue")


def buy_dollars(ledger: Ledger, euros: str, on: date) -> None:
    post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, euros), leg("CASH-USD", DEBIT, None), on=on))


def balance_on(ledger: Ledger, code: str, day: date) -> Decimal:
    legs = Leg.objects.filter(ledger=ledger, account__code=code, value_date__lte=day)
    return sum((one.amount if one.side == "debit" else -one.amount for one in legs), ZERO)


def test_dollars_bought_in_january_are_worth_more_at_its_end(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    buy_dollars(ledger, "100.00", bought)
    revalued = revalue(ledger.id, month_end)
    assert (revalued.result, revalued.posted) == (Decimal("10.00"), Decimal("10.00"))
    assert [(j.kind, j.value_date, lines(j)) for j in revalued.journals] == [
        ("revaluation", month_end, ["Dr FX-VALUATION 10.00", "Cr FX-UNREALISED 10.00"]),
        ("reversal", month_end + ONE_DAY, ["Dr FX-UNREALISED 10.00", "Cr FX-VALUATION 10.00"]),
    ]
    assert revalued.journals[1].reverses == revalued.journals[0].id
    assert balance_on(ledger, "FX-UNREALISED", month_end) == -10
    assert balance_on(ledger, "FX-UNREALISED", month_end + ONE_DAY) == 0
    assert fx_positions(ledger.id, month_end).unrealised == 10


def test_a_loss_is_posted_the_other_way_round(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.2500", month_end)
    buy_dollars(ledger, "100.00", bought)
    assert lines(revalue(ledger.id, month_end).journals[0]) == ["Cr FX-VALUATION 12.00", "Dr FX-UNREALISED 12.00"]


def test_what_was_earned_in_dollars_is_carried_at_the_rate_of_its_day(ledger: Ledger) -> None:
    earned = fresh_day()
    month_end = earned + timedelta(days=20)
    quote("EUR/USD", "1.2500", earned)
    quote("EUR/USD", "1.0000", month_end)
    post_transfer(conversion(ledger, leg("CASH-USD", DEBIT, "50.00"), leg("SALES-USD", CREDIT, "50.00"), on=earned))
    # 50 USD were 40 EUR, and are 50 EUR now.
    assert revalue(ledger.id, month_end).result == 10


def test_an_account_may_say_that_it_is_not_monetary(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.2500", bought)
    quote("EUR/USD", "1.0000", month_end)
    open_accounts(ledger, "MACHINE-USD", metadata={"monetary": False})
    post_transfer(conversion(ledger, leg("MACHINE-USD", DEBIT, "50.00"), leg("EQUITY-USD", CREDIT, "50.00"), on=bought))
    assert revalue(ledger.id, month_end).result == 0
    assert not Revaluation.objects.filter(ledger=ledger).exists()


def test_running_it_twice_changes_nothing_and_after_a_change_the_difference_is_posted(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    buy_dollars(ledger, "100.00", bought)
    revalue(ledger.id, month_end)
    before = Footprint.of(ledger)
    again = revalue(ledger.id, month_end)
    assert (again.result, again.posted, again.journals) == (Decimal("10.00"), ZERO, ())
    assert Footprint.of(ledger) == before
    buy_dollars(ledger, "10.00", bought)
    difference = revalue(ledger.id, month_end)
    assert (difference.result, difference.posted) == (Decimal("11.00"), Decimal("1.00"))
    assert balance_on(ledger, "FX-UNREALISED", month_end) == -11
    assert balance_on(ledger, "FX-UNREALISED", month_end + ONE_DAY) == 0
    steps = Revaluation.objects.filter(ledger=ledger).values_list("ordinal", "result", "amount")
    assert [f"{ordinal}: {result:.2f}, {amount:.2f}" for ordinal, result, amount in steps] == [
        "1: 10.00, 10.00",
        "2: 11.00, 1.00",
    ]


def test_each_month_end_stands_for_itself(ledger: Ledger) -> None:
    bought = fresh_day()
    january, february = bought + timedelta(days=15), bought + timedelta(days=30)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", january)
    quote("EUR/USD", "1.1000", february)
    buy_dollars(ledger, "100.00", bought)
    assert revalue(ledger.id, january).posted == 10
    february_end = revalue(ledger.id, february)
    assert (february_end.result, february_end.posted) == (ZERO, ZERO)
    assert balance_on(ledger, "FX-UNREALISED", february) == 0


def test_a_round_trip_leaves_its_gain_in_clearing_until_it_is_shown(ledger: Ledger) -> None:
    bought, sold = fresh_day(), fresh_day()
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", sold)
    buy_dollars(ledger, "100.00", bought)
    post_transfer(conversion(ledger, leg("CASH-USD", CREDIT, "110.00"), leg("CASH-EUR", DEBIT, None), on=sold))
    assert revalue(ledger.id, sold).result == 10
    by_ccy = {position.ccy: position for position in fx_positions(ledger.id, sold).positions}
    assert [by_ccy["USD"].balance, by_ccy["USD"].value, by_ccy["USD"].carried] == [0, 0, -10]
    assert [by_ccy["EUR"].balance, by_ccy["EUR"].value, by_ccy["EUR"].carried] == [10, 10, 10]


def test_a_conversion_between_two_foreign_currencies_is_carried_at_its_days_value(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/JPY", "160", bought)
    quote("EUR/USD", "1.0000", month_end)
    quote("EUR/JPY", "200", month_end)
    buy_dollars(ledger, "100.00", bought)
    post_transfer(conversion(ledger, leg("CASH-USD", CREDIT, "55.00"), leg("CASH-JPY", DEBIT, None), on=bought))
    # 55 USD and 8000 JPY, carried at 50 EUR each, are 55 and 40 EUR by then.
    revalued = revalue(ledger.id, month_end)
    assert revalued.result == Decimal("-5.00")
    row = Revaluation.objects.get(ledger=ledger)
    assert [(one["ccy"], one["value"], one["carried"]) for one in row.positions] == [
        ("JPY", "40", "50"),
        ("USD", "55", "50"),
    ]


def test_a_missing_rate_is_named_and_nothing_is_posted(ledger: Ledger) -> None:
    bought = fresh_day()
    quote("EUR/USD", "1.1000", bought)
    buy_dollars(ledger, "100.00", bought)
    before = Footprint.of(ledger)
    with pytest.raises(FxRateMissing, match="USD/EUR"):
        revalue(ledger.id, bought + timedelta(days=20))
    assert Footprint.of(ledger) == before
    found = fx_positions(ledger.id, bought + timedelta(days=20))
    assert found.unrealised is None
    assert [bool(position.problem) for position in found.positions] == [False, True]


def test_today_may_be_revalued_because_only_its_reversal_is_dated_tomorrow(ledger: Ledger) -> None:
    today = datetime.now(UTC).date()
    quote("EUR/ZAR", "20", today)
    open_accounts(ledger, "CASH-ZAR")
    bought = fresh_day()
    quote("EUR/ZAR", "10", bought)
    post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "10.00"), leg("CASH-ZAR", DEBIT, None), on=bought))
    assert revalue(ledger.id, today).journals[1].value_date == today + ONE_DAY
    quote("EUR/ZAR", "21", today + ONE_DAY)
    with pytest.raises(refusals.ValueDateInFuture):
        revalue(ledger.id, today + ONE_DAY)


def test_a_closed_day_is_not_revalued_but_may_be_asked_for_again(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    buy_dollars(ledger, "100.00", bought)
    revalue(ledger.id, month_end)
    with connect("owner") as owner:
        owner.execute("UPDATE ledger_bookstate SET closed_through = %s WHERE ledger_id = %s", [month_end, ledger.id])
        owner.commit()
    assert revalue(ledger.id, month_end).journals == ()
    before = month_end - timedelta(days=1)
    quote("EUR/USD", "1.0500", before)
    with pytest.raises(refusals.DayClosed):
        revalue(ledger.id, before)
    assert Journal.objects.filter(ledger=ledger, kind="revaluation").count() == 1


def test_accounts_of_another_kind_under_the_codes_are_refused(ledger: Ledger) -> None:
    bought = fresh_day()
    quote("EUR/USD", "1.1000", bought)
    buy_dollars(ledger, "100.00", bought)
    Account.objects.create(ledger=ledger, code="FX-VALUATION", name="Mine", ccy_id="USD", type="asset")
    with pytest.raises(refusals.PostingNotAllowed, match="FX-VALUATION"):
        revalue(ledger.id, bought)


def test_a_ledger_without_foreign_currency_opens_nothing(ledger: Ledger) -> None:
    assert revalue(ledger.id, fresh_day()).result == 0
    assert not Balance.objects.filter(account__ledger=ledger, account__code__startswith="FX-").exists()
