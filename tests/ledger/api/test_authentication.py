from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ledger.api import authentication
from ledger.api_keys import create_api_key
from ledger.domain.scopes import Scope
from ledger.models import ApiKey, Ledger
from tests.ledger.api.calls import Api, content_of, problem


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer unknown", "Bearer dx_" + "x" * 43, "Bearer \xff\x00"]
)
def test_a_header_without_a_good_key_is_refused(header: str) -> None:
    problem(Api(None).send("GET", "/api/accounts/", Authorization=header), 401, "not_authenticated")


def test_the_scheme_is_spelt_as_one_likes(ledger: Ledger) -> None:
    key = create_api_key(ledger.code, ["read"])
    assert content_of(Api(None).send("GET", "/api/accounts/", Authorization=f"bearer  {key} "))


def test_the_use_of_a_key_is_written_at_most_once_a_minute(ledger: Ledger) -> None:
    api = Api.on(ledger)

    def last_used_at() -> datetime | None:
        return ApiKey.objects.get(ledger=ledger).last_used_at

    assert last_used_at() is None
    api.get("/api/accounts/")
    first = last_used_at()
    assert first is not None
    assert datetime.now(UTC) - first < timedelta(seconds=30)
    with CaptureQueriesContext(connection) as captured:
        api.get("/api/accounts/")
    # The list's own; the key is looked up on the leaders' connection.
    assert len(captured) == 1
    assert last_used_at() == first
    ApiKey.objects.filter(ledger=ledger).update(last_used_at=first - timedelta(seconds=61))
    api.get("/api/accounts/")
    assert (last_used_at() or first) > first


@pytest.fixture
def demo(settings: Settings, monkeypatch: pytest.MonkeyPatch, ledger: Ledger) -> Ledger:
    """The test's ledger stands in for the ledger `demo`."""
    settings.DEMO = True
    monkeypatch.setattr(authentication, "DEMO_LEDGER", ledger.code)
    return ledger


@pytest.mark.usefixtures("demo", "books")
def test_in_demo_mode_a_call_without_a_key_reads_posts_and_opens_accounts() -> None:
    visitor = Api(None)
    content_of(visitor.transfer("3"), 201)
    content_of(visitor.post("/api/accounts", {"code": "NEW", "name": "New", "ccy": "EUR"}), 201)
    assert content_of(visitor.get("/api/accounts/CASH/balance"))["balance"] == "3.00"


@pytest.mark.usefixtures("demo")
def test_in_demo_mode_a_wrong_key_is_still_wrong() -> None:
    problem(Api("dx_wrong").get("/api/accounts/"), 401, "not_authenticated")


def test_in_demo_mode_before_its_ledger_is_there_nobody_gets_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setattr(authentication, "DEMO_LEDGER", "not-there-yet")
    said = problem(Api(None).get("/api/accounts/"), 401, "not_authenticated")
    assert said["detail"] == "Send a key as 'Authorization: Bearer KEY'."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/accounts/"),
        ("PUT", "/api/accounts/CASH"),
        ("POST", "/api/accounts/CASH/balance"),
        ("GET", "/api/transfers/"),
        ("OPTIONS", "/api/accounts/"),
        ("POST", "/api/journals/"),
        ("DELETE", "/api/journals/x"),
    ],
)
def test_a_method_that_an_endpoint_has_not_is_a_405(ledger: Ledger, method: str, path: str) -> None:
    response = Api.on(ledger).send(method, path)
    problem(response, 405, "method_not_allowed")
    assert method not in response["Allow"]


def test_head_needs_what_get_needs(ledger: Ledger) -> None:
    assert Api.on(ledger, "read").send("HEAD", "/api/accounts/").status_code == 200
    assert Api.on(ledger, "post").send("HEAD", "/api/accounts/").status_code == 403


def test_a_view_that_declares_no_scope_lets_nobody_in(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.api.accounts import AccountsView

    monkeypatch.setattr(AccountsView, "scopes", {"POST": Scope.ACCOUNTS})
    problem(Api.on(ledger, documented=False).get("/api/accounts/"), 403, "permission_denied")
