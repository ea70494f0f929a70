"""Who may do what: every action has a permission of its own, and without it there is neither button nor way in."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from ledger.api_keys import create_api_key
from ledger.groups import GroupName
from ledger.models import Account, ApiKey, AuditEntry, Currency, Journal, Ledger
from ledger.posting import post_transfer
from tests.ledger.admin.pages import Office, list_url, page_url
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint

# By hand, so that an action that lost its permission does not take its test with it.
PERMISSION_OF = {
    ("ledger.account", "open"): "ledger.open_account",
    ("ledger.account", "rename"): "ledger.rename_account",
    ("ledger.account", "freeze"): "ledger.freeze_account",
    ("ledger.account", "unfreeze"): "ledger.freeze_account",
    ("ledger.account", "close"): "ledger.close_account",
    ("ledger.account", "reopen"): "ledger.close_account",
    ("ledger.journal", "reverse"): "ledger.reverse_journal",
    ("ledger.ledger", "open"): "ledger.open_ledger",
    ("ledger.ledger", "limit"): "ledger.open_ledger",
    ("ledger.currency", "add_custom"): "ledger.add_currency",
    ("ledger.apikey", "make"): "ledger.manage_api_keys",
    ("ledger.apikey", "revoke"): "ledger.manage_api_keys",
}
READ_ONLY = [Account, ApiKey, AuditEntry, Currency, Journal, Ledger]
VIEWS = [f"ledger.view_{model._meta.model_name}" for model in READ_ONLY] + ["auth.view_user", "auth.view_group"]
EVERYTHING_ELSE = sorted(set(PERMISSION_OF.values()))


@pytest.fixture
def rows(ledger: Ledger, cash: Account, revenue: Account) -> dict[str, Any]:
    """A row of each model."""
    journal = post_transfer(transfer(ledger, "CASH", "REV", "1.00")).journals[0]
    create_api_key(ledger.code, ["read"])
    return {
        "ledger.account": cash.id,
        "ledger.journal": journal.id,
        "ledger.ledger": ledger.id,
        "ledger.currency": "EUR",
        "ledger.apikey": ApiKey.objects.get(ledger=ledger).id,
        "ledger.auditentry": AuditEntry.objects.filter(ledger=ledger)[0].id,
    }


def actions() -> dict[tuple[str, str], tuple[Any, bool]]:
    """Every action of every page: (its method, whether it is of one row)."""
    found = {}
    for model, page in admin.site._registry.items():
        for of_row, names in ((False, getattr(page, "actions_list", ())), (True, getattr(page, "actions_detail", ()))):
            for name in names:
                found[model._meta.label_lower, name] = getattr(page, name), of_row
    return {key: value for key, value in found.items() if key[0].startswith("ledger.")}


def url_of(key: tuple[str, str], rows: dict[str, Any]) -> str:
    model, name = key
    of_row = actions()[key][1]
    return reverse(f"admin:{model.replace('.', '_')}_{name}", args=[rows[model]] if of_row else [])


def place_of_button(key: tuple[str, str], rows: dict[str, Any]) -> str:
    model = key[0].replace(".", "_")
    return page_url(model, rows[key[0]]) if actions()[key][1] else list_url(model)


def test_every_action_is_known_here_and_asks_for_its_permission() -> None:
    assert {key: method.allowed_permissions for key, (method, _) in actions().items()} == {
        key: ["view", permission] for key, permission in PERMISSION_OF.items()
    }
    for permission in EVERYTHING_ELSE:
        app, codename = permission.split(".")
        assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists(), permission


def test_without_its_permission_an_action_has_no_button_and_no_way_in(ledger: Ledger, rows: dict[str, Any]) -> None:
    """One user per permission, who has all the others."""
    Account.objects.filter(id=rows["ledger.account"]).update(status="active")
    before = Footprint.of(ledger), state(ledger)
    for missing in EVERYTHING_ELSE:
        office = Office.with_permissions(*VIEWS, *(name for name in EVERYTHING_ELSE if name != missing))
        for key, permission in PERMISSION_OF.items():
            url = url_of(key, rows)
            if permission == missing:
                assert url not in office.get(place_of_button(key, rows)).content.decode(), key
                assert office.get(url).status_code == 403, key
                assert office.post(url, idempotency_key="k").status_code == 403, key
            else:
                assert office.get(url).status_code == 200, key
    assert (Footprint.of(ledger), state(ledger)) == before


def state(ledger: Ledger) -> list[Any]:
    return [
        *Account.objects.filter(ledger=ledger).order_by("code").values_list("code", "status", "name"),
        *ApiKey.objects.filter(ledger=ledger).values_list("id", "revoked_at"),
        *Ledger.objects.filter(id=ledger.id).values_list("transfer_limit"),
    ]


def test_an_action_without_the_right_to_see_is_refused(rows: dict[str, Any]) -> None:
    blind = Office.with_permissions(*EVERYTHING_ELSE)
    for key in PERMISSION_OF:
        assert blind.get(url_of(key, rows)).status_code == 403, key
        assert blind.post(url_of(key, rows), idempotency_key="k").status_code == 403, key


def test_who_is_not_logged_in_or_no_staff_gets_the_login_page(rows: dict[str, Any]) -> None:
    customer = Office.with_permissions(*VIEWS, *EVERYTHING_ELSE)
    customer.user.is_staff = False
    customer.user.save()
    for visitor in (Client(), customer.client):
        for key in PERMISSION_OF:
            response = visitor.post(url_of(key, rows), {"idempotency_key": "k"}, secure=True)
            assert (response.status_code, "/admin/login/" in response["Location"]) == (302, True), key
    assert not Journal.objects.filter(reverses=rows["ledger.journal"]).exists()


def test_a_form_without_its_token_is_refused(ledger: Ledger, rows: dict[str, Any]) -> None:
    """What another site would send in the name of somebody who is logged in."""
    office = Office.of_superuser(enforce_csrf_checks=True)
    before = Footprint.of(ledger), state(ledger)
    for key in PERMISSION_OF:
        assert office.post(url_of(key, rows), idempotency_key="k").status_code == 403, key
    assert (Footprint.of(ledger), state(ledger)) == before


def test_looking_at_an_action_does_nothing(ledger: Ledger, rows: dict[str, Any]) -> None:
    office = Office.of_superuser()
    before = Footprint.of(ledger), state(ledger)
    for key in PERMISSION_OF:
        assert office.get(url_of(key, rows)).status_code == 200, key
    assert (Footprint.of(ledger), state(ledger)) == before


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.model_name)
def test_books_are_read_only_even_to_a_superuser(model: Any, rows: dict[str, Any]) -> None:
    office = Office.of_superuser()
    label = model._meta.label_lower.replace(".", "_")
    id_ = rows[model._meta.label_lower]
    assert office.post(reverse(f"admin:{label}_add"), name="x").status_code == 403
    assert office.post(page_url(label, id_), name="x").status_code == 403
    assert office.post(reverse(f"admin:{label}_delete", args=[id_]), post="yes").status_code == 403
    office.post(list_url(label), action="delete_selected", _selected_action=str(id_), post="yes")
    assert model.objects.filter(pk=id_).exists()


CAN_SEE = {
    GroupName.ACCOUNTANTS: {"ledger.view_account", "ledger.view_journal", "ledger.view_ledger", "ledger.view_currency"},
    GroupName.OPERATORS: set(VIEWS),
    GroupName.AUDITORS: set(VIEWS),
}
CAN_DO = {
    GroupName.ACCOUNTANTS: {
        "ledger.open_account",
        "ledger.rename_account",
        "ledger.freeze_account",
        "ledger.close_account",
        "ledger.reverse_journal",
    },
    GroupName.OPERATORS: {
        "ledger.open_ledger",
        "ledger.add_currency",
        "ledger.manage_api_keys",
        "auth.add_user",
        "auth.change_user",
    },
    GroupName.AUDITORS: set(),
}

OF_RATES = {"fx.view_rate", "fx.view_settlement"}
OF_FX = {
    GroupName.ACCOUNTANTS: OF_RATES | {"fx.import_rate"},
    GroupName.OPERATORS: OF_RATES | {"fx.import_rate"},
    GroupName.AUDITORS: OF_RATES,
}


@pytest.mark.parametrize("group", list(GroupName))
def test_a_group_may_do_exactly_what_the_documentation_says(group: GroupName) -> None:
    office = Office.of_group(group)
    assert office.user.get_all_permissions() == CAN_SEE[group] | CAN_DO[group] | OF_FX[group]


@pytest.mark.parametrize("group", list(GroupName))
def test_a_group_sees_its_lists_and_no_others(group: GroupName, rows: dict[str, Any]) -> None:
    office = Office.of_group(group)
    sidebar = office.get("/admin/").content.decode()
    for permission in VIEWS:
        url = list_url(permission.replace(".view_", "_"))
        may = permission in CAN_SEE[group]
        assert office.get(url).status_code == (200 if may else 403), url
        assert (url in sidebar) == may, url
