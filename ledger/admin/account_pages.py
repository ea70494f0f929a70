"""The forms by which accounts are opened, renamed, frozen and closed."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from ledger.accounts import AccountChange, NewAccount, change_account, open_account
from ledger.admin.action_pages import ActionPage, Choice, Done, Flag, Text
from ledger.admin.actors import actor_of
from ledger.admin.one_ledger import ledger_choices, remembered_ledger
from ledger.audit import recorded_as
from ledger.domain.accounts import AccountStatus, AccountType
from ledger.domain.refusals import InvalidRequest
from ledger.models import Account, Currency
from ledger.queries.ledgers import ledger_id_of

_ACTIVE, _FROZEN, _CLOSED = AccountStatus


def currency_codes() -> list[tuple[str, str]]:
    """The currencies, as a form's choices."""
    return [(code, f"{code} · {name}") for code, name in Currency.objects.values_list("code", "name").order_by("code")]


class OpeningForm(forms.Form):
    ledger = Choice(ledger_choices)
    code = Text(help_text="How the API names it, such as CASH. It never changes.")
    name = Text()
    ccy = Choice(currency_codes, label="Currency", help_text="It never changes.")
    type = Choice([(member.value, member.value) for member in AccountType], help_text="It never changes.")
    non_negative = Flag(label="Must not go below zero", help_text="It never changes.")
    parent = Text(required=False, help_text="Code of the account above it in the same ledger, if any.")


class RenamingForm(forms.Form):
    name = Text()
    parent = Text(required=False, help_text="Code of the account above it in the same ledger; empty for none.")


def opening(request: HttpRequest) -> ActionPage:
    def perform(clean: dict[str, Any]) -> Done:
        ledger_id = ledger_id_of(clean["ledger"])
        if ledger_id is None:
            raise InvalidRequest("there is no such ledger", field="ledger")
        new = NewAccount(
            ledger_id=ledger_id,
            code=clean["code"],
            name=clean["name"],
            ccy=clean["ccy"],
            type=AccountType(clean["type"]),
            non_negative=clean["non_negative"],
            parent=clean["parent"] or None,
        )
        with recorded_as(actor_of(request)):
            row = open_account(new)
        return Done(f"Account {row.code} is open.", reverse("admin:ledger_account_change", args=[row.id]))

    return ActionPage(
        title="Open an account",
        lead="The account starts at zero and takes legs at once.",
        submit="Open account",
        form=OpeningForm,
        perform=perform,
        back=reverse("admin:ledger_account_changelist"),
        initial={"ledger": remembered_ledger(request), "ccy": "EUR"},
    )


def renaming(request: HttpRequest, account: Account) -> ActionPage:
    def perform(clean: dict[str, Any]) -> Done:
        change = AccountChange(name=clean["name"], parent=clean["parent"] or None)
        with recorded_as(actor_of(request)):
            change_account(account.ledger_id, account.code, change)
        return Done(f"Account {account.code} is changed.", _page(account))

    return ActionPage(
        title=f"Name and parent of {account.code}",
        lead="Code, currency and type never change: postings rest on them.",
        submit="Save",
        form=RenamingForm,
        perform=perform,
        back=_page(account),
        initial={"name": account.name, "parent": account.parent.code if account.parent else ""},
    )


def freezing(request: HttpRequest, account: Account) -> ActionPage:
    lead = "A frozen account takes no leg on either side until it is unfrozen. A posting in flight is waited for."
    return _status_page(request, account, ([_ACTIVE], _FROZEN), ("Freeze", "is frozen", lead), is_dangerous=True)


def unfreezing(request: HttpRequest, account: Account) -> ActionPage:
    lead = "The account takes legs again at once."
    return _status_page(request, account, ([_FROZEN], _ACTIVE), ("Unfreeze", "is active again", lead))


def closing(request: HttpRequest, account: Account) -> ActionPage:
    lead = "Only a balance of zero can be closed. A closed account takes no leg; its history stays."
    return _status_page(
        request, account, ([_ACTIVE, _FROZEN], _CLOSED), ("Close", "is closed", lead), is_dangerous=True
    )


def reopening(request: HttpRequest, account: Account) -> ActionPage:
    lead = "The account takes legs again at once."
    return _status_page(request, account, ([_CLOSED], _ACTIVE), ("Reopen", "is open again", lead))


def _status_page(
    request: HttpRequest,
    account: Account,
    step: tuple[list[AccountStatus], AccountStatus],
    words: tuple[str, str, str],
    *,
    is_dangerous: bool = False,
) -> ActionPage:
    """The page of a step from some statuses to another: with the permission to unfreeze, nobody reopens."""
    verb, done, lead = words
    only_from, status = step

    def perform(_: dict[str, Any]) -> Done:
        with recorded_as(actor_of(request)):
            change_account(account.ledger_id, account.code, AccountChange(status=status), only_from=only_from)
        return Done(f"Account {account.code} {done}.", _page(account))

    return ActionPage(
        title=f"{verb} {account.code}",
        lead=f"{account.name}. {lead}",
        submit=verb,
        form=forms.Form,
        perform=perform,
        back=_page(account),
        is_dangerous=is_dangerous,
    )


def _page(account: Account) -> str:
    return reverse("admin:ledger_account_change", args=[account.id])
