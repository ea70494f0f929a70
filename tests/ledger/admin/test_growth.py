"""No list and no page of the back office asks the database more often because it has more rows to show."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from ledger.accounts import NewAccount, open_account
from ledger.api_keys import create_api_key
from ledger.domain.accounts import Side
from ledger.domain.orders import LegOrder, ReversalOrder
from ledger.models import Account, ApiKey, AuditEntry, Currency, Journal, Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.ledger.admin.pages import Office, list_url, make_user, page_url
from tests.ledger.orders import transfer

FEW, MANY = 2, 12


class Books:
    """A ledger whose every kind of row can be made to grow."""

    def __init__(self) -> None:
        self.ledger = Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR")
        for code in ("CASH", "REV"):
            open_account(NewAccount(self.ledger.id, code, code, "EUR"))

    def grow(self, rows: int) -> None:
        for number in range(rows):
            code = uuid.uuid4().hex[:12]
            account = open_account(NewAccount(self.ledger.id, code, code, "EUR", parent="CASH"))
            legs = [LegOrder("CASH", Side.DEBIT, "1.00", "EUR"), LegOrder(account.code, Side.CREDIT, "1.00", "EUR")]
            journal = post_transfer(transfer(self.ledger, "", "", "", legs=tuple(legs * (number + 1)))).journals[0]
            reverse_journal(ReversalOrder(self.ledger.id, journal.id, uuid.uuid4().hex))
            create_api_key(self.ledger.code, ["read"])
            Currency.objects.create(code=f"C{uuid.uuid4().hex[:8].upper()}", name="c", minor_units=2)
            Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR")
            self._grow_access()

    def _grow_access(self) -> None:
        user, group = make_user(), Group.objects.create(name=uuid.uuid4().hex)
        user.groups.add(group, *Group.objects.all()[:5])
        user.user_permissions.set(Permission.objects.all()[:5])
        group.permissions.set(Permission.objects.all())


def queries_of(office: Office, url: str, **parameters: str) -> list[str]:
    office.get(url, **parameters)  # what is remembered from now on is remembered in both counts
    with CaptureQueriesContext(connection) as seen:
        response = office.get(url, **parameters)
    assert response.status_code == 200, url
    return [query["sql"] for query in seen.captured_queries]


def registered(*apps: str) -> list[type[Model]]:
    return [model for model in admin.site._registry if model._meta.app_label in apps]


LISTED = registered("ledger", "auth")
IDS = [model._meta.label_lower for model in LISTED]


@pytest.fixture(scope="module")
def counts() -> dict[tuple[str, str, int], list[str]]:
    """What each list asks, for a superuser and an auditor, over few rows and over many."""
    books, found = Books(), {}
    offices = {"superuser": Office.of_superuser(), "auditor": Office.of_group("auditors")}
    for rows in (FEW, MANY):
        books.grow(rows)
        for who, office in offices.items():
            for model in LISTED:
                url = list_url(model._meta.label_lower.replace(".", "_"))
                filters = {"ledger": books.ledger.code} if model in (Account, Journal) else {}
                found[model._meta.label_lower, who, rows] = queries_of(office, url, **filters)
            found["overview", who, rows] = queries_of(office, "/admin/")
    return found


@pytest.mark.parametrize("who", ["superuser", "auditor"])
@pytest.mark.parametrize("label", [*IDS, "overview"])
def test_a_list_asks_no_more_over_more_rows(counts: dict[Any, list[str]], label: str, who: str) -> None:
    few, many = counts[label, who, FEW], counts[label, who, MANY]
    assert len(few) == len(many), "\n".join(sorted(set(many) - set(few)))
    assert len(many) < 20, "\n".join(many)


def page_of_account(books: Books) -> Any:
    return Account.objects.get(ledger=books.ledger, code="CASH").id


def page_of_journal(books: Books) -> Any:
    return Journal.objects.filter(ledger=books.ledger, reverses=None).order_by("-leg_count")[0].id


def page_of_group(books: Books) -> Any:
    return Group.objects.order_by("-id")[0].id


PAGES: dict[type[Model], Callable[[Books], Any]] = {
    Account: page_of_account,
    Journal: page_of_journal,
    Ledger: lambda books: books.ledger.id,
    Group: page_of_group,
    Currency: lambda _: "EUR",
    ApiKey: lambda books: ApiKey.objects.filter(ledger=books.ledger)[0].id,
    AuditEntry: lambda books: AuditEntry.objects.filter(ledger=books.ledger)[0].id,
}


@pytest.mark.parametrize("model", [model for model in LISTED if model in PAGES], ids=lambda model: model.__name__)
def test_a_page_asks_no_more_over_more_rows(model: type[Model]) -> None:
    books, office = Books(), Office.of_group("auditors")
    asked = []
    for rows in (FEW, MANY):
        books.grow(rows)
        url = page_url(model._meta.label_lower.replace(".", "_"), PAGES[model](books))
        asked.append(queries_of(office, url))
    few, many = asked
    assert len(few) == len(many), "\n".join(sorted(set(many) - set(few)))


def test_no_list_counts_further_than_somebody_leafs() -> None:
    """A list of five million rows is counted like one of five thousand."""
    books, office = Books(), Office.of_superuser()
    for model in (Account, Journal):
        asked = queries_of(office, list_url(model._meta.label_lower.replace(".", "_")), ledger=books.ledger.code)
        counting = [statement for statement in asked if "COUNT(" in statement]
        assert counting
        assert all("LIMIT 5000" in statement for statement in counting), counting


def test_an_api_request_asks_for_no_session_and_no_user() -> None:
    from tests.ledger.api.calls import Api

    api = Api.on(Books().ledger)
    api.get("/api/accounts/CASH")
    with CaptureQueriesContext(connection) as seen:
        response = api.get("/api/accounts/CASH")
    assert response.status_code == 200
    # The account; its key is looked up on the leaders' connection.
    assert len(seen) == 1, seen.captured_queries
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
