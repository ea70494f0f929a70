"""An account's statement over HTTP: pages of lines, each page with its opening and its closing balance."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.core.signing import BadSignature, Signer
from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import answers, examples, pages, rendering
from ledger.api.authentication import caller_of
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.parameters import Parameters
from ledger.api.views import LedgerView
from ledger.domain.account_codes import is_account_code
from ledger.domain.accounts import AccountFacts
from ledger.domain.money import format_amount
from ledger.domain.refusals import NotFound
from ledger.domain.scopes import Scope
from ledger.queries.account_facts import account_facts
from ledger.queries.ledgers import ledger_zone
from ledger.queries.statement_by_posting import statement_by_posting
from ledger.queries.statement_by_value import ValueCursor, statement_by_value
from ledger.queries.statement_lines import Period, StatementLine, StatementPage

Begin = TypeVar("Begin")


class Order(StrEnum):
    """Which order the lines are in, and which of their two dates the period is about."""

    VALUE = "value"
    POSTED = "posted"


PARAMETERS = (
    Parameter("from", date, "Lines from this day on."),
    Parameter("to", date, "Lines up to this day."),
    Parameter("by", Order, "By value date, or in posting order; the period is of the same date. `value` if left out."),
    *pages.PARAMETERS,
)


class StatementView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "Read an account's statement",
        {200: Answer("A page of it.", answers.Statement, examples.STATEMENT)},
        parameters=PARAMETERS,
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        """Opening balance, lines with a running balance, closing balance: on each page the lines lead from one to the other."""
        parameters = self.query(request)
        period = Period(*parameters.period("from", "to"))
        order = parameters.word("by", Order) or Order.VALUE
        account = _account(request, code)
        read = _read_by_value if order is Order.VALUE else _read_by_posting
        asked = {"by": order.value, "from": period.from_date, "to": period.to_date}
        head = {"account": account.code, "ccy": account.ccy} | asked
        return rendering.json_response(head | read(request, parameters, account, period))


def _read_by_value(request: Request, parameters: Parameters, account: AccountFacts, period: Period) -> dict[str, Any]:
    codec = _SignedCursors(account, period)
    limit, text = pages.asked_limit(parameters), parameters.one("cursor")
    cursor = None if text is None else codec.decoded(text)
    page = statement_by_value(account, period, cursor, limit)
    return _rendered(request, account, page, lambda line: line.value_date, codec.encoded)


def _read_by_posting(request: Request, parameters: Parameters, account: AccountFacts, period: Period) -> dict[str, Any]:
    cursor, limit = pages.asked_page(parameters, int)
    zone = ledger_zone(caller_of(request).ledger_id)
    page = statement_by_posting(account, period, zone, cursor, limit)
    return _rendered(request, account, page, lambda line: line.posted_at.astimezone(zone).date(), pages.encoded)


class _SignedCursors:
    """Cursors that carry a balance: signed, so that a statement shows no figure that the books did not give.

    They are good for one account and one period, because their balance is.
    """

    def __init__(self, account: AccountFacts, period: Period) -> None:
        self._signer = Signer(salt=f"statement {account.id} {period.from_date} {period.to_date}")

    def encoded(self, cursor: ValueCursor) -> str:
        return self._signer.sign_object(
            [
                cursor.value_date.isoformat(),
                cursor.account_seq,
                str(cursor.balance),
                cursor.legs_known,
                cursor.backwards,
            ]
        )

    def decoded(self, text: str) -> ValueCursor:
        try:
            value_date, account_seq, balance, legs_known, backwards = self._signer.unsign_object(text)
        except BadSignature:
            raise pages.no_cursor_of_ours() from None
        return ValueCursor(date.fromisoformat(value_date), account_seq, Decimal(balance), legs_known, backwards)


def _account(request: Request, code: str) -> AccountFacts:
    known = account_facts(caller_of(request).ledger_id, {code}) if is_account_code(code) else {}
    if code not in known:
        raise NotFound(f"No account {code[:128]!r} in this ledger.")
    return known[code]


def _rendered(
    request: Request,
    account: AccountFacts,
    page: StatementPage[Begin],
    date_of: Callable[[StatementLine], date],
    encoded: Callable[[Begin], str],
) -> dict[str, Any]:
    return {
        "opening": format_amount(page.opening, account.minor_units),
        "lines": [rendering.statement_line(line, date_of(line), account.minor_units) for line in page.lines],
        "closing": format_amount(page.closing, account.minor_units),
        "next": page.next and pages.link(request, encoded(page.next)),
        "previous": page.previous and pages.link(request, encoded(page.previous)),
    }
