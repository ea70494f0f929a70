"""Accounts over HTTP: open, list, read, change; and what one holds."""

from typing import Annotated

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request

from ledger.accounts import UNCHANGED, AccountChange, NewAccount, change_account, open_account
from ledger.api import answers, examples, pages, rendering
from ledger.api.authentication import RecognisingAuthentication, caller_of
from ledger.api.json_bodies import read_body
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.views import LedgerView
from ledger.audit import Actor, recorded_as
from ledger.domain.account_codes import is_account_code
from ledger.domain.accounts import AccountStatus, AccountType
from ledger.domain.refusals import NotFound
from ledger.domain.scopes import Scope
from ledger.queries.account_rows import AccountFilter, account_page, account_row
from ledger.queries.balances import balance_as_of
from ledger.queries.live_balances import live_balance
from ledger.wire_fields import AccountCode, AccountName, Currency, Metadata, shown

Parent = Annotated[AccountCode, shown("The code of another account, for grouping: without effect on balances.")]


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    """An account to open, with a balance of zero."""

    code: AccountCode
    name: AccountName
    ccy: Currency
    type: AccountType = AccountType.ASSET
    non_negative: Annotated[bool, shown("Never take it below zero, at no step.")] = False
    parent: Parent | None = None
    metadata: Metadata = {}


class AccountChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; `parent: null` clears the parent."""

    name: AccountName | msgspec.UnsetType = msgspec.UNSET
    status: AccountStatus | msgspec.UnsetType = msgspec.UNSET
    parent: Parent | msgspec.UnsetType | None = msgspec.UNSET
    metadata: Metadata | msgspec.UnsetType = msgspec.UNSET


FILTERS = (
    Parameter("code", AccountCode, "These accounts.", many=True),
    Parameter("type", AccountType, "Accounts of these types.", many=True),
    Parameter("status", AccountStatus, "Accounts in these states.", many=True),
)
AS_OF = Parameter(
    "as_of",
    Annotated[str, shown("", type="string", anyOf=[{"format": "date"}, {"format": "date-time"}])],
    "A date: everything with a value date up to its end. An instant: everything posted by then. Now, if left out.",
)


class AccountsView(LedgerView):
    scopes = {"GET": Scope.READ, "POST": Scope.ACCOUNTS}

    @operation(
        "List accounts, by code",
        {200: Answer("A page of them.", answers.AccountPage, examples.page_of(examples.ACCOUNT))},
        parameters=(*FILTERS, *pages.PARAMETERS),
        metadata=True,
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(request)
        wanted = AccountFilter(
            codes=parameters.every("code"),
            types=parameters.words("type", AccountType),
            statuses=parameters.words("status", AccountStatus),
            metadata=parameters.metadata(),
        )
        cursor, limit = pages.asked_page(parameters, str)
        page = account_page(caller_of(request).ledger_id, wanted, cursor, limit)
        return rendering.json_response(pages.rendered_page(request, page, rendering.account))

    @operation(
        "Open an account",
        {201: Answer("Opened.", answers.Account, examples.ACCOUNT)},
        body=NewAccountBody,
        example=examples.NEW_ACCOUNT,
        refuses=("account_exists", "account_not_found", "currency_unknown"),
    )
    def post(self, request: Request) -> HttpResponse:
        """Not a posting: nothing is replayed, and a repeat is refused with `account_exists`."""
        body = read_body(request, NewAccountBody)
        caller = caller_of(request)
        with recorded_as(Actor(api_key_id=caller.key_id)):
            opened = open_account(NewAccount(caller.ledger_id, **msgspec.structs.asdict(body)))
        return rendering.json_response(rendering.account(opened), status=201)


class AccountView(LedgerView):
    scopes = {"GET": Scope.READ, "PATCH": Scope.ACCOUNTS}

    @operation("Read an account", {200: Answer("The account.", answers.Account, examples.ACCOUNT)})
    def get(self, request: Request, code: str) -> HttpResponse:
        self.query(request)
        row = account_row(caller_of(request).ledger_id, code) if is_account_code(code) else None
        if row is None:
            raise _not_found(code)
        return rendering.json_response(rendering.account(row))

    @operation(
        "Change an account",
        {200: Answer("The account as it is now.", answers.Account, examples.CHANGED_ACCOUNT)},
        body=AccountChangeBody,
        example=examples.ACCOUNT_CHANGE,
        refuses=("account_not_found", "account_not_empty"),
    )
    def patch(self, request: Request, code: str) -> HttpResponse:
        """What is left out stays; metadata is replaced as a whole; `"parent": null` clears it."""
        body = read_body(request, AccountChangeBody)
        if not is_account_code(code):
            raise _not_found(code)
        given = msgspec.structs.asdict(body).items()
        change = AccountChange(**{column: UNCHANGED if value is msgspec.UNSET else value for column, value in given})
        caller = caller_of(request)
        with recorded_as(Actor(api_key_id=caller.key_id)):
            changed = change_account(caller.ledger_id, code, change)
        return rendering.json_response(rendering.account(changed))


class BalanceView(LedgerView):
    scopes = {"GET": Scope.READ}
    authentication_classes = (RecognisingAuthentication,)

    @operation(
        "Read a balance, now or as of a date or an instant",
        {200: Answer("The balance.", answers.Balance, examples.BALANCE)},
        parameters=(AS_OF,),
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        as_of = self.query(request).day_or_instant("as_of")
        caller = caller_of(request)
        if not is_account_code(code):
            raise _not_found(code)
        if as_of is None:
            live = live_balance(caller.ledger_id, code, caller.presented)
            content = live and rendering.balance(*live)
        else:
            past = balance_as_of(caller.ledger_id, code, as_of)
            content = past and rendering.balance(past, as_of)
        if content is None:
            raise _not_found(code)
        return rendering.json_response(content)


def _not_found(code: str) -> NotFound:
    return NotFound(f"No account {code[:128]!r} in this ledger.")
