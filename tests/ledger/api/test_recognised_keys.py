"""A key that this process has met before is looked up by the request's own work: no sooner, and never not at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from django.http import HttpResponse

from ledger import locks
from ledger.api_keys import _known, create_api_key, revoke_api_key
from ledger.models import ApiKey, Ledger
from ledger.queries import messages
from tests.ledger.api.calls import ALL_SCOPES, Api, content_of, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint, InBackground, connect

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def known(ledger: Ledger) -> Api:
    """A caller whom the process has met: he has posted and read before."""
    api = Api(create_api_key(ledger.code, ALL_SCOPES))
    content_of(api.transfer(), 201)
    content_of(api.get("/api/accounts/CASH/balance"))
    return api


def revoke(api: Api) -> None:
    assert api.key
    revoke_api_key(api.key[:11])


TOO_FEW = transfer_body(legs=[leg("CASH", "debit", "1")])
CALLS: dict[str, Callable[[Api], HttpResponse]] = {
    "a transfer": lambda api: api.transfer(),
    "a transfer that no posting could save": lambda api: api.post("/api/transfers/", TOO_FEW),
    "an unknown account": lambda api: api.transfer(legs=[leg("CASH", "debit", "1"), leg("NONE", "credit", "1")]),
    "a body that is no JSON": lambda api: api.post("/api/transfers/", "{"),
    "a rate without the scope": lambda api: api.transfer(fx={"rate": "1.1"}),
    "a method that is not there": lambda api: Api(api.key, documented=False).send("PATCH", "/api/transfers/"),
    "a balance": lambda api: api.get("/api/accounts/CASH/balance"),
    "a balance as of an instant": lambda api: api.get("/api/accounts/CASH/balance", as_of="2999-12-31T00:00:00Z"),
    "the balance of an unknown account": lambda api: api.get("/api/accounts/NONE/balance"),
    "the balance of what is no account": lambda api: api.get("/api/accounts/%00/balance"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_known_key_that_is_revoked_learns_and_changes_nothing(
    ledger: Ledger, known: Api, call: Callable[[Api], HttpResponse]
) -> None:
    assert call(known).status_code != 401
    before = Footprint.of(ledger)
    revoke(known)
    for _ in range(2):
        response = call(known)
        problem(response, 401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Bearer"
        assert "WWW-Authenticate" not in json.loads(response.content)
    assert Footprint.of(ledger) == before


def test_a_known_key_that_is_revoked_does_not_get_the_answer_of_its_last_transfer(known: Api) -> None:
    body = transfer_body()
    content_of(known.post("/api/transfers/", body), 201)
    content_of(known.post("/api/transfers/", body), 200)
    revoke(known)
    problem(known.post("/api/transfers/", body), 401, "not_authenticated")


def test_a_known_key_without_the_scope_and_revoked_is_told_that_it_is_revoked(ledger: Ledger) -> None:
    reader = Api.on(ledger, "read")
    content_of(reader.get("/api/accounts/"))
    problem(reader.transfer(), 403, "scope_missing")
    revoke(reader)
    problem(reader.transfer(), 401, "not_authenticated")


def test_a_key_revoked_while_its_transfer_waits_at_the_gate_posts_nothing(ledger: Ledger, known: Api) -> None:
    before = Footprint.of(ledger)
    answers: list[HttpResponse] = []

    def post() -> None:
        answers.append(known.transfer())
        connections.close_all()

    with connect() as holder:
        holder.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        waiting = InBackground(post)
        with connect() as observer:
            _until_somebody_waits(observer)
        revoke(known)
    assert waiting.outcome() is None
    problem(answers[0], 401, "not_authenticated")
    assert Footprint.of(ledger) == before


def _until_somebody_waits(observer: Any) -> None:
    for _ in range(2000):
        if observer.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'").fetchone():
            return
    raise AssertionError("nobody came to the gate")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that goes out in a message."""
    seen: list[str] = []
    add = messages.Message.add

    def spy(self: messages.Message, sql: str, values: Any) -> Any:
        seen.append(sql)
        return add(self, sql, values)

    monkeypatch.setattr(messages.Message, "add", spy)
    return seen


@pytest.mark.parametrize("call", ["a transfer", "a balance", "a body that is no JSON"])
def test_a_known_key_is_looked_up_once_for_each_request(known: Api, statements: list[str], call: str) -> None:
    CALLS[call](known)
    assert sum("ledger_apikey" in sql for sql in statements) == 1


def test_the_use_of_a_known_key_is_recorded(ledger: Ledger, known: Api) -> None:
    keys = ApiKey.objects.filter(ledger=ledger)
    for call in ("a transfer", "a balance"):
        keys.update(last_used_at=None)
        CALLS[call](known)
        assert keys.get().last_used_at is not None


@pytest.mark.parametrize(
    "taken",
    ["UPDATE ledger_apikey SET name = 'renamed' WHERE ledger_id = '{}'", "LOCK TABLE ledger_apikey IN EXCLUSIVE MODE"],
    ids=["row", "table"],
)
def test_what_is_posted_is_answered_though_the_use_of_its_key_cannot_be_written(
    ledger: Ledger, known: Api, taken: str
) -> None:
    keys = ApiKey.objects.filter(ledger=ledger)
    keys.update(last_used_at=None)
    with connect("owner") as other:
        other.execute(taken.format(ledger.id))
        content_of(known.transfer(), 201)
    assert keys.get().last_used_at is None


def test_a_keys_row_that_somebody_holds_is_not_waited_for(ledger: Ledger, known: Api) -> None:
    keys = ApiKey.objects.filter(ledger=ledger)
    with transaction.atomic():
        assert keys.count() == locks.without_waiting(keys).count()
    with connect("owner") as other, transaction.atomic():
        other.execute("UPDATE ledger_apikey SET name = 'renamed' WHERE ledger_id = %s", [ledger.id])
        assert not locks.without_waiting(keys).exists()


def test_whose_key_cannot_be_looked_up_is_told_to_come_again(ledger: Ledger, known: Api) -> None:
    before = Footprint.of(ledger)
    with connect("owner") as other:
        other.execute("LOCK TABLE ledger_apikey IN ACCESS EXCLUSIVE MODE")
        problem(CALLS["a transfer that no posting could save"](known), 503, "busy")
    assert Footprint.of(ledger) == before


def test_a_process_remembers_no_end_of_keys(monkeypatch: pytest.MonkeyPatch, ledger: Ledger, known: Api) -> None:
    monkeypatch.setattr("ledger.api_keys.REMEMBERED_KEYS_MAX", 2)
    for _ in range(5):
        content_of(Api.on(ledger).get("/api/accounts/"))
        assert len(_known) <= 2
    content_of(known.transfer(), 201)
