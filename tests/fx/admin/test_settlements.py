"""The back office's pages of settlements."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from fx.models import Settlement
from ledger.domain.orders import ReversalOrder
from ledger.models import Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote, settlement_of
from tests.ledger.admin.pages import Office


@pytest.fixture
def settlement(ledger: Ledger) -> Settlement:
    """1,234.56 EUR became dollars, and were taken back."""
    day: date = fresh_day()
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    quote("EUR/USD", "1.1000", day)
    posted = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "1234.56"), leg("CASH-USD", DEBIT, None), on=day))
    reverse_journal(ReversalOrder(ledger.id, posted.journals[0].id, "undo", value_date=day))
    return Settlement.objects.get(ledger=ledger, reverses=None)


def page_of(settlement: Settlement) -> str:
    return reverse("admin:fx_settlement_change", args=[settlement.id])


def test_both_journals_stand_side_by_side_with_every_leg_and_the_rate(settlement: Settlement) -> None:
    page = Office.with_permissions("fx.view_settlement").page(page_of(settlement))
    for shown in ("Journal 1", "Journal 2", "CASH-EUR", "FX-CLEARING-EUR", "1,234.56", "1,358.02", "FX-CLEARING-USD"):
        assert shown in page
    for shown in ("EUR/USD 1.1 (ECB", "revision 1", "0.004 USD", "reversed", "Settlement of journal 3"):
        assert shown in page


def test_figures_that_go_on_for_ever_are_cut_where_nobody_reads_on(ledger: Ledger) -> None:
    day = fresh_day()
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    quote("EUR/USD", "3.0000", day)
    order = conversion(ledger, leg("CASH-USD", CREDIT, "100.00"), leg("CASH-EUR", DEBIT, None), on=day)
    page = Office.with_permissions("fx.view_settlement").page(page_of(settlement_of(post_transfer(order))))
    assert f"0.333333333333333 Path inverse Rate source ECB Rate date {day:%Y-%m-%d}" in page
    assert "-0.00333333333333333 EUR" in page


def test_a_settlement_is_named_by_its_amounts_to_the_last_digit() -> None:
    amount = "12345678901234567890.12345678901234567"
    settlement = Settlement(
        base_amount=Decimal(f"{amount}0"), base_id="EUR", quote_amount=Decimal("500.00"), quote_id="USD"
    )
    assert str(settlement) == f"{amount} EUR = 500 USD"


def test_the_list_shows_one_ledgers_settlements_and_narrows_by_pair(settlement: Settlement, ledger: Ledger) -> None:
    office = Office.with_permissions("fx.view_settlement")
    url = reverse("admin:fx_settlement_changelist")
    page = office.page(url, ledger=ledger.code)
    assert "1,234.56" in page
    assert "reversal" in page
    assert "1,234.56" in office.page(url, ledger=ledger.code, pair="EUR-USD")
    assert "1,234.56" not in office.page(url, ledger=ledger.code, pair="USD-EUR")


def test_nobody_without_the_permission_sees_them_and_nobody_changes_them(settlement: Settlement) -> None:
    assert Office.with_permissions("ledger.view_journal").get(page_of(settlement)).status_code == 403
    superuser = Office.of_superuser()
    assert superuser.post(page_of(settlement), rate="2").status_code == 403
    assert superuser.get(reverse("admin:fx_settlement_add")).status_code == 403
    assert superuser.get(reverse("admin:fx_settlement_delete", args=[settlement.id])).status_code == 403
    assert str(Settlement.objects.get(id=settlement.id).rate).startswith("1.1")
