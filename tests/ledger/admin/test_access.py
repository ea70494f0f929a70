"""Ledgers, currencies, API keys, users and groups in the back office."""

import re
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission, User

from ledger.api_keys import authenticate, create_api_key
from ledger.groups import GroupName, make_groups
from ledger.models import ApiKey, AuditEntry, Currency, Ledger
from tests.ledger.admin.pages import Office, action_url, list_url, make_user, page_url, text_of

MAKE = "/admin/ledger/apikey/make/"
OPEN = "/admin/ledger/ledger/open/"
ADD = "/admin/ledger/currency/add-custom/"


@pytest.fixture
def office() -> Office:
    return Office.of_group(GroupName.OPERATORS)


def test_a_ledger_is_opened_and_recorded(office: Office) -> None:
    code = f"t-{uuid.uuid4().hex}"
    values = {"code": code, "ccy": "EUR", "timezone": "Europe/Berlin", "transfer_limit": "500"}
    assert f"Ledger {code} is open." in office.done(OPEN, **values)
    ledger = Ledger.objects.get(code=code)
    assert (ledger.timezone, ledger.transfer_limit) == ("Europe/Berlin", Decimal(500))
    entry = AuditEntry.objects.get(table_name="ledger_ledger", row_id=str(ledger.id))
    assert (entry.user_name, entry.ledger_id) == (office.user.username, ledger.id)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "Wrong Code"}, "'Wrong Code' is not a ledger's code"),
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"transfer_limit": "-5"}, "'-5' is not an amount"),
        ({"transfer_limit": "0.001"}, "more decimals than EUR has"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused_by_field(office: Office, values: dict[str, str], said: str) -> None:
    code = f"t-{uuid.uuid4().hex}"
    assert said in office.refused(OPEN, **{"code": code, "ccy": "EUR", "timezone": "UTC"} | values)
    assert not Ledger.objects.filter(code=code).exists()


def test_a_ledgers_code_is_taken_once(office: Office, ledger: Ledger) -> None:
    said = office.refused(OPEN, code=ledger.code, ccy="EUR", timezone="UTC")
    assert f"There is a ledger '{ledger.code}' already." in said


def test_a_transfer_limit_is_changed_taken_away_and_recorded(office: Office, ledger: Ledger) -> None:
    url = action_url("ledger_ledger", "limit", ledger.id)
    assert f"The transfer limit of {ledger.code} is changed." in office.done(url, transfer_limit="750.5")
    assert 'value="750.50"' in office.get(url).content.decode()
    office.done(url, transfer_limit="")
    entries = AuditEntry.objects.filter(table_name="ledger_ledger", ledger=ledger, operation="update").order_by("id")
    assert [
        (entry.user_name, (entry.old_row or {})["transfer_limit"], (entry.new_row or {})["transfer_limit"])
        for entry in entries
    ] == [(office.user.username, None, 750.5), (office.user.username, 750.5, None)]


def test_a_transfer_limit_that_cannot_be_is_refused_at_its_field(office: Office, ledger: Ledger) -> None:
    url = action_url("ledger_ledger", "limit", ledger.id)
    assert "more decimals than EUR has" in office.refused(url, transfer_limit="0.001")
    ledger.refresh_from_db()
    assert ledger.transfer_limit is None


def test_a_custom_currency_is_added_or_refused(office: Office) -> None:
    code = f"C{uuid.uuid4().hex[:8].upper()}"
    assert f"Currency {code} is added." in office.done(ADD, code=code, name="Points", minor_units="3")
    assert Currency.objects.get(code=code).minor_units == 3
    for values, said in (
        ({"code": code}, f"There is a currency '{code}' already."),
        ({"code": "x"}, "'x' is not a currency code"),
        ({"minor_units": "19"}, "19 is out of range"),
        ({"minor_units": "many"}, "Enter a whole number."),
    ):
        assert said in office.refused(ADD, **{"code": "NEWONE", "name": "n", "minor_units": "2"} | values)
    assert not Currency.objects.filter(code="NEWONE").exists()


def test_a_key_is_shown_once_works_and_is_revoked(office: Office, ledger: Ledger) -> None:
    made = office.post(MAKE, ledger=ledger.code, name="reports", scopes=["read", "post"])
    secret = re.search(r'id="new-key">(dx_[\w-]{43})<', made.content.decode())[1]  # type: ignore[index]
    assert "no-store" in made["Cache-Control"]
    caller = authenticate(secret)
    assert caller
    assert (caller.ledger_id, sorted(caller.scopes)) == (ledger.id, ["post", "read"])
    key = ApiKey.objects.get(ledger=ledger)
    for url in (list_url("ledger_apikey"), page_url("ledger_apikey", key.id), list_url("ledger_auditentry")):
        page = office.get(url).content.decode()
        assert secret[11:] not in page
        assert key.secret_hash.hex() not in page
    said = office.done(action_url("ledger_apikey", "revoke", key.id))
    assert f"Key {key.prefix}… is revoked." in said
    assert authenticate(secret) is None
    whose = AuditEntry.objects.filter(table_name="ledger_apikey", row_id=str(key.id)).values_list(
        "operation", "user_name"
    )
    assert {("insert", office.user.username), ("update", office.user.username)} <= set(whose)
    assert "/revoke/" not in office.get(page_url("ledger_apikey", key.id)).content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["write"]}, "write is not one of the available choices"),
        ({"name": "x" * 256}, "At most 255 characters."),
        ({"ledger": "nowhere"}, "nowhere is not one of the available choices"),
    ],
)
def test_a_key_that_cannot_be_is_refused(office: Office, ledger: Ledger, values: dict[str, object], said: str) -> None:
    response = office.client.post(MAKE, {"ledger": ledger.code, "scopes": ["read"]} | values, secure=True)
    assert said in text_of(response)
    assert not ApiKey.objects.filter(ledger=ledger).exists()


