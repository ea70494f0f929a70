"""FX positions over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from django.http import HttpResponse
from rest_framework.request import Request

from fx.domain.conversion import as_text
from fx.queries.positions import Position, Positions, fx_positions
from ledger.api import rendering
from ledger.api.authentication import caller_of
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.views import LedgerView
from ledger.domain.money import format_amount
from ledger.domain.scopes import Scope
from ledger.wire_fields import AccountCode, Currency, Total, shown


class FxPosition(TypedDict):
    """One currency's clearing balance, positive when the ledger is long of it, and its worth in base currency."""

    ccy: Currency
    account: AccountCode
    balance: Total
    rate: Annotated[str | None, shown("Units of the base currency for one unit.", "0.9214")]
    rate_date: date | None
    source: str | None
    path: str | None
    value: Annotated[Total | None, shown("The balance at the day's rate.")]
    carried: Annotated[Total | None, shown("What the conversions were worth when they were made.")]
    unrealised: Annotated[Total | None, shown("The one less the other: a gain above zero.")]
    problem: Annotated[str | None, shown("Why it cannot be valued.")]


class FxPositions(TypedDict):
    """All positions at the end of a day; the sum is null where one of them cannot be valued."""

    date: date
    base_ccy: Currency
    unrealised: Total | None
    positions: list[FxPosition]


_EXAMPLE = {
    "date": "2026-01-31",
    "base_ccy": "EUR",
    "unrealised": "10.00",
    "positions": [
        {
            "ccy": "USD",
            "account": "FX-CLEARING-USD",
            "balance": "110.00",
            "rate": "1",
            "rate_date": "2026-01-30",
            "source": "ECB",
            "path": "inverse",
            "value": "110.00",
            "carried": "100.00",
            "unrealised": "10.00",
            "problem": None,
        }
    ],
}


class FxPositionsView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "What conversions have left of each currency, and what it is worth",
        {200: Answer("The positions at the end of the day.", FxPositions, _EXAMPLE)},
        parameters=(Parameter("date", date, "By value date; the ledger's today, if left out."),),
    )
    def get(self, request: Request) -> HttpResponse:
        on = self.query(request).day("date")
        return rendering.json_response(_rendered(fx_positions(caller_of(request).ledger_id, on)))


def _rendered(found: Positions) -> FxPositions:
    return {
        "date": found.on,
        "base_ccy": found.base_ccy,
        "unrealised": _amount(found.unrealised, found.minor_units),
        "positions": [_position(position, found.minor_units) for position in found.positions],
    }


def _position(position: Position, base_minor_units: int) -> FxPosition:
    rate = position.rate
    return {
        "ccy": position.ccy,
        "account": position.account,
        "balance": format_amount(position.balance, position.minor_units),
        "rate": None if rate is None else as_text(rate.rate),
        "rate_date": None if rate is None else rate.rate_date,
        "source": None if rate is None else rate.source,
        "path": None if rate is None else rate.path,
        "value": _amount(position.value, base_minor_units),
        "carried": _amount(position.carried, base_minor_units),
        "unrealised": _amount(position.unrealised, base_minor_units),
        "problem": position.problem,
    }


def _amount(amount: Decimal | None, minor_units: int) -> str | None:
    return None if amount is None else format_amount(amount, minor_units)
