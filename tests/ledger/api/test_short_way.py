"""The short way of an API call and Django's own: whoever calls cannot tell them apart."""

import encodings
import gc
import io
import json
import logging
import weakref
from collections import Counter
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from prometheus_client import REGISTRY

from doublex.handler import HOST_LENGTH_MAX, Handler
from doublex.middleware import RequestMetrics
from ledger.api.accounts import AccountsView
from ledger.api_keys import create_api_key
from ledger.models import Ledger
from tests.ledger.api.calls import ALL_SCOPES, transfer_body

TRANSFER = json.dumps(transfer_body("1.00", value_date="2026-01-05"))


class Answer:
    """What a handler says to one request."""

    def __init__(self, handler: WSGIHandler, key: str, method: str, path: str, body: str, **more: str | None) -> None:
        sent = body.encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": path.partition("?")[2],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_AUTHORIZATION": f"Bearer {key}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": io.StringIO(),
            **more,
        }
        answer = handler({name: value for name, value in environ.items() if value is not None}, self._start)
        self.body = b"".join(answer)
        self.is_list = isinstance(answer, list)
        if hasattr(answer, "close"):
            answer.close()

    def _start(self, status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        self.status, self.headers = status, headers

    @property
    def comparable(self) -> Any:
        """All of it but the instant at which a balance was read."""
        body = self.body
        if b'"as_of"' in body:
            body = json.dumps(json.loads(body) | {"as_of": "now"}).encode()
        return self.status, sorted(item for item in self.headers if item[0] != "Content-Length"), body


@pytest.fixture
def long_ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that passed the first of the middleware."""
    seen: list[str] = []
    passed_by = SecurityMiddleware.__call__

    def seeing(self: SecurityMiddleware, request: HttpRequest) -> Any:
        seen.append(request.path)
        return passed_by(self, request)

    monkeypatch.setattr(SecurityMiddleware, "__call__", seeing)
    return seen


@pytest.fixture
def key(ledger: Ledger, books: None) -> str:
    return create_api_key(ledger.code, ALL_SCOPES)


ORDINARY: dict[str, tuple[str, str, str, dict[str, str | None]]] = {
    "a transfer": ("POST", "/api/transfers/", TRANSFER, {}),
    "its replay, without a slash": ("POST", "/api/transfers", TRANSFER, {}),
    "a batch": ("POST", "/api/transfers/batch/", json.dumps({"transfers": [json.loads(TRANSFER)]}), {}),
    "a balance": ("GET", "/api/accounts/CASH/balance", "", {}),
    "only its head": ("HEAD", "/api/accounts/CASH/balance", "", {}),
    "a list": ("GET", "/api/journals/?limit=1", "", {}),
    "a report": ("GET", "/api/reports/trial-balance/", "", {}),
    "no such account": ("GET", "/api/accounts/NONE/balance", "", {}),
    "no key": ("GET", "/api/accounts/CASH/balance", "", {"HTTP_AUTHORIZATION": None}),
    "a wrong key": ("POST", "/api/transfers/", TRANSFER, {"HTTP_AUTHORIZATION": "Bearer dx_wrong"}),
    "a wrong method": ("DELETE", "/api/transfers/", "", {}),
    "a broken body": ("POST", "/api/transfers/", "{", {}),
    "a body of another type": ("POST", "/api/transfers/", TRANSFER, {"CONTENT_TYPE": "text/plain"}),
    "a parameter that is none": ("GET", "/api/journals/?nonsense=1", "", {}),
}
UNUSUAL: dict[str, tuple[str, str, str, dict[str, str | None]]] = {
    "a path with nothing there": ("GET", "/api/nothing/", "", {}),
    "the schema": ("GET", "/api/schema/", "", {}),
    "a host that is not ours": ("GET", "/api/accounts/", "", {"HTTP_HOST": "elsewhere.example"}),
    "a host that cannot be": ("GET", "/api/accounts/", "", {"HTTP_HOST": "a b"}),
    "no TLS": ("POST", "/api/transfers/", TRANSFER, {"HTTP_X_FORWARDED_PROTO": "http"}),
    "TLS not spoken of": ("GET", "/api/accounts/", "", {"HTTP_X_FORWARDED_PROTO": None}),
    "a page": ("GET", "/healthz", "", {}),
}


@pytest.mark.parametrize(("method", "path", "body", "more"), ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_call_gets_the_same_answer_by_the_short_way(
    key: str,
    long_ways: list[str],
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: str,
    more: dict[str, str | None],
) -> None:
    caplog.set_level(logging.WARNING, "django.request")
    Answer(Handler(), key, "POST", "/api/transfers/", TRANSFER)
    answers, traces = [], []
    for handler in (Handler(), WSGIHandler()):
        caplog.clear()
        before = counted()
        answers.append(Answer(handler, key, method, path, body, **more))
        traces.append((counted() - before, [record.getMessage() for record in caplog.records]))
    short, long = answers
    assert long_ways == [path.partition("?")[0]]
    assert short.comparable == long.comparable
    assert traces[0] == traces[1]
    assert sum(traces[0][0].values()) >= 2
    assert short.is_list
    assert dict(short.headers)["Content-Length"] == str(len(short.body))


@pytest.mark.parametrize(("method", "path", "body", "more"), UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_not_ordinary_goes_djangos_way(
    key: str, long_ways: list[str], method: str, path: str, body: str, more: dict[str, str | None]
) -> None:
    handler = Handler()
    Answer(handler, key, "GET", "/api/accounts/", "")
    first, second = (Answer(handler, key, method, path, body, **more) for _ in range(2))
    long = Answer(WSGIHandler(), key, method, path, body, **more)
    assert long_ways == [path] * 3
    assert first.comparable == second.comparable == long.comparable


def test_a_bug_is_answered_logged_and_counted_as_django_does(
    key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(AccountsView, "get", fail)
    said = []
    for handler in (Handler(), WSGIHandler()):
        caplog.clear()
        before = counted()
        answer = Answer(handler, key, "GET", "/api/accounts/", "")
        said.append((answer.comparable, counted() - before, [record.getMessage() for record in caplog.records]))
    assert said[0] == said[1]
    assert said[0][0][0] == "500 Internal Server Error"
    assert "ZeroDivisionError" in str(said[0][1])
    assert said[0][2] == ["Internal Server Error: /api/accounts/"]


def test_what_fails_in_the_counting_is_answered_as_django_does(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(RequestMetrics, "process_response", fail)
    short, long = (Answer(handler, key, "GET", "/api/accounts/", "") for handler in (Handler(), WSGIHandler()))
    assert short.comparable == long.comparable
    assert short.status == "500 Internal Server Error"


CONTENT_TYPES = (
    "application/json; charset=rot13",
    "application/json; charset=undefined",
    "application/json; charset=utf-16",
    "application/json; charset=no-such-thing",
    "application/json; a*=no-such-thing''%ff",
    "application/json; charset*=rot13''a",
    "application/json" + ";" * 300_000,
)


@pytest.mark.parametrize("content_type", CONTENT_TYPES, ids=lambda said: said[:40])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/accounts/?code=%C3%A4"), ("POST", "/api/transfers/"), ("GET", "/healthz")]
)
def test_text_is_utf_8_whatever_its_sender_calls_it(key: str, method: str, path: str, content_type: str) -> None:
    body = TRANSFER if method == "POST" else ""
    handler = Handler()
    Answer(handler, key, "POST", "/api/transfers/", TRANSFER)
    plain = Answer(handler, key, method, path, body)
    known = dict(encodings._cache)
    answer = Answer(handler, key, method, path, body, CONTENT_TYPE=content_type)
    assert answer.comparable == plain.comparable
    assert answer.status == "200 OK"
    assert encodings._cache == known


REFUSED = json.dumps(
    {"idempotency_key": "refused"}
    | {"legs": [{"account": "NONE", "side": side, "amount": "1.00", "ccy": "EUR"} for side in ("debit", "credit")]}
)
GONE = ORDINARY | {
    "a refused transfer": ("POST", "/api/transfers/", REFUSED, {}),
    "a refused batch": ("POST", "/api/transfers/batch/", f'{{"transfers": [{REFUSED}], "atomic": true}}', {}),
    "a batch with a refusal": ("POST", "/api/transfers/batch/", f'{{"transfers": [{REFUSED}, {TRANSFER}]}}', {}),
    "an account": ("POST", "/api/accounts/", '{"code": "NEW", "name": "New", "ccy": "EUR"}', {}),
    "an account that is there": ("POST", "/api/accounts/", '{"code": "CASH", "name": "Cash", "ccy": "EUR"}', {}),
    "a change": ("PATCH", "/api/accounts/CASH", '{"name": "Till"}', {}),
    "too large a body": ("POST", "/api/transfers/", " " * 1_100_000, {}),
    "a field of the wrong type": ("POST", "/api/transfers/", '{"legs": 1}', {}),
}


@pytest.mark.parametrize(("method", "path", "body", "more"), GONE.values(), ids=GONE)
def test_nothing_of_an_answered_request_waits_for_the_collector(
    key: str, method: str, path: str, body: str, more: dict[str, str | None]
) -> None:
    """What it sent may be megabytes, and the collector comes after thousands of objects, whatever their size."""
    handler = Handler()
    inputs = []

    def remember(environ: dict[str, Any], **_: object) -> None:
        inputs.append(weakref.ref(environ["wsgi.input"]))

    request_started.connect(remember)
    gc.disable()
    try:
        for _ in range(2):
            Answer(handler, key, method, path, body, **more)
        assert [waiting() for waiting in inputs] == [None, None]
    finally:
        gc.enable()
        request_started.disconnect(remember)


def test_hosts_too_long_for_dns_are_answered_and_not_remembered(key: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [".wild.example"]
    handler = Handler()
    of_any_length = [letter * length + ".wild.example" for letter in "ab" for length in (1, HOST_LENGTH_MAX, 50_000)]
    for host in of_any_length * 2:
        assert Answer(handler, key, "GET", "/api/accounts/", "", HTTP_HOST=host).status == "200 OK"
    assert handler._hosts == {"a.wild.example", "b.wild.example"}


def test_who_listens_for_requests_hears_of_both_ends(key: str) -> None:
    heard = []

    def listen(signal: Any = None, **_: object) -> None:
        heard.append(signal)

    for signal in (request_started, request_finished):
        signal.connect(listen)
    try:
        Answer(Handler(), key, "GET", "/api/accounts/", "")
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(listen)
    assert heard == [request_started, request_finished]


def test_what_a_view_says_in_its_headers_stays(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"X-Frame-Options": "SAMEORIGIN", "Content-Security-Policy": "sandbox", "Referrer-Policy": "origin"}
    monkeypatch.setattr(AccountsView, "get", lambda *_: HttpResponse(headers=own))
    short, long = (Answer(handler, key, "GET", "/api/accounts/", "") for handler in (Handler(), WSGIHandler()))
    assert short.comparable == long.comparable
    assert own.items() <= dict(short.headers).items()


def counted() -> Counter[str]:
    """The series of requests that only count, each with its labels, and how far they are."""
    return Counter(
        {
            f"{sample.name} {sample.labels}": int(sample.value)
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if metric.name.startswith("django_http") and sample.name.endswith(("_total", "_count"))
        }
    )
