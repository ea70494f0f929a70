"""P10 over HTTP: whatever one ledger's key asks, the other ledger is not there."""

import uuid
from typing import Any

import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem
from tests.ledger.raw_books import Footprint


@pytest.fixture
def theirs() -> Api:
    """Another ledger with accounts MINE has not, one journal, and the keys to it."""
    ledger = Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR")
    for code in ("CASH", "REV", "THEIRS"):
        Account.objects.create(ledger=ledger, code=code, name="theirs", ccy_id="EUR", type="asset")
    api = Api.on(ledger)
    legs = [leg("THEIRS", "debit", "5"), leg("REV", "credit", "5")]
    content_of(api.transfer(legs=legs, idempotency_key="shared", reference="R", metadata={"m": 1}), 201)
    return api


def test_lists_hold_only_the_callers_ledger(api: Api, theirs: Api) -> None:
    for path in (
        "/api/accounts/",
        "/api/accounts/?code=THEIRS",
        "/api/accounts/?type=asset",
        "/api/journals/",
        "/api/journals/?account=THEIRS",
        "/api/journals/?account=REV",
        "/api/journals/?idempotency_key=shared",
        "/api/journals/?reference=R",
        "/api/journals/?metadata.m=1",
        "/api/journals/?kind=transfer&from=2020-01-01",
    ):
        assert content_of(api.get(path))["results"] == [], path
        assert content_of(theirs.get(path))["results"] != [], path


def test_a_cursor_of_one_ledger_shows_nothing_of_it_in_another(api: Api, theirs: Api) -> None:
    link = content_of(theirs.get("/api/accounts/", limit=1))["next"]
    cursor = link.partition("cursor=")[2]
    assert content_of(api.get(f"/api/accounts/?cursor={cursor}"))["results"] == []


def test_single_things_of_another_ledger_are_not_found(api: Api, theirs: Api) -> None:
    journal_id = content_of(theirs.get("/api/journals/"))["results"][0]["id"]
    for path in (
        f"/api/journals/{journal_id}",
        "/api/accounts/THEIRS",
        "/api/accounts/THEIRS/balance",
        "/api/accounts/THEIRS/balance?as_of=2030-01-01",
        "/api/accounts/THEIRS/statement",
        "/api/accounts/THEIRS/statement?by=posted",
        "/api/accounts/THEIRS/balance?as_of=2030-01-01T00:00:00Z",
    ):
        problem(api.get(path), 404, "not_found")
        content_of(theirs.get(path))


def test_accounts_of_another_ledger_are_not_changed(api: Api, theirs: Api) -> None:
    before = content_of(theirs.get("/api/accounts/THEIRS"))
    problem(api.patch("/api/accounts/THEIRS", {"status": "frozen"}), 404, "not_found")
    assert content_of(theirs.get("/api/accounts/THEIRS")) == before


def test_accounts_of_another_ledger_are_no_parents(api: Api, theirs: Api, ledger: Ledger) -> None:
    body: dict[str, Any] = {"code": "A", "name": "A", "ccy": "EUR", "parent": "THEIRS"}
    problem(api.post("/api/accounts/", body), 422, "account_not_found", "parent")
    content_of(api.post("/api/accounts/", body | {"parent": None}), 201)
    problem(api.patch("/api/accounts/A", {"parent": "THEIRS"}), 422, "account_not_found", "parent")


def test_journals_of_another_ledger_are_not_reversed(api: Api, theirs: Api, ledger: Ledger) -> None:
    journal_id = content_of(theirs.get("/api/journals/"))["results"][0]["id"]
    before = content_of(theirs.get(f"/api/journals/{journal_id}"))
    problem(api.post(f"/api/journals/{journal_id}/reverse", {"idempotency_key": "k"}), 404, "not_found")
    assert content_of(theirs.get(f"/api/journals/{journal_id}")) == before
    assert Footprint.of(ledger).journals == 0


@pytest.mark.usefixtures("books")
def test_accounts_of_another_ledger_take_no_legs(api: Api, theirs: Api, ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    legs = [leg("CASH", "debit", "5"), leg("THEIRS", "credit", "5")]
    problem(api.transfer(legs=legs), 422, "account_not_found", "legs[1].account")
    assert Footprint.of(ledger) == before


@pytest.mark.usefixtures("books")
def test_equal_codes_and_keys_in_two_ledgers_have_nothing_to_do_with_each_other(api: Api, theirs: Api) -> None:
    posted = content_of(api.transfer("7", idempotency_key="shared"), 201)
    assert (posted["number"], posted["status"]) == (1, "applied")
    assert content_of(api.get("/api/accounts/CASH/balance"))["balance"] == "7.00"
    assert content_of(theirs.get("/api/accounts/CASH/balance"))["balance"] == "0.00"
