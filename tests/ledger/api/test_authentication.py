from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ledger.api import authentication
from ledger.api.views import LedgerView
from ledger.api_keys import create_api_key, revoke_api_key
from ledger.domain.scopes import Scope
from ledger.models import ApiKey, Ledger
from tests.ledger.api.calls import Api, content_of, problem

# Every endpoint with the scope it needs; a new one is added here or the last test of this file fails.
ENDPOINTS = [
    ("GET", "/api/accounts/", Scope.READ),
    ("POST", "/api/accounts/", Scope.ACCOUNTS),
    ("GET", "/api/accounts/CASH", Scope.READ),
    ("PATCH", "/api/accounts/CASH", Scope.ACCOUNTS),
    ("GET", "/api/accounts/CASH/balance", Scope.READ),
    ("GET", "/api/accounts/CASH/statement", Scope.READ),
    ("GET", "/api/reports/trial-balance", Scope.READ),
    ("GET", "/api/reports/balance-sheet", Scope.READ),
    ("GET", "/api/reports/income-statement", Scope.READ),
    ("POST", "/api/transfers/", Scope.POST),
    ("POST", "/api/transfers/batch", Scope.POST),
    ("GET", "/api/journals/", Scope.READ),
    ("GET", "/api/journals/01a20dfa-e364-720d-a982-63995d1236db", Scope.READ),
    ("POST", "/api/journals/01a20dfa-e364-720d-a982-63995d1236db/reverse", Scope.POST),
]
every_endpoint = pytest.mark.parametrize(("method", "path", "scope"), ENDPOINTS, ids=str)


@every_endpoint
def test_without_a_key_nobody_gets_in(method: str, path: str, scope: Scope) -> None:
    response = Api(None).send(method, path, {})
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@every_endpoint
def test_a_key_without_the_scope_is_refused(ledger: Ledger, method: str, path: str, scope: Scope) -> None:
    others = [other for other in Scope if other is not scope]
    told = problem(Api.on(ledger, *others).send(method, path, {}), 403, "scope_missing")
    assert repr(scope.value) in told["detail"]


@every_endpoint
@pytest.mark.usefixtures("books")
def test_the_scope_alone_is_enough(ledger: Ledger, method: str, path: str, scope: Scope) -> None:
    assert Api.on(ledger, scope).send(method, path, {}).status_code not in (401, 403)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer unknown", "Bearer dx_" + "x" * 43, "Bearer \xff\x00"]
)
def test_a_header_without_a_good_key_is_refused(header: str) -> None:
    problem(Api(None).send("GET", "/api/accounts/", Authorization=header), 401, "not_authenticated")


def test_a_revoked_key_is_refused_by_the_very_next_request(ledger: Ledger) -> None:
    api = Api.on(ledger)
    content_of(api.get("/api/accounts/"))
    revoke_api_key(str(api.key)[:11])
    problem(api.get("/api/accounts/"), 401, "not_authenticated")


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
    assert len(captured) == 2
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
    problem(Api(None).get("/api/accounts/"), 401, "not_authenticated")


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
    problem(Api.on(ledger).get("/api/accounts/"), 403, "permission_denied")


def test_every_view_is_tried_above() -> None:
    from ledger.api.urls import urlpatterns

    def has(view: Any, path: str) -> bool:
        return bool(view.pattern.regex.match(path.removeprefix("/api/")))

    for pattern in urlpatterns:
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        assert issubclass(view, LedgerView)
        tried = {method for method, path, _ in ENDPOINTS if has(pattern, path)}
        assert tried >= set(view.scopes) == {m.upper() for m in view.http_method_names if hasattr(view, m)} - {"HEAD"}