def test_revoking_twice_changes_nothing_more(office: Office, ledger: Ledger) -> None:
    create_api_key(ledger.code, ["read"])
    key = ApiKey.objects.get(ledger=ledger)
    office.done(action_url("ledger_apikey", "revoke", key.id))
    revoked_at = ApiKey.objects.get(id=key.id).revoked_at
    office.done(action_url("ledger_apikey", "revoke", key.id))
    assert ApiKey.objects.get(id=key.id).revoked_at == revoked_at


def user_form(user: User, **values: object) -> dict[str, object]:
    return {"username": user.username, "is_staff": "on", "is_active": "on"} | values


PASSWORDS = {"usable_password": "true", "password1": "a-long-secret-9", "password2": "a-long-secret-9"}


def test_an_operator_makes_a_user_and_puts_him_into_a_group(office: Office) -> None:
    """Without a password: whoever chose it could log in with it, whatever groups the user is given later."""
    name = f"u-{uuid.uuid4().hex}"
    assert "until a superuser gives him a password" in office.page("/admin/auth/user/add/")
    made = office.post("/admin/auth/user/add/", username=name, **PASSWORDS)
    assert made.status_code == 302, text_of(made)
    user = User.objects.get(username=name)
    assert not user.has_usable_password()
    group = Group.objects.get(name=GroupName.AUDITORS)
    changed = office.client.post(page_url("auth_user", user.id), user_form(user, groups=[group.id]), secure=True)
    assert changed.status_code == 302, text_of(changed)
    assert list(user.groups.all()) == [group]
    entries = AuditEntry.objects.filter(table_name="auth_user", row_id=str(user.id))
    assert {entry.user_name for entry in entries} == {office.user.username}
    membership = AuditEntry.objects.filter(table_name="auth_user_groups", new_row__user_id=user.id).get()
    assert membership.user_name == office.user.username
    page = office.page(list_url("ledger_auditentry"), table_name="auth_user_groups", user=office.user.username)
    assert f"user {name}, group auditors" in page


def test_an_operator_switches_a_user_off_and_on_and_his_groups_stay(office: Office) -> None:
    accountant = make_user()
    accountant.groups.add(Group.objects.get(name=GroupName.ACCOUNTANTS))
    for is_active in (False, True):
        values = user_form(accountant, last_name="Known") | ({} if is_active else {"is_active": ""})
        assert office.client.post(page_url("auth_user", accountant.id), values, secure=True).status_code == 302
        accountant.refresh_from_db()
        assert (accountant.is_active, accountant.last_name) == (is_active, "Known")
        assert [group.name for group in accountant.groups.all()] == [GroupName.ACCOUNTANTS]
    changes = AuditEntry.objects.filter(table_name="auth_user_groups", user_name=office.user.username)
    assert not changes.exists()


def test_an_operator_gives_no_group_that_may_do_more_than_he(office: Office) -> None:
    """Hence he becomes no accountant, neither under his own name nor under one that he makes."""
    user = make_user()
    accountants, auditors = (Group.objects.get(name=name) for name in (GroupName.ACCOUNTANTS, GroupName.AUDITORS))
    page = office.get(page_url("auth_user", user.id)).content.decode()
    assert f'value="{auditors.id}"' in page
    assert f'value="{accountants.id}"' not in page
    values = user_form(user, groups=[accountants.id])
    refused = office.client.post(page_url("auth_user", user.id), values, secure=True)
    assert f"{accountants.id} is not one of the available choices" in text_of(refused)
    assert not user.groups.exists()
    superuser = Office.of_superuser()
    assert superuser.client.post(page_url("auth_user", user.id), values, secure=True).status_code == 302
    assert list(user.groups.all()) == [accountants]


def test_only_a_superuser_sets_somebody_elses_password(office: Office) -> None:
    accountant = make_user()
    accountant.groups.add(Group.objects.get(name=GroupName.ACCOUNTANTS))
    accountant.set_password("the-old-one-1")
    accountant.save()
    url = f"/admin/auth/user/{accountant.id}/password/"
    assert office.get(url).status_code == 403
    assert office.post(url, **PASSWORDS).status_code == 403
    values = user_form(accountant, password="taken-over-9", username="taken-over")
    assert office.client.post(page_url("auth_user", accountant.id), values, secure=True).status_code == 302
    page = office.get(page_url("auth_user", accountant.id)).content.decode()
    assert "Only a superuser changes it." in page
    assert "/password/" not in page
    before = accountant.username
    accountant.refresh_from_db()
    assert (accountant.check_password("the-old-one-1"), accountant.username) == (True, before)


