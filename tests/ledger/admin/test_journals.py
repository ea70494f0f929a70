"""Journals in the back office, and their reversal."""

import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.domain.accounts import Side
from ledger.domain.posted import PostedJournal
from ledger.models import Account, Journal, Ledger
from ledger.posting import post_transfer
from tests.ledger.admin.pages import Office, action_url, list_url, page_url
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, connect

Post = Callable[..., PostedJournal]


@pytest.fixture
def office() -> Office:
    return Office.of_group("accountants")


@pytest.fixture
def post(ledger: Ledger, cash: Account, revenue: Account) -> Post:
    """Posts CASH to REV."""

    def post(amount: str = "10.00", **rest: str) -> PostedJournal:
        return post_transfer(transfer(ledger, "CASH", "REV", amount, **rest)).journals[0]

    return post


def reverse_url(journal: PostedJournal) -> str:
    return action_url("ledger_journal", "reverse", journal.id)


def key_of_the_form(office: Office, journal: PostedJournal) -> str:
    form = office.get(reverse_url(journal)).content.decode()
    return re.search(r'name="idempotency_key" value="([^"]+)"', form)[1]  # type: ignore[index]


def test_a_journal_is_reversed_with_a_date_and_a_reason(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post("25.00")
    page = office.done(
        reverse_url(journal),
        idempotency_key=key_of_the_form(office, journal),
        value_date="2026-01-31",
        description="entered twice",
    )
    assert "Journal 1 is reversed: journal 2 is posted." in page
    reversal = Journal.objects.get(ledger=ledger, number=2)
    assert (reversal.reverses_id, reversal.value_date, reversal.description) == (
        journal.id,
        date(2026, 1, 31),
        "entered twice",
    )
    assert Footprint.of(ledger).balances[0][1] == Footprint.of(ledger).balances[0][2] == 25


def test_the_form_shows_the_legs_that_it_would_post(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post("1234.50")
    after = Footprint.of(ledger)
    form = office.get(reverse_url(journal)).content.decode()
    table = form[form.index("The legs that this posts") :].partition("</table>")[0]
    cells = [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row.split("<td")[1:]] for row in table.split("<tr")
    ]
    shown = {row[1].split()[-1]: ["EUR" in cell for cell in row[2:]] for row in cells if len(row) == 4}
    assert shown == {leg.account: [leg.side is Side.CREDIT, leg.side is Side.DEBIT] for leg in journal.legs}
    assert table.count("1,234.50") == 2
    assert Footprint.of(ledger) == after


def test_a_date_before_the_books_begin_is_told_at_its_field(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post()
    before = Footprint.of(ledger)
    said = office.refused(reverse_url(journal), idempotency_key="k", value_date="1899-12-31")
    assert "A value date is not before 1900-01-01." in said
    assert Footprint.of(ledger) == before
    office.done(reverse_url(journal), idempotency_key="k", value_date="1900-01-01")


def test_a_form_sent_twice_posts_once(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post()
    key = key_of_the_form(office, journal)
    first = office.done(reverse_url(journal), idempotency_key=key)
    second = office.done(reverse_url(journal), idempotency_key=key)
    assert "journal 2 is posted" in first
    assert "journal 2 was posted already; nothing was posted twice" in second
    assert Journal.objects.filter(ledger=ledger).count() == 2


def test_every_form_has_a_key_of_its_own(office: Office, post: Post) -> None:
    journal = post()
    assert key_of_the_form(office, journal) != key_of_the_form(office, journal)


def test_a_second_reversal_is_refused(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post()
    stale = key_of_the_form(office, journal)
    office.done(reverse_url(journal), idempotency_key=key_of_the_form(office, journal))
    before = Footprint.of(ledger)
    said = office.refused(reverse_url(journal), idempotency_key=stale)
    assert f"Journal 1, {journal.id} is reversed already, and a journal is reversed once" in said
    assert Footprint.of(ledger) == before


def test_a_reversal_is_not_reversed_and_has_no_button(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post()
    office.done(reverse_url(journal), idempotency_key="k")
    reversal = Journal.objects.get(ledger=ledger, number=2)
    for id_ in (journal.id, reversal.id):
        shown = office.get(page_url("ledger_journal", id_)).content.decode()
        assert f"{id_}/reverse/" not in shown
    before = Footprint.of(ledger)
    office.refused(action_url("ledger_journal", "reverse", reversal.id), idempotency_key="another")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"value_date": "2026-02-30"}, "Enter a valid date."),
        ({"value_date": "2999-01-01"}, "2999-01-01"),
        ({"idempotency_key": ""}, "idempotency_key: An idempotency key is 1 to 255"),
        ({"idempotency_key": "k" * 256}, "An idempotency key is 1 to 255 printable ASCII characters."),
        ({"idempotency_key": "ä"}, "An idempotency key is 1 to 255 printable ASCII characters."),
        ({"description": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_form_that_cannot_be_is_refused(
    office: Office, ledger: Ledger, post: Post, values: dict[str, str], said: str
) -> None:
    journal = post()
    before = Footprint.of(ledger)
    assert said in office.refused(reverse_url(journal), **{"idempotency_key": uuid.uuid4().hex} | values)
    assert Footprint.of(ledger) == before


def test_a_closed_day_is_refused_at_its_field(office: Office, ledger: Ledger, post: Post) -> None:
    journal = post()
    with connect("owner") as owner:
        owner.execute("UPDATE ledger_bookstate SET closed_through = '2026-01-31' WHERE ledger_id = %s", [ledger.id])
        owner.commit()
    before = Footprint.of(ledger)
    said = office.refused(reverse_url(journal), idempotency_key="k", value_date="2026-01-31")
    assert "2026-01-31" in said
    assert Footprint.of(ledger) == before
    office.done(reverse_url(journal), idempotency_key="k")


def test_a_frozen_account_keeps_its_journals_from_being_reversed(
    office: Office, ledger: Ledger, cash: Account, post: Post
) -> None:
    journal = post()
    office.done(action_url("ledger_account", "freeze", cash.id))
    before = Footprint.of(ledger)
    said = office.refused(reverse_url(journal), idempotency_key="k")
    assert "CASH" in said
    assert Footprint.of(ledger) == before


def test_the_page_shows_the_legs_and_leads_to_what_belongs_to_it(
    office: Office, ledger: Ledger, cash: Account, post: Post
) -> None:
    journal = post("1234.50", description="rent", reference="R-1", key="the-key")
    office.done(reverse_url(journal), idempotency_key="k")
    reversal = Journal.objects.get(ledger=ledger, number=2)
    page = office.get(page_url("ledger_journal", journal.id)).content.decode()
    for part in ("1,234.50 EUR", "rent", "R-1", "the-key"):
        assert part in page
    assert page_url("ledger_account", cash.id) in page
    assert page_url("ledger_journal", reversal.id) in page
    assert (
        page_url("ledger_journal", journal.id) in office.get(page_url("ledger_journal", reversal.id)).content.decode()
    )


def test_a_journal_is_found_by_number_reference_key_and_id(office: Office, ledger: Ledger, post: Post) -> None:
    wanted = post(description="wanted", reference="INV-7", key="key-7")
    post(description="unwanted")
    for term in ("1", "INV-7", "key-7", str(wanted.id), f" {wanted.id} "):
        found = office.page(list_url("ledger_journal"), ledger=ledger.code, q=term)
        assert " wanted " in found, term
        assert "unwanted" not in found, term
    for term in ("inv", "99999999999999999999999", "²", "%"):
        assert "wanted" not in office.page(list_url("ledger_journal"), ledger=ledger.code, q=term), term


def test_a_search_finds_nothing_of_another_ledger(office: Office, ledger: Ledger, post: Post) -> None:
    post(description="theirs", key="shared-key", reference="shared")
    other = Ledger.objects.create(code=f"{ledger.code[:40]}-o", base_ccy_id="EUR")
    for term in ("shared", "shared-key", "1"):
        assert "theirs" not in office.page(list_url("ledger_journal"), ledger=other.code, q=term)


def test_journals_are_filtered_by_account_date_and_kind(
    office: Office, ledger: Ledger, make_account: Callable[..., Account], post: Post
) -> None:
    make_account("BANK")
    post_transfer(transfer(ledger, "BANK", "REV", "1.00", description="on bank", value_date=date(2026, 1, 5)))
    post(description="on cash")
    office.done(reverse_url(post(description="taken back")), idempotency_key="k", description="reversal of it")
    said = {
        "on bank": {"account": "BANK"},
        "on cash": {"account": "CASH", "kind__exact": "transfer"},
        "reversal of it": {"kind__exact": "reversal"},
    }
    for wanted, filters in said.items():
        page = office.page(list_url("ledger_journal"), ledger=ledger.code, **filters)
        assert wanted in page
        assert not [other for other in said if other != wanted and other in page]
    dated = {"value_date_from": "2026-01-05", "value_date_to": "2026-01-05"}
    page = office.page(list_url("ledger_journal"), ledger=ledger.code, **dated)
    assert "on bank" in page
    assert "on cash" not in page


@pytest.mark.parametrize(
    "filters",
    [
        {"account": "\x00"},
        {"account": "nowhere"},
        {"value_date_from": "nonsense"},
        {"kind__exact": "nonsense"},
        {"q": "\x00"},
        {"p": "-1"},
        {"p": "99999999999999999999"},
        {"nonsense": "1"},
    ],
)
def test_nonsense_in_the_url_is_never_an_error_of_ours(
    office: Office, ledger: Ledger, post: Post, filters: dict[str, str]
) -> None:
    post()
    response = office.get(list_url("ledger_journal"), ledger=ledger.code, **filters)
    assert response.status_code in (200, 302), response.status_code


def test_nobody_is_named_to_postgresql_on_a_postings_connection(office: Office, post: Post) -> None:
    """A statement before the gate would bring serialization failures back; journals are their own history."""
    journal = post()
    with CaptureQueriesContext(connection) as seen:
        office.done(reverse_url(journal), idempotency_key="k")
    statements = [query["sql"] for query in seen.captured_queries]
    assert any("ledger_journal" in statement for statement in statements)
    assert not [statement for statement in statements if "set_config" in statement]
