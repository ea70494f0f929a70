"""How tests call the API, and what every refusal of it must look like."""

import json
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from doublex.handler import ShortWay
from ledger.api_keys import create_api_key
from ledger.models import Ledger
from tests.ledger.api.documented import assert_documented

ALL_SCOPES = ("read", "post", "accounts")
NOT_GIVEN = object()


class Api:
    """A caller with one key, or with none. Bodies that are text are sent as they are.

    Every answer is checked against the schema, unless a test provokes what no caller can: then it is not `documented`.
    """

    def __init__(self, key: str | None, *, documented: bool = True) -> None:
        self.key = key
        self._documented = documented
        self._client = client_of_the_api()

    @classmethod
    def on(cls, ledger: Ledger, *scopes: str, documented: bool = True) -> "Api":
        return cls(create_api_key(ledger.code, scopes or ALL_SCOPES), documented=documented)

    def get(self, path: str, **parameters: str | int) -> HttpResponse:
        response = self._client.get(path, parameters, secure=True, headers=self._headers())
        return self._checked("GET", path, response)

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def send(self, method: str, path: str, body: Any = "", **headers: str) -> HttpResponse:
        """A keyword's underscores become the dashes of a header's name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._client.generic(
            method,
            path,
            body if isinstance(body, str | bytes) else json.dumps(body),
            content_type=named.pop("Content-Type", "application/json"),
            secure=True,
            headers=self._headers() | named,
        )
        return self._checked(method, path, response)

    def transfer(self, amount: str = "10.00", **rest: Any) -> HttpResponse:
        """CASH pays into REV; everything can be said otherwise."""
        return self.post("/api/transfers/", transfer_body(amount, **rest))

    def _checked(self, method: str, path: str, response: Any) -> HttpResponse:
        if self._documented and method not in ("HEAD", "OPTIONS"):
            assert_documented(method, path, response)
        return response  # type: ignore[no-any-return]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


def client_of_the_api() -> Client:
    """A client whose calls take the way that the web server's take."""
    client = Client(raise_request_exception=False)
    client.handler = _ShortWayOfTheClient()
    return client


class _ShortWayOfTheClient(ShortWay, ClientHandler):
    """`doublex.handler.Handler`, which Django's test client can call."""


def leg(account: str, side: str, amount: Any, ccy: str = "EUR") -> dict[str, Any]:
    return {"account": account, "side": side, "amount": amount, "ccy": ccy}


def transfer_body(amount: str = "10.00", **rest: Any) -> dict[str, Any]:
    legs = [leg("CASH", "debit", amount), leg("REV", "credit", amount)]
    return {"idempotency_key": uuid.uuid4().hex, "legs": legs} | rest


def problem(response: Any, status: int, code: str, field: Any = NOT_GIVEN) -> dict[str, Any]:
    """The response is that problem, whole; its content is returned."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    content: dict[str, Any] = json.loads(response.content)
    assert content["code"] == code, content
    assert content["type"] == f"urn:doublex:error:{code}"
    assert content["status"] == status
    assert content["title"]
    assert content["detail"].endswith("."), content
    if field is not NOT_GIVEN:
        assert content["field"] == field, content
    return content


def content_of(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content)