def test_a_changed_password_is_recorded_as_whose_change_it_was() -> None:
    office, user = Office.of_superuser(), make_user()
    response = office.post(f"/admin/auth/user/{user.id}/password/", **PASSWORDS)
    assert response.status_code == 302, text_of(response)
    user.refresh_from_db()
    assert user.check_password(PASSWORDS["password1"])
    entry = AuditEntry.objects.filter(table_name="auth_user", row_id=str(user.id)).latest("id")
    assert (entry.user_name, (entry.new_row or {})["password"]) == (office.user.username, "(changed)")


def test_a_superuser_makes_a_user_with_a_password() -> None:
    name = f"u-{uuid.uuid4().hex}"
    made = Office.of_superuser().post("/admin/auth/user/add/", username=name, **PASSWORDS)
    assert made.status_code == 302, text_of(made)
    assert User.objects.get(username=name).check_password(PASSWORDS["password1"])


def test_ones_own_password_is_changed_under_ones_own_name() -> None:
    office = Office.of_group(GroupName.AUDITORS)
    office.user.set_password("the-old-one-1")
    office.user.save()
    office.client.force_login(office.user)
    new = {"new_password1": "a-long-secret-9", "new_password2": "a-long-secret-9"}
    response = office.post("/admin/password_change/", old_password="the-old-one-1", **new)
    assert response.status_code == 302, text_of(response)
    entry = AuditEntry.objects.filter(table_name="auth_user", row_id=str(office.user.id)).latest("id")
    assert (entry.user_name, (entry.new_row or {})["password"]) == (office.user.username, "(changed)")


def test_an_operator_makes_nobody_more_than_a_group_allows(office: Office) -> None:
    user = make_user()
    permission = Permission.objects.get(codename="view_journal")
    values = user_form(user, is_superuser="on", user_permissions=[permission.id])
    assert office.client.post(page_url("auth_user", user.id), values, secure=True).status_code == 302
    user.refresh_from_db()
    assert not user.is_superuser
    assert not user.user_permissions.exists()


@pytest.mark.parametrize("whose", ["his own", "a superuser's"])
def test_an_operator_changes_neither_himself_nor_a_superuser(office: Office, whose: str) -> None:
    target = office.user if whose == "his own" else make_user(is_superuser=True)
    group = Group.objects.get(name=GroupName.ACCOUNTANTS)
    values = user_form(target, groups=[group.id], email="taken@over.example")
    assert office.client.post(page_url("auth_user", target.id), values, secure=True).status_code == 403
    assert office.post(f"/admin/auth/user/{target.id}/password/", **PASSWORDS).status_code == 403
    target.refresh_from_db()
    assert (target.email, target.password) == ("", "!")
    assert group not in target.groups.all()


def test_an_operator_changes_no_group_and_removes_no_user(office: Office) -> None:
    group, user = Group.objects.get(name=GroupName.OPERATORS), make_user()
    every = list(Permission.objects.values_list("id", flat=True))
    values = {"name": group.name, "permissions": every}
    assert office.client.post(page_url("auth_group", group.id), values, secure=True).status_code == 403
    assert office.post(f"/admin/auth/user/{user.id}/delete/", post="yes").status_code == 403
    assert office.post(f"/admin/auth/group/{group.id}/delete/", post="yes").status_code == 403
    assert group.permissions.count() < len(every)
    assert User.objects.filter(id=user.id).exists()
    assert "ledger.manage_api_keys" in office.page(page_url("auth_group", group.id))


def test_a_superuser_changes_a_group_and_that_is_recorded() -> None:
    office = Office.of_superuser()
    group = Group.objects.create(name=f"g-{uuid.uuid4().hex}")
    permission = Permission.objects.get(codename="view_journal")
    values = {"name": group.name, "permissions": [permission.id]}
    assert office.client.post(page_url("auth_group", group.id), values, secure=True).status_code == 302
    entry = AuditEntry.objects.filter(table_name="auth_group_permissions", new_row__group_id=group.id).get()
    assert entry.user_name == office.user.username
    page = office.page(list_url("ledger_auditentry"), table_name="auth_group_permissions")
    assert f"group {group.name}, permission Can view journal" in page
    assert office.post(f"/admin/auth/group/{group.id}/delete/", post="yes").status_code == 302
    assert not Group.objects.filter(id=group.id).exists()


def test_groups_that_exist_stay_as_they_are_unless_they_are_reset() -> None:
    make_groups()
    group = Group.objects.get(name=GroupName.AUDITORS)
    first = set(group.permissions.values_list("codename", flat=True))
    group.permissions.clear()
    assert make_groups() == []
    assert not group.permissions.exists()
    make_groups(reset=True)
    assert set(group.permissions.values_list("codename", flat=True)) == first
