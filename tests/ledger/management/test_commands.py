import json
import uuid
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate as log_in
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from ledger.api_keys import authenticate
from ledger.demo import shut_accountant_out
from ledger.domain.refusals import TransferLimitExceeded
from ledger.models import Account, ApiKey, AuditEntry, Currency, Ledger
from ledger.posting import post_transfer
from tests.ledger.orders import transfer


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as refusal:
        run(*words)
    return str(refusal.value)


def test_ledger_open_opens_a_ledger() -> None:
    code = f"t-{uuid.uuid4().hex}"
    assert code in run("ledger_open", code, "--ccy", "EUR", "--timezone", "Europe/Berlin", "--transfer-limit", "500")
    ledger = Ledger.objects.get(code=code)
    assert (ledger.base_ccy_id, ledger.timezone, ledger.transfer_limit) == ("EUR", "Europe/Berlin", Decimal(500))


def test_ledger_open_names_what_is_wrong(ledger: Ledger) -> None:
    assert refused("ledger_open", ledger.code, "--ccy", "EUR") == f"code: there is a ledger '{ledger.code}' already."
    assert refused("ledger_open", "x", "--ccy", "EURO").startswith("--ccy: 'EURO' is not a known currency")
    assert refused("ledger_open", "x", "--ccy", "EUR", "--timezone", "CEST+9").startswith("--timezone: 'CEST+9'")
    assert "--ccy" in refused("ledger_open", "x")


def test_a_transfer_limit_is_set_and_taken_away_and_holds_for_the_next_posting(
    ledger: Ledger, cash: Account, revenue: Account
) -> None:
    of_ledger = ("ledger_limit", "--ledger", ledger.code)
    assert "at most 500.00, in its own currency" in run(*of_ledger, "--transfer-limit", "500")
    with pytest.raises(TransferLimitExceeded):
        post_transfer(transfer(ledger, "CASH", "REV", "500.01"))
    assert "any amount" in run(*of_ledger, "--no-limit")
    run(*of_ledger, "--no-limit")
    post_transfer(transfer(ledger, "CASH", "REV", "500.01"))
    audited = AuditEntry.objects.filter(table_name="ledger_ledger", ledger=ledger, operation="update").order_by("id")
    assert [(entry.new_row or {})["transfer_limit"] for entry in audited] == [500, None]


def test_a_transfer_limit_that_cannot_be_is_refused_and_the_old_one_stays(ledger: Ledger) -> None:
    of_ledger = ("ledger_limit", "--ledger", ledger.code)
    run(*of_ledger, "--transfer-limit", "500")
    assert refused(*of_ledger, "--transfer-limit", "-5").startswith("--transfer-limit: '-5'")
    assert refused(*of_ledger, "--transfer-limit", "0.001").startswith("--transfer-limit: ")
    assert "required" in refused(*of_ledger)
    assert "not allowed with" in refused(*of_ledger, "--transfer-limit", "5", "--no-limit")
    assert refused("ledger_limit", "--ledger", "nowhere", "--no-limit").startswith("--ledger: there is no ledger")
    assert Ledger.objects.get(id=ledger.id).transfer_limit == 500


def test_ledgers_are_listed_for_people_and_for_programs(ledger: Ledger, cash: Account, revenue: Account) -> None:
    run("ledger_limit", "--ledger", ledger.code, "--transfer-limit", "500")
    posted = post_transfer(transfer(ledger, "CASH", "REV", "1.00")).journals[0]
    header, *lines = run("ledgers").splitlines()
    assert header.split()[:4] == ["code", "ccy", "timezone", "transfer_limit"]
    (line,) = [line for line in lines if line.startswith(f"{ledger.code} ")]
    at = f"{posted.posted_at:%Y-%m-%dT%H:%M:%SZ}"
    assert line.split() == [ledger.code, "EUR", "UTC", "500.00", "1", at, "-"]
    assert header.index("transfer_limit") + len("transfer_limit") == line.index("500.00") + len("500.00")
    listed = json.loads(run("ledgers", "--json"))
    assert [row["code"] for row in listed] == sorted(Ledger.objects.values_list("code", flat=True))
    assert {
        "code": ledger.code,
        "ccy": "EUR",
        "timezone": "UTC",
        "transfer_limit": "500.00",
        "last_number": 1,
        "last_posted_at": at,
        "closed_through": None,
    } in listed


