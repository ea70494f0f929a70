"""Conversions as they stand in accounting textbooks, every leg of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fx.domain.conversion import as_text
from fx.models import LedgerSettings, Spread
from ledger.domain.orders import ReversalOrder, StatedRate
from ledger.models import Account, Balance, Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.fx.books import (
    CREDIT,
    DEBIT,
    conversion,
    fresh_day,
    leg,
    lines,
    open_accounts,
    quote,
    settlement_of,
)


@pytest.fixture(autouse=True)
def accounts(ledger: Ledger) -> None:
    """Every test has cash in five currencies."""
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "CASH-JPY", "CASH-BHD", "CASH-GBP")


def balance(ledger: Ledger, code: str) -> Decimal:
    return Decimal(Balance.objects.get(account__ledger=ledger, account__code=code).balance)


def test_euros_buy_dollars_and_come_back_with_a_gain(ledger: Ledger) -> None:
    buys, sells = fresh_day(), fresh_day()
    quote("EUR/USD", "1.1000", buys)
    quote("EUR/USD", "1.0000", sells)
    bought = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=buys))
    assert lines(bought) == [
        "Cr CASH-EUR 100.00",
        "Dr FX-CLEARING-EUR 100.00",
        "Dr CASH-USD 110.00",
        "Cr FX-CLEARING-USD 110.00",
    ]
    sold = post_transfer(conversion(ledger, leg("CASH-USD", CREDIT, "110.00"), leg("CASH-EUR", DEBIT, None), on=sells))
    assert lines(sold) == [
        "Cr CASH-USD 110.00",
        "Dr FX-CLEARING-USD 110.00",
        "Dr CASH-EUR 110.00",
        "Cr FX-CLEARING-EUR 110.00",
    ]
    assert balance(ledger, "CASH-EUR") == 10
    assert balance(ledger, "FX-CLEARING-EUR") == 10, "the gain is what clearing has left in the base currency"
    assert balance(ledger, "FX-CLEARING-USD") == 0


def test_yen_have_no_decimals(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/JPY", "161.37", day)
    posted = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "12.34"), leg("CASH-JPY", DEBIT, None), on=day))
    # 12.34 x 161.37 = 1991.3058
    assert lines(posted) == [
        "Cr CASH-EUR 12.34",
        "Dr FX-CLEARING-EUR 12.34",
        "Dr CASH-JPY 1991",
        "Cr FX-CLEARING-JPY 1991",
    ]
    assert as_text(settlement_of(posted).residual) == "-0.3058"


def test_bahraini_dinars_have_three(ledger: Ledger) -> None:
    day = fresh_day()
    quote("USD/BHD", "0.376", day)
    posted = post_transfer(conversion(ledger, leg("CASH-BHD", DEBIT, None), leg("CASH-USD", CREDIT, "100.01"), on=day))
    # 100.01 x 0.376 = 37.60376; the dinars come first because the caller's first leg is in dinars.
    assert lines(posted) == [
        "Dr CASH-BHD 37.604",
        "Cr FX-CLEARING-BHD 37.604",
        "Cr CASH-USD 100.01",
        "Dr FX-CLEARING-USD 100.01",
    ]
    settlement = settlement_of(posted)
    assert (settlement.base_id, settlement.quote_id, as_text(settlement.residual)) == ("USD", "BHD", "0.00024")
    assert settlement.book_value is None, "no rate leads from dollars to euros on that day"


def test_dollars_buy_yen_through_the_euro(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/USD", "1.0850", day)
    quote("EUR/JPY", "161.37", day)
    posted = post_transfer(conversion(ledger, leg("CASH-USD", CREDIT, "500.00"), leg("CASH-JPY", DEBIT, None), on=day))
    # 500 x 161.37 / 1.085 = 74364.055...
    assert lines(posted) == [
        "Cr CASH-USD 500.00",
        "Dr FX-CLEARING-USD 500.00",
        "Dr CASH-JPY 74364",
        "Cr FX-CLEARING-JPY 74364",
    ]
    settlement = settlement_of(posted)
    assert (settlement.path, settlement.rate_source, settlement.rate_date) == ("cross", "ECB", day)
    assert [(step["base"], step["quote"], step["inverted"]) for step in settlement.steps] == [
        ("EUR", "USD", True),
        ("EUR", "JPY", False),
    ]
    assert (settlement.multiply_by, settlement.divide_by) == (Decimal("161.37"), Decimal("1.085"))
    assert settlement.book_value == Decimal("460.83")


def test_a_rate_of_a_hundred_thousandth_moves_large_amounts_and_refuses_small_ones(ledger: Ledger) -> None:
    from fx.domain.refusals import AmountTooSmall

    day = fresh_day()
    quote("JPY/GBP", "0.00001", day)
    posted = post_transfer(
        conversion(ledger, leg("CASH-JPY", CREDIT, "12345678"), leg("CASH-GBP", DEBIT, None), on=day)
    )
    assert lines(posted) == [
        "Cr CASH-JPY 12345678",
        "Dr FX-CLEARING-JPY 12345678",
        "Dr CASH-GBP 123.46",
        "Cr FX-CLEARING-GBP 123.46",
    ]
    assert as_text(settlement_of(posted).residual) == "0.00322"
    with pytest.raises(AmountTooSmall):
        post_transfer(conversion(ledger, leg("CASH-JPY", CREDIT, "499"), leg("CASH-GBP", DEBIT, None), on=day))
    assert balance(ledger, "CASH-JPY") == -12345678


def test_half_a_cent_goes_to_the_even_one_unless_the_ledger_rounds_up(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/USD", "1.25", day)
    order = (leg("CASH-EUR", CREDIT, "0.10"), leg("CASH-USD", DEBIT, None))
    given = ["Cr CASH-EUR 0.10", "Dr FX-CLEARING-EUR 0.10"]
    posted = post_transfer(conversion(ledger, *order, on=day))
    assert lines(posted) == [*given, "Dr CASH-USD 0.12", "Cr FX-CLEARING-USD 0.12"]
    assert (settlement_of(posted).rounding, as_text(settlement_of(posted).residual)) == ("half-even", "-0.005")
    LedgerSettings.objects.create(ledger=ledger, rounding="half-up")
    posted = post_transfer(conversion(ledger, *order, on=day))
    assert lines(posted) == [*given, "Dr CASH-USD 0.13", "Cr FX-CLEARING-USD 0.13"]
    assert (settlement_of(posted).rounding, as_text(settlement_of(posted).residual)) == ("half-up", "0.005")


def test_an_inverted_rate_is_divided_by_and_so_hits_the_half_cent_exactly(ledger: Ledger) -> None:
    """0.45 / 1.2 is 0.375; times a rounded 1/1.2 it would be 0.37499..., and a cent less."""
    day = fresh_day()
    quote("EUR/USD", "1.2", day)
    posted = post_transfer(conversion(ledger, leg("CASH-USD", CREDIT, "0.45"), leg("CASH-EUR", DEBIT, None), on=day))
    assert lines(posted) == [
        "Cr CASH-USD 0.45",
        "Dr FX-CLEARING-USD 0.45",
        "Dr CASH-EUR 0.38",
        "Cr FX-CLEARING-EUR 0.38",
    ]


def test_a_reversal_a_day_later_undoes_both_journals_whatever_the_rate_is_by_then(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/USD", "1.1000", day)
    quote("EUR/USD", "1.3000", day + timedelta(days=1))
    posted = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day))
    undone = reverse_journal(
        ReversalOrder(ledger.id, posted.journals[1].id, "undo", value_date=day + timedelta(days=1))
    )
    assert lines(undone) == [
        "Dr FX-CLEARING-USD 110.00",
        "Cr CASH-USD 110.00",
        "Cr FX-CLEARING-EUR 100.00",
        "Dr CASH-EUR 100.00",
    ]
    assert [journal.reverses for journal in undone.journals] == [posted.journals[1].id, posted.journals[0].id]
    for code in ("CASH-EUR", "CASH-USD", "FX-CLEARING-EUR", "FX-CLEARING-USD"):
        assert balance(ledger, code) == 0


def test_a_spread_is_earned_by_a_named_account_in_either_direction(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/USD", "1.1000", day)
    open_accounts(ledger, "WALLET-EUR", "WALLET-USD", type="liability")
    open_accounts(ledger, "FX-INCOME-USD", type="revenue")
    income = Account.objects.get(ledger=ledger, code="FX-INCOME-USD")
    Spread.objects.create(ledger=ledger, base_id="EUR", quote_id="USD", bps=50, income_account=income)
    to_dollars = conversion(ledger, leg("WALLET-EUR", DEBIT, "100.00"), leg("WALLET-USD", CREDIT, None), on=day)
    assert lines(post_transfer(to_dollars)) == [
        "Dr WALLET-EUR 100.00",
        "Cr FX-CLEARING-EUR 100.00",
        "Cr WALLET-USD 109.45",
        "Cr FX-INCOME-USD 0.55",
        "Dr FX-CLEARING-USD 110.00",
    ]
    for_euros = conversion(ledger, leg("WALLET-USD", DEBIT, None), leg("WALLET-EUR", CREDIT, "100.00"), on=day)
    assert lines(post_transfer(for_euros)) == [
        "Dr WALLET-USD 110.55",
        "Cr FX-INCOME-USD 0.55",
        "Cr FX-CLEARING-USD 110.00",
        "Cr WALLET-EUR 100.00",
        "Dr FX-CLEARING-EUR 100.00",
    ]
    from_dollars = conversion(ledger, leg("WALLET-USD", DEBIT, "110.00"), leg("WALLET-EUR", CREDIT, None), on=day)
    # 0.50 % of 110 stay in dollars; 109.45 / 1.1 are 99.50 euros.
    assert lines(post_transfer(from_dollars)) == [
        "Dr WALLET-USD 110.00",
        "Cr FX-INCOME-USD 0.55",
        "Cr FX-CLEARING-USD 109.45",
        "Cr WALLET-EUR 99.50",
        "Dr FX-CLEARING-EUR 99.50",
    ]


def test_a_stated_rate_is_the_whole_deal_without_a_spread(ledger: Ledger) -> None:
    day = fresh_day()
    open_accounts(ledger, "FX-INCOME-USD", type="revenue")
    income = Account.objects.get(ledger=ledger, code="FX-INCOME-USD")
    Spread.objects.create(ledger=ledger, base_id="EUR", quote_id="USD", bps=50, income_account=income)
    for stated, dollars in ((StatedRate("1.2345"), "123.45"), (StatedRate("0.8", "USD/EUR"), "125.00")):
        order = conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day, fx=stated)
        posted = post_transfer(order)
        assert lines(posted) == [
            "Cr CASH-EUR 100.00",
            "Dr FX-CLEARING-EUR 100.00",
            f"Dr CASH-USD {dollars}",
            f"Cr FX-CLEARING-USD {dollars}",
        ]
        assert (settlement_of(posted).path, settlement_of(posted).steps) == ("stated", [])


def test_several_legs_a_side_are_settled_by_what_is_left_of_each_currency(ledger: Ledger) -> None:
    day = fresh_day()
    quote("EUR/USD", "1.1000", day)
    open_accounts(ledger, "FEES-EUR", "TIP-USD", type="expense")
    posted = post_transfer(
        conversion(
            ledger,
            leg("CASH-EUR", CREDIT, "103.00"),
            leg("FEES-EUR", DEBIT, "3.00"),
            leg("TIP-USD", DEBIT, "10.00"),
            leg("CASH-USD", DEBIT, None),
            on=day,
        )
    )
    assert lines(posted) == [
        "Cr CASH-EUR 103.00",
        "Dr FEES-EUR 3.00",
        "Dr FX-CLEARING-EUR 100.00",
        "Dr TIP-USD 10.00",
        "Dr CASH-USD 100.00",
        "Cr FX-CLEARING-USD 110.00",
    ]


def test_without_a_date_todays_rate_counts(ledger: Ledger) -> None:
    today = datetime.now(UTC).date()
    quote("GBP/EUR", "1.2", today)
    order = conversion(ledger, leg("CASH-GBP", CREDIT, "10.00"), leg("CASH-EUR", DEBIT, None), on=today)
    from dataclasses import replace

    posted = post_transfer(replace(order, value_date=None))
    assert lines(posted) == [
        "Cr CASH-GBP 10.00",
        "Dr FX-CLEARING-GBP 10.00",
        "Dr CASH-EUR 12.00",
        "Cr FX-CLEARING-EUR 12.00",
    ]
    assert {journal.value_date for journal in posted.journals} == {today}
