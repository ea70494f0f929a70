"""Accounts in the back office."""

import pytest

from ledger.domain.accounts import AccountStatus
from ledger.models import Account, AuditEntry, Ledger
from ledger.posting import post_transfer
from tests.ledger.admin.pages import Office, action_url, list_url, page_url
from tests.ledger.orders import transfer
from tests.ledger.raw_books import connect

OPEN = "/admin/ledger/account/open/"


@pytest.fixture
def office() -> Office:
    return Office.of_group("accountants")


def new_account(ledger: Ledger, /, **values: str) -> dict[str, str]:
    return {"ledger": ledger.code, "code": "BANK", "name": "Our bank", "ccy": "EUR", "type": "asset"} | values


def test_an_account_is_opened_and_recorded_as_the_accountants(office: Office, ledger: Ledger) -> None:
    page = office.done(OPEN, **new_account(ledger, non_negative="on"))
    assert "Account BANK is open." in page
    account = Account.objects.get(ledger=ledger, code="BANK")
    assert (account.name, account.ccy_id, account.type, account.non_negative) == ("Our bank", "EUR", "asset", True)
    entry = AuditEntry.objects.get(table_name="ledger_account", row_id=str(account.id))
    assert (entry.user_id, entry.user_name, entry.operation) == (office.user.id, office.user.username, "insert")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "CASH"}, "This ledger has an account 'CASH' already."),
        ({"code": "a b"}, "An account's code is 1 to 128 printable ASCII characters"),
        ({"code": "x" * 129}, "An account's code is 1 to 128 printable ASCII characters"),
        ({"code": ""}, "This field is required."),
        ({"name": "x" * 256}, "A name has 1 to 255 characters."),
        ({"parent": "NOWHERE"}, "No account 'NOWHERE' in this ledger."),
        ({"ccy": "XXX9"}, "not one of the available choices"),
        ({"ledger": "no-such-ledger"}, "not one of the available choices"),
        ({"type": "money"}, "not one of the available choices"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
    ],
)
@pytest.mark.usefixtures("cash")
def test_what_cannot_be_opened_is_refused_by_field(
    office: Office, ledger: Ledger, values: dict[str, str], said: str
) -> None:
    assert said in office.refused(OPEN, **new_account(ledger, **values))
    assert [account.code for account in Account.objects.filter(ledger=ledger)] == ["CASH"]


def test_an_account_is_frozen_unfrozen_closed_and_reopened(office: Office, cash: Account) -> None:
    steps = [
        ("freeze", AccountStatus.FROZEN, "Account CASH is frozen."),
        ("unfreeze", AccountStatus.ACTIVE, "Account CASH is active again."),
        ("close", AccountStatus.CLOSED, "Account CASH is closed."),
        ("reopen", AccountStatus.ACTIVE, "Account CASH is open again."),
    ]
    for name, status, said in steps:
        assert said in office.done(action_url("ledger_account", name, cash.id))
        cash.refresh_from_db()
        assert cash.status == status


@pytest.mark.parametrize("status", list(AccountStatus))
def test_only_the_buttons_that_fit_are_there(office: Office, cash: Account, status: AccountStatus) -> None:
    Account.objects.filter(id=cash.id).update(status=status)
    shown = office.get(page_url("ledger_account", cash.id)).content.decode()
    there = {name for name in ("rename", "freeze", "unfreeze", "close", "reopen") if f"{cash.id}/{name}/" in shown}
    assert (
        there
        == {
            AccountStatus.ACTIVE: {"rename", "freeze", "close"},
            AccountStatus.FROZEN: {"rename", "unfreeze", "close"},
            AccountStatus.CLOSED: {"rename", "reopen"},
        }[status]
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [("freeze", "closed"), ("unfreeze", "closed"), ("reopen", "frozen"), ("freeze", "frozen"), ("close", "closed")],
)
def test_a_step_that_the_status_does_not_allow_is_refused(
    office: Office, cash: Account, name: str, status: str
) -> None:
    """Above all: with the permission to freeze and unfreeze, nobody reopens what was closed."""
    Account.objects.filter(id=cash.id).update(status=status)
    assert f"The account is {status}." in office.refused(action_url("ledger_account", name, cash.id))
    cash.refresh_from_db()
    assert cash.status == status


def test_an_account_that_holds_something_is_not_closed(
    office: Office, ledger: Ledger, cash: Account, revenue: Account
) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "10.00"))
    said = office.refused(action_url("ledger_account", "close", cash.id))
    assert "Account CASH is not empty: only a balance of zero can be closed." in said
    cash.refresh_from_db()
    assert cash.status == "active"


def test_a_name_and_a_parent_are_changed_and_a_circle_is_refused(
    office: Office, ledger: Ledger, cash: Account, revenue: Account
) -> None:
    office.done(action_url("ledger_account", "rename", cash.id), name="Till", parent="REV")
    cash.refresh_from_db()
    assert (cash.name, cash.parent_id) == ("Till", revenue.id)
    said = office.refused(action_url("ledger_account", "rename", revenue.id), name="Revenue", parent="CASH")
    assert "An account's parent cannot be the account itself or lie below it." in said
    office.done(action_url("ledger_account", "rename", cash.id), name="Till", parent="")
    cash.refresh_from_db()
    assert cash.parent_id is None