def test_a_made_key_stands_alone_on_the_last_line(ledger: Ledger) -> None:
    *said, key = run(
        "api_key", "create", "--ledger", ledger.code, "--scopes", "read, post,", "--name", "n"
    ).splitlines()
    caller = authenticate(key)
    assert caller is not None
    assert caller.ledger_id == ledger.id
    assert sorted(caller.scopes) == ["post", "read"]
    assert key not in "".join(said)


def test_a_revoked_key_is_listed_as_such_and_no_key_is_ever_shown_again(ledger: Ledger) -> None:
    keys = [run("api_key", "create", "--ledger", ledger.code, "--scopes", "read").splitlines()[-1] for _ in range(2)]
    authenticate(keys[1])
    assert keys[0][:11] in run("api_key", "revoke", keys[0][:11])
    assert authenticate(keys[0]) is None
    listed = [line for line in run("api_key", "list").splitlines() if ledger.code in line]
    assert ["revoked" in line for line in listed] == [True, False]
    assert ["never used" in line for line in listed] == [True, False]
    assert not any(key in line for key in keys for line in listed)


def test_api_key_names_what_is_wrong(ledger: Ledger) -> None:
    assert refused("api_key", "create", "--ledger", "nowhere", "--scopes", "read").startswith(
        "--ledger: there is no ledger"
    )
    assert refused("api_key", "create", "--ledger", ledger.code, "--scopes", "reed").startswith("--scopes: 'reed'")
    assert refused("api_key", "create", "--ledger", ledger.code, "--scopes", ",").startswith("--scopes: name at least")
    assert "no key has the id or the prefix" in refused("api_key", "revoke", "dx_nobody00")
    assert not ApiKey.objects.filter(ledger=ledger).exists()


def test_currency_add_adds_a_currency_or_says_why_not() -> None:
    code = f"C{uuid.uuid4().hex[:8].upper()}"
    assert code in run("currency_add", code, "--name", "Points", "--minor-units", "3")
    assert Currency.objects.get(code=code).minor_units == 3
    assert (
        refused("currency_add", code, "--name", "x", "--minor-units", "3")
        == f"code: there is a currency '{code}' already."
    )
    assert refused("currency_add", "x", "--name", "x", "--minor-units", "3").startswith("code: 'x'")
    assert "invalid int value" in refused("currency_add", "XAU", "--name", "Gold", "--minor-units", "many")


def test_the_demo_is_for_demo_mode_only(settings: Settings) -> None:
    settings.DEMO = False
    assert "DEMO=true" in refused("ledger_demo")
    assert not User.objects.filter(username="accountant").exists()


def test_the_demo_can_be_set_up_again_and_keeps_a_changed_password(settings: Settings, client: Any) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert "accountant / doublex-demo" in run("ledger_demo")
    accountant = log_in(username="accountant", password="doublex-demo")
    assert isinstance(accountant, User)
    assert (accountant.is_staff, accountant.is_superuser) == (True, False)
    assert accountant.has_perm("ledger.view_journal")
    assert not accountant.has_perm("ledger.view_apikey")
    accountant.set_password("changed")
    accountant.save()
    run("ledger_demo")
    assert log_in(username="accountant", password="doublex-demo") is None
    assert not shut_accountant_out()
    assert log_in(username="accountant", password="changed")
    accountant.delete()


def test_outside_demo_mode_the_known_password_is_taken_away_and_its_sessions_end(
    settings: Settings, client: Client
) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    run("ledger_demo")
    assert client.login(username="accountant", password="doublex-demo")
    assert client.get("/admin/", secure=True).status_code == 200
    settings.DEMO = False
    assert "accountant, whose password was public, can no longer log in" in run("prepare")
    assert log_in(username="accountant", password="doublex-demo") is None
    assert client.get("/admin/", secure=True).status_code == 302
    assert "public" not in run("prepare")
    settings.DEMO = True
    run("ledger_demo")
    assert log_in(username="accountant", password="doublex-demo")
    User.objects.get(username="accountant").delete()
