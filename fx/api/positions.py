"""FX positions over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from fx.domain.conversion import as_text
from fx.queries.positions import Position, Positions, fx_positions
from ledger.api import rendering
from ledger.api.authentication import caller_of
from ledger.api.parameters import Parameters
from ledger.api.views import LedgerView
from ledger.domain.money import format_amount
from ledger.domain.scopes import Scope


class FxPositionsView(LedgerView):
    scopes = {"GET": Scope.READ}

    def get(self, request: Request) -> HttpResponse:
        on: date | None = Parameters(request._request.GET, {"date"}).day("date")
        return rendering.json_response(_rendered(fx_positions(caller_of(request).ledger_id, on)))


def _rendered(found: Positions) -> dict[str, Any]:
    return {
        "date": found.on,
        "base_ccy": found.base_ccy,
        "unrealised": _amount(found.unrealised, found.minor_units),
        "positions": [_position(position, found.minor_units) for position in found.positions],
    }


def _position(position: Position, base_minor_units: int) -> dict[str, Any]:
    rate = position.rate
    return {
        "ccy": position.ccy,
        "account": position.account,
        "balance": format_amount(position.balance, position.minor_units),
        "rate": rate and as_text(rate.rate),
        "rate_date": rate and rate.rate_date,
        "source": rate and rate.source,
        "path": rate and rate.path,
        "value": _amount(position.value, base_minor_units),
        "carried": _amount(position.carried, base_minor_units),
        "unrealised": _amount(position.unrealised, base_minor_units),
        "problem": position.problem,
    }


def _amount(amount: Decimal | None, minor_units: int) -> str | None:
    return None if amount is None else format_amount(amount, minor_units)
