import re
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from ledger.queries import ledger_totals as totals
from ledger.queries.ledger_overview import ledger_overviews
from tests.ledger.admin.pages import Office, page_url
from tests.ledger.orders import transfer


def test_the_overview_says_where_a_ledger_stands(ledger: Ledger, cash: Account, revenue: Account) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "10.00", description=f"newest {ledger.code}"))
    page = Office.of_group("accountants").page("/admin/")
    assert ledger.code in page
    assert "in balance" in page
    assert f"newest {ledger.code}" in page
    (overview,) = [found for found in ledger_overviews(1) if found.id == ledger.id]
    assert (overview.journals_today, overview.last_number, overview.account_count) == (1, 1, 2)
    assert overview.out_of_balance == []


def test_a_currency_whose_debits_are_not_its_credits_is_named(ledger: Ledger) -> None:
    """PostgreSQL lets no such books come to be, so the totals are given."""
    eur = totals.LedgerTotal(ledger.id, "EUR", 2, 1, Decimal(1), Decimal(1))
    usd = totals.LedgerTotal(ledger.id, "USD", 2, 1, Decimal(1), Decimal(2))
    (overview, *_) = ledger_overviews(1)
    assert replace(overview, totals=(eur, usd)).out_of_balance == ["USD"]


def test_a_user_without_a_group_sees_nothing_of_the_books(ledger: Ledger, cash: Account, revenue: Account) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "10.00"))
    office = Office.with_permissions()
    page = office.page("/admin/")
    assert ledger.code not in page
    assert "ask an operator to put you into a group" in page
    assert office.get(page_url("ledger_account", cash.id)).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", "/admin/ledger/journal/", "/admin/login/"])
def test_no_page_names_another_host(path: str) -> None:
    """Everything is served from here, so the back office works with the network off."""
    office = Office.of_superuser()
    page = office.get(path)
    body = page.content.decode() if page.status_code == 200 else ""
    assert not re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', body)


def test_metadata_and_names_are_shown_as_text_and_never_as_markup(ledger: Ledger) -> None:
    attack = f"<script>alert('{uuid.uuid4().hex}')</script>"
    account = Account.objects.create(
        ledger=ledger, code="<b>", name=attack, ccy_id="EUR", type="asset", metadata={attack: attack}
    )
    other = Account.objects.create(ledger=ledger, code="REV", name=attack, ccy_id="EUR", type="revenue")
    journal = post_transfer(transfer(ledger, "<b>", "REV", "1.00", description=attack, reference=attack)).journals[0]
    office = Office.of_superuser()
    for url in (
        "/admin/",
        page_url("ledger_account", account.id),
        page_url("ledger_account", other.id),
        page_url("ledger_journal", journal.id),
        f"/admin/ledger/journal/?ledger={ledger.code}",
        f"/admin/ledger/account/?ledger={ledger.code}",
        "/admin/ledger/auditentry/",
        f"/admin/ledger/account/{account.id}/freeze/",
        f"/admin/ledger/journal/{journal.id}/reverse/",
    ):
        page = office.get(url).content.decode()
        assert "<script>alert" not in page, url
