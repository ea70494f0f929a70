"""How lists and tables look, whatever is in them."""

import re

from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from tests.ledger.admin.pages import Office, list_url, page_url, text_of
from tests.ledger.orders import transfer

JOURNALS = list_url("ledger_journal")


def cells_with_figures(markup: str) -> list[str]:
    return re.findall(r'<span class="figure">(?:<a [^>]*>)?([^<]*)<', markup)


def test_amounts_counts_and_numbers_are_figures_which_stand_at_the_right(
    ledger: Ledger, cash: Account, revenue: Account
) -> None:
    journal = post_transfer(transfer(ledger, "CASH", "REV", "1234.50")).journals[0]
    office = Office.of_group("accountants")
    pages = {
        JOURNALS: ["1,234.50 EUR"],
        page_url("ledger_journal", journal.id): [
            "1",
            "1,234.50 EUR",
            "1,234.50 EUR",
            "2",
            "1,234.50 EUR",
            "1,234.50 EUR",
        ],
        page_url("ledger_ledger", ledger.id): ["1", "2", "1,234.50", "1,234.50", "0.00"],
    }
    for url, figures in pages.items():
        markup = office.get(url, ledger=ledger.code).content.decode()
        assert cells_with_figures(markup) == figures, url
        assert "/static/ledger/back_office.css" in markup
    style = b"".join(office.get("/static/ledger/back_office.css").streaming_content).decode()
    assert ".figure" in style
    assert "text-align: right" in style


def test_a_list_says_how_many_match_only_where_it_is_narrowed(ledger: Ledger, cash: Account, revenue: Account) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    post_transfer(transfer(ledger, "CASH", "REV", "2.00"))
    office = Office.of_group("accountants")
    whole = text_of(office.get(JOURNALS, ledger=ledger.code))
    assert "Show all" not in whole
    assert "2 journals" in whole
    assert "2 matches ( Show all )" in text_of(office.get(JOURNALS, ledger=ledger.code, account="CASH"))
    assert "1 match ( Show all )" in text_of(office.get(JOURNALS, ledger=ledger.code, q="2"))
    assert "1 match ( Show all )" in text_of(office.get(list_url("ledger_ledger"), q=ledger.code))