def test_the_page_shows_the_balance_and_the_newest_legs_first(
    office: Office, ledger: Ledger, cash: Account, revenue: Account
) -> None:
    for amount in ("1000.00", "234.50"):
        post_transfer(transfer(ledger, "CASH", "REV", amount, description=f"paid {amount}"))
    page = office.page(page_url("ledger_account", cash.id))
    assert "1,234.50 EUR" in page
    assert page.index("paid 234.50") < page.index("paid 1000.00")


def test_the_list_is_of_one_ledger_and_remembers_which(office: Office, ledger: Ledger, cash: Account) -> None:
    other = Ledger.objects.create(code=f"{ledger.code[:40]}-o", base_ccy_id="EUR")
    Account.objects.create(ledger=other, code="THEIRS", name="Theirs", ccy_id="EUR", type="asset")
    assert "CASH" in office.page(list_url("ledger_account"), ledger=ledger.code)
    for remembered in (office.page(list_url("ledger_account")), office.page(list_url("ledger_account"), q="c")):
        assert "CASH" in remembered
        assert "THEIRS" not in remembered
    assert "THEIRS" in office.page(list_url("ledger_account"), ledger=other.code)
    # Counts are of every ledger; the one looked at stays.
    assert "CASH" in office.page(list_url("ledger_account"), ledger=ledger.code, _facets="True")
    assert "CASH" in office.page(list_url("ledger_account"))


def test_who_has_looked_at_no_ledger_yet_is_asked_and_a_browser_remembers_the_answer(
    office: Office, ledger: Ledger, cash: Account
) -> None:
    """Nobody works in a ledger only because it comes first by the alphabet. Another user of the browser is asked too."""
    Ledger.objects.create(code=f"{ledger.code[:40]}-o", base_ccy_id="EUR")
    for model in ("ledger_journal", "fx_settlement"):
        assert "Choose a ledger" in office.page(list_url(model))
    for parameters in ({}, {"ledger": ""}, {"q": "CASH"}):
        asked = office.page(list_url("ledger_account"), **parameters)
        assert "Choose a ledger" in asked
        assert "CASH" not in asked
    assert '<option value="" selected>' in office.get("/admin/ledger/account/open/").content.decode()
    assert "This field is required." in office.refused(
        "/admin/ledger/account/open/", ledger="", code="NEW", name="New", ccy="EUR", type="asset"
    )
    assert not Account.objects.filter(code="NEW").exists()

    assert "CASH" in office.page(list_url("ledger_account"), ledger=ledger.code)
    office.client.cookies.pop("sessionid")
    office.client.force_login(office.user)
    assert "CASH" in office.page(list_url("ledger_account"))

    other = Office.of_group("accountants")
    other.client.cookies["last_ledger"] = office.client.cookies["last_ledger"].value
    assert "Choose a ledger" in other.page(list_url("ledger_account"))


def test_an_empty_list_says_whether_nothing_is_there_or_nothing_matches(office: Office, ledger: Ledger) -> None:
    assert "There are no accounts to show." in office.page(list_url("ledger_account"), ledger=ledger.code)
    for narrowed in ({"q": "x"}, {"type": "asset"}):
        page = office.page(list_url("ledger_account"), ledger=ledger.code, **narrowed)
        assert "None of the accounts fits the search and the filters." in page


@pytest.mark.parametrize("nonsense", ["no-such", "\x00", "' OR 1=1 --"])
def test_a_ledger_that_is_none_leads_back_to_the_list(office: Office, cash: Account, nonsense: str) -> None:
    response = office.get(list_url("ledger_account"), ledger=nonsense)
    assert (response.status_code, response["Location"]) == (302, "/admin/ledger/account/?e=1")


def test_a_search_finds_by_code_or_name(office: Office, ledger: Ledger, cash: Account, revenue: Account) -> None:
    found = office.page(list_url("ledger_account"), ledger=ledger.code, q="cas")
    assert "CASH" in found
    assert "REV" not in found


@pytest.mark.parametrize("id_", ["nonsense", "00000000-0000-0000-0000-000000000000", "_00"])
@pytest.mark.parametrize("name", ["freeze", "rename", "close"])
def test_an_action_on_what_is_not_there_is_not_found(office: Office, id_: str, name: str) -> None:
    assert office.get(action_url("ledger_account", name, id_)).status_code == 404
    assert office.post(action_url("ledger_account", name, id_)).status_code == 404


def test_a_freeze_that_waits_too_long_says_so_and_nothing_is_written(office: Office, cash: Account) -> None:
    """Another transaction holds the balance's row for longer than the role waits."""
    with connect() as other:
        other.execute("SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE", [cash.id])
        said = office.refused(action_url("ledger_account", "freeze", cash.id))
    assert "The books are busy; nothing was written. Try again in a moment." in said
    cash.refresh_from_db()
    assert cash.status == "active"
