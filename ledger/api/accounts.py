"""Accounts over HTTP: open, list, read, change; and what one holds."""

from typing import Any

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request

from ledger.accounts import UNCHANGED, AccountChange, NewAccount, change_account, open_account
from ledger.api import pages, rendering
from ledger.api.authentication import caller_of
from ledger.api.json_bodies import read_body
from ledger.api.parameters import Parameters
from ledger.api.views import LedgerView
from ledger.audit import Actor, recorded_as
from ledger.domain.account_codes import is_account_code
from ledger.domain.accounts import AccountStatus, AccountType
from ledger.domain.refusals import NotFound
from ledger.domain.scopes import Scope
from ledger.queries.account_rows import AccountFilter, account_page, account_row
from ledger.queries.balances import balance_as_of, live_balance


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    ccy: str
    type: AccountType = AccountType.ASSET
    non_negative: bool = False
    parent: str | None = None
    metadata: dict[str, Any] = {}


class AccountChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; `parent: null` clears the parent."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    status: AccountStatus | msgspec.UnsetType = msgspec.UNSET
    parent: str | msgspec.UnsetType | None = msgspec.UNSET
    metadata: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class AccountsView(LedgerView):
    scopes = {"GET": Scope.READ, "POST": Scope.ACCOUNTS}

    def get(self, request: Request) -> HttpResponse:
        parameters = Parameters(request._request.GET, {"code", "type", "status", *pages.PARAMETERS}, metadata=True)
        wanted = AccountFilter(
            codes=parameters.every("code"),
            types=parameters.words("type", AccountType),
            statuses=parameters.words("status", AccountStatus),
            metadata=parameters.metadata(),
        )
        cursor, limit = pages.asked_page(parameters, str)
        page = account_page(caller_of(request).ledger_id, wanted, cursor, limit)
        return rendering.json_response(pages.rendered_page(request, page, rendering.account))

    def post(self, request: Request) -> HttpResponse:
        body = read_body(request, NewAccountBody)
        caller = caller_of(request)
        with recorded_as(Actor(api_key_id=caller.key_id)):
            opened = open_account(NewAccount(caller.ledger_id, **msgspec.structs.asdict(body)))
        return rendering.json_response(rendering.account(opened), status=201)


class AccountView(LedgerView):
    scopes = {"GET": Scope.READ, "PATCH": Scope.ACCOUNTS}

    def get(self, request: Request, code: str) -> HttpResponse:
        Parameters(request._request.GET, ())
        row = account_row(caller_of(request).ledger_id, code) if is_account_code(code) else None
        if row is None:
            raise _not_found(code)
        return rendering.json_response(rendering.account(row))

    def patch(self, request: Request, code: str) -> HttpResponse:
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

    def get(self, request: Request, code: str) -> HttpResponse:
        as_of = Parameters(request._request.GET, {"as_of"}).day_or_instant("as_of")
        ledger_id = caller_of(request).ledger_id
        if not is_account_code(code):
            raise _not_found(code)
        if as_of is None:
            live = live_balance(ledger_id, code)
            content = live and rendering.balance(*live)
        else:
            past = balance_as_of(ledger_id, code, as_of)
            content = past and rendering.balance(past, as_of)
        if content is None:
            raise _not_found(code)
        return rendering.json_response(content)


def _not_found(code: str) -> NotFound:
    return NotFound(f"No account {code[:128]!r} in this ledger.")
