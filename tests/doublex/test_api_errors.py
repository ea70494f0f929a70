import json
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from psycopg import errors
from rest_framework import exceptions

from doublex import api_errors
from ledger.api import problems
from ledger.api.accounts import AccountsView
from ledger.domain import refusals
from ledger.models import Ledger
from tests.ledger.api.calls import Api, problem
from tests.ledger.conftest import ledger as ledger  # noqa: PLC0414 - a fixture

EXCEPTIONS = [
    (exceptions.ParseError(), 400, "parse_error"),
    (exceptions.ValidationError("no."), 400, "validation_error"),
    (exceptions.ValidationError({"name": ["Too", "long."]}), 400, "validation_error"),
    (exceptions.NotAuthenticated(), 401, "not_authenticated"),
    (exceptions.PermissionDenied(), 403, "permission_denied"),
    (PermissionDenied(), 403, "permission_denied"),
    (exceptions.NotFound(), 404, "not_found"),
    (Http404(), 404, "not_found"),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
    (exceptions.NotAcceptable(), 406, "not_acceptable"),
    (exceptions.UnsupportedMediaType("a/b"), 415, "unsupported_media_type"),
    (exceptions.Throttled(wait=1.2), 429, "throttled"),
]


def caused_by(error: Exception, cause: Exception) -> Exception:
    """The error as Django raises it, from the driver's own."""
    error.__cause__ = cause
    return error


DATABASE_TROUBLES = [
    (caused_by(OperationalError("gone"), errors.AdminShutdown()), "GET", "busy"),
    (caused_by(OperationalError("gone"), errors.ConnectionFailure()), "POST", "outcome_unknown"),
    (InterfaceError("the connection is closed"), "GET", "busy"),
    (caused_by(OperationalError("wait"), errors.LockNotAvailable()), "POST", "busy"),
    (caused_by(OperationalError("slow"), errors.QueryCanceled()), "GET", "busy"),
    (caused_by(OperationalError("again"), errors.SerializationFailure()), "POST", "busy"),
]


@pytest.fixture
def failing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A call whose view raises what it is given."""

    def call(error: Exception, method: str = "GET") -> Any:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(AccountsView, method.lower(), fail)
        return Api.on(ledger, documented=False).send(method, "/api/accounts/", {})

    return call


@pytest.mark.parametrize(("error", "status", "code"), EXCEPTIONS, ids=lambda value: str(value)[:30])
def test_drfs_and_djangos_exceptions_are_problems(failing: Any, error: Exception, status: int, code: str) -> None:
    problem(failing(error), status, code)


def test_who_is_throttled_hears_how_long(failing: Any) -> None:
    assert failing(exceptions.Throttled(wait=1.2))["Retry-After"] == "2"


@pytest.mark.parametrize(("error", "method", "code"), DATABASE_TROUBLES, ids=lambda value: str(value)[:30])
def test_a_database_that_is_away_or_overloaded_is_a_503(failing: Any, error: Exception, method: str, code: str) -> None:
    response = failing(error, method)
    problem(response, 503, code)
    assert response["Retry-After"] == "1"


@pytest.mark.parametrize(
    "error", [RuntimeError("the password is 123"), IntegrityError("secret_constraint"), DatabaseError("SELECT 1")]
)
def test_a_bug_is_a_500_that_tells_nothing_and_is_logged(
    failing: Any, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    told = problem(failing(error), 500, "internal_error")
    assert str(error) not in json.dumps(told)
    assert str(error) in caplog.text


def test_every_refusal_of_the_domain_has_a_status() -> None:
    codes = {kind.code for kind in vars(refusals).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert len(codes) > 20
    assert codes <= set(problems.STATUS_OF)


def test_what_is_not_there_is_a_problem_under_api_and_a_page_elsewhere() -> None:
    client = Client(raise_request_exception=False)
    problem(client.get("/api/nothing", secure=True), 404, "not_found")
    problem(client.get("/api/", secure=True), 404, "not_found")
    assert client.get("/nothing", secure=True)["Content-Type"].startswith("text/html")


def test_djangos_own_errors_are_problems_under_api_and_pages_elsewhere(rf: RequestFactory) -> None:
    malformed = SuspiciousOperation()
    problem(api_errors.bad_request(rf.get("/api/x"), malformed), 400, "validation_error")
    not_ours = problem(api_errors.bad_request(rf.get("/api/x"), DisallowedHost("x")), 400, "validation_error")
    assert "ALLOWED_HOSTS" in not_ours["detail"]
    problem(api_errors.server_error(rf.get("/api/x")), 500, "internal_error")
    for page in (api_errors.bad_request(rf.get("/x"), malformed), api_errors.server_error(rf.get("/x"))):
        assert page["Content-Type"].startswith("text/html")


def test_a_foreign_host_is_a_problem_too() -> None:
    client = Client(raise_request_exception=False, headers={"host": "evil.example"})
    problem(client.get("/api/accounts", secure=True), 400, "validation_error")
