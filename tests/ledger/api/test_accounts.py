import uuid
from typing import Any

import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, problem


def opened(api: Api, code: str, **rest: Any) -> dict[str, Any]:
    body = {"code": code, "name": code.title(), "ccy": "EUR"} | rest
    return content_of(api.post("/api/accounts/", body), 201)


def test_an_account_opens_empty_and_active(api: Api, ledger: Ledger) -> None:
    account = opened(api, "CASH")
    assert uuid.UUID(account.pop("id")) == Account.objects.get(ledger=ledger).id
    assert account.pop("created_at").endswith("Z")
    assert account == {
        "code": "CASH",
        "name": "Cash",
        "ccy": "EUR",
        "type": "asset",
        "normal_side": "debit",
        "non_negative": False,
        "status": "active",
        "parent": None,
        "metadata": {},
        "balance": "0.00",
    }


def test_everything_about_an_account_can_be_said_at_once(api: Api) -> None:
    opened(api, "ALL")
    account = opened(
        api, "KWD:1", ccy="KWD", type="liability", non_negative=True, parent="ALL", metadata={"owner": "a"}
    )
    assert (account["type"], account["normal_side"], account["balance"]) == ("liability", "credit", "0.000")
    assert (account["non_negative"], account["parent"], account["metadata"]) == (True, "ALL", {"owner": "a"})
    assert content_of(api.get("/api/accounts/KWD:1")) == account


@pytest.mark.parametrize("code", ["a", "A-b_c:d.e", "~!@$%^&*()=+[]{}|;'\",<>?#", "x" * 128, "...", "100%25"])
def test_any_code_of_printable_ascii_is_found_again(api: Api, code: str) -> None:
    from urllib.parse import quote

    account = opened(api, code)
    path = f"/api/accounts/{quote(code, safe='')}"
    assert content_of(api.get(path)) == account
    assert content_of(api.get(f"{path}/")) == account
    assert content_of(api.get(f"{path}/balance"))["account"] == code


def test_codes_compare_by_byte(api: Api) -> None:
    opened(api, "cash")
    opened(api, "CASH")
    assert content_of(api.get("/api/accounts/cash"))["name"] == "Cash"
    problem(api.get("/api/accounts/Cash"), 404, "not_found")


def test_the_same_code_twice_is_refused(api: Api, ledger: Ledger) -> None:
    opened(api, "CASH")
    body = {"code": "CASH", "name": "Again", "ccy": "USD"}
    problem(api.post("/api/accounts/", body), 409, "account_exists", "code")
    assert [account.name for account in Account.objects.filter(ledger=ledger)] == ["Cash"]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"code": ""}, 400, "validation_error", "code"),
        ({"code": "with space"}, 400, "validation_error", "code"),
        ({"code": "a/b"}, 400, "validation_error", "code"),
        ({"code": ".."}, 400, "validation_error", "code"),
        ({"code": "ä"}, 400, "validation_error", "code"),
        ({"code": "x" * 129}, 400, "validation_error", "code"),
        ({"code": 7}, 400, "validation_error", "code"),
        ({"name": " "}, 400, "validation_error", "name"),
        ({"name": "x" * 256}, 400, "validation_error", "name"),
        ({"type": "money"}, 400, "validation_error", "type"),
        ({"non_negative": "yes"}, 400, "validation_error", "non_negative"),
        ({"metadata": {"a": "x" * 8200}}, 400, "validation_error", "metadata"),
        ({"balance": "5"}, 400, "validation_error", "balance"),
        ({"ccy": "ZZZ"}, 422, "currency_unknown", "ccy"),
        ({"ccy": "eur"}, 422, "currency_unknown", "ccy"),
        ({"ccy": "XAU"}, 422, "currency_unknown", "ccy"),
        ({"parent": "NOBODY"}, 422, "account_not_found", "parent"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_account_that_cannot_be_is_refused(
    api: Api, ledger: Ledger, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    body = {"code": "A", "name": "A", "ccy": "EUR"} | change
    problem(api.post("/api/accounts/", body), status, code, field)
    assert not Account.objects.filter(ledger=ledger).exists()


@pytest.mark.parametrize("missing", ["code", "name", "ccy"])
def test_what_an_account_needs_is_asked_for(api: Api, missing: str) -> None:
    body = {"code": "A", "name": "A", "ccy": "EUR"}
    del body[missing]
    problem(api.post("/api/accounts/", body), 400, "validation_error", missing)


def test_a_change_touches_only_what_it_names(api: Api) -> None:
    opened(api, "ALL")
    before = opened(api, "CASH", metadata={"a": 1}, parent="ALL")
    after = content_of(api.patch("/api/accounts/CASH", {"name": "Till"}))
    assert after == before | {"name": "Till"}
    after = content_of(api.patch("/api/accounts/CASH/", {"metadata": {"b": 2}, "parent": None}))
    assert after == before | {"name": "Till", "metadata": {"b": 2}, "parent": None}
    assert content_of(api.patch("/api/accounts/CASH", {})) == after
    assert content_of(api.get("/api/accounts/CASH")) == after


def test_an_account_is_frozen_closed_and_opened_again(api: Api) -> None:
    opened(api, "CASH")
    for status in ("frozen", "frozen", "closed", "active"):
        assert content_of(api.patch("/api/accounts/CASH", {"status": status}))["status"] == status
    assert content_of(api.get("/api/accounts/CASH"))["status"] == "active"


@pytest.mark.parametrize("column", ["code", "ccy", "type", "non_negative", "id", "balance", "created_at"])
def test_what_never_changes_is_no_field_of_a_change(api: Api, column: str) -> None:
    before = opened(api, "CASH")
    problem(api.patch("/api/accounts/CASH", {column: before[column]}), 400, "validation_error", column)


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"name": ""}, 400, "validation_error", "name"),
        ({"name": None}, 400, "validation_error", "name"),
        ({"status": "gone"}, 400, "validation_error", "status"),
        ({"metadata": None}, 400, "validation_error", "metadata"),
        ({"metadata": {"a": "x" * 8200}}, 400, "validation_error", "metadata"),
        ({"parent": "CASH"}, 400, "validation_error", "parent"),
        ({"parent": "DRAWER"}, 400, "validation_error", "parent"),
        ({"parent": "NOBODY"}, 422, "account_not_found", "parent"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_change_that_cannot_be_is_refused(
    api: Api, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    before = opened(api, "CASH")
    opened(api, "TILL", parent="CASH")
    opened(api, "DRAWER", parent="TILL")
    problem(api.patch("/api/accounts/CASH", change), status, code, field)
    assert content_of(api.get("/api/accounts/CASH")) == before


@pytest.mark.usefixtures("books")
def test_an_account_that_holds_something_is_not_closed(api: Api) -> None:
    content_of(api.transfer("10"), 201)
    problem(api.patch("/api/accounts/CASH", {"status": "closed", "name": "x"}), 409, "account_not_empty", "status")
    account = content_of(api.get("/api/accounts/CASH"))
    assert (account["status"], account["name"], account["balance"]) == ("active", "CASH", "10.00")


@pytest.mark.parametrize("code", ["NOBODY", "%00", "%C3%A4", "with%20space"])
def test_an_account_that_is_not_there_is_not_found(api: Api, code: str) -> None:
    problem(api.get(f"/api/accounts/{code}"), 404, "not_found")
    problem(api.get(f"/api/accounts/{code}/balance"), 404, "not_found")
    problem(api.get(f"/api/accounts/{code}/balance", as_of="2026-01-01"), 404, "not_found")
    problem(api.patch(f"/api/accounts/{code}", {"name": "x"}), 404, "not_found")
