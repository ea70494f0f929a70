import json
from typing import Any

import pytest
from django.test import Client

from doublex.security_headers import HEADER
from ledger.models import Account, Journal, Ledger
from tests.ledger.api.calls import Api, client_of_the_api, content_of, problem, transfer_body
from tests.ledger.conftest import cash as cash  # noqa: PLC0414 - a fixture
from tests.ledger.conftest import ledger as ledger  # noqa: PLC0414
from tests.ledger.conftest import make_account as make_account  # noqa: PLC0414
from tests.ledger.conftest import revenue as revenue  # noqa: PLC0414

REVOKE = "have it revoked"


def in_the_clear(key: str | None, method: str, path: str, body: Any = None, client: Client | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    text = "" if body is None else json.dumps(body)
    return (client or client_of_the_api()).generic(method, path, text, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", ["/api/transfers/", "/api/transfers"])
def test_a_transfer_in_the_clear_is_refused_and_not_redirected(
    ledger: Ledger, cash: Account, revenue: Account, path: str
) -> None:
    key, body = Api.on(ledger).key, transfer_body()
    told = problem(in_the_clear(key, "POST", path, body), 403, "tls_required", None)
    assert "https://" in told["detail"]
    assert REVOKE in told["detail"]
    assert not Journal.objects.filter(ledger=ledger).exists()
    content_of(Api(key).post(path, body), 201)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/accounts/"), ("PATCH", "/api/accounts/A"), ("DELETE", "/api/nothing"), ("GET", "/api/schema/")],
)
def test_every_call_in_the_clear_is_refused_alike_whatever_it_asks(method: str, path: str) -> None:
    response = in_the_clear(None, method, path)
    assert REVOKE not in problem(response, 403, "tls_required", None)["detail"]
    assert "Location" not in response.headers
    assert {HEADER, "X-Frame-Options", "X-Content-Type-Options"} <= response.headers.keys()


def test_a_wrong_key_in_the_clear_is_told_the_same_as_a_right_one(ledger: Ledger) -> None:
    right, wrong = (in_the_clear(key, "GET", "/api/accounts/") for key in (Api.on(ledger).key, "dx_wrong"))
    assert right.content == wrong.content


@pytest.mark.parametrize("path", ["/", "/admin/", "/api/docs/", "/api/docs"])
def test_a_page_in_the_clear_is_redirected_to_itself_over_tls(path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (301, f"https://testserver{path}")


def test_where_tls_is_not_demanded_calls_in_the_clear_are_answered(ledger: Ledger, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    assert content_of(in_the_clear(Api.on(ledger).key, "GET", "/api/accounts/"))["results"] == []
