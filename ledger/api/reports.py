"""The ledger's own reports over HTTP. Other apps mount theirs beside them, under /api/reports."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import re_path
from rest_framework.request import Request

from ledger.api import pages, rendering
from ledger.api import report_answers as answers
from ledger.api.authentication import caller_of
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.parameters import Parameters
from ledger.api.views import LedgerView
from ledger.domain.accounts import AccountType
from ledger.domain.money import EXACT, ZERO, format_amount
from ledger.domain.refusals import InvalidRequest
from ledger.domain.scopes import Scope
from ledger.queries import report_totals
from ledger.queries.account_totals import AccountTotals, Span, TypeTotals, account_totals
from ledger.queries.ledgers import ledger_today

# A report is read whole, so a page of it is as long as a page can be.
LIMIT_DEFAULT = pages.LIMIT_MAX
A_DAY = (Parameter("date", date, "By value date; the ledger's today, if left out."), *pages.PARAMETERS)
A_PERIOD = (
    Parameter("from", date, "The first day.", required=True),
    Parameter("to", date, "The last day; the ledger's today, if left out."),
    *pages.PARAMETERS,
)


class TrialBalanceView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "Read the trial balance",
        {200: Answer("All accounts, and what they come to per currency.", answers.TrialBalance, answers.TRIAL_BALANCE)},
        parameters=A_DAY,
    )
    def get(self, request: Request) -> HttpResponse:
        """Both columns are equal in books that balance; nothing is added up across currencies."""
        parameters, span = _through_a_day(request, self.query(request))
        return _report(request, parameters, span, tuple(AccountType), _with_columns, report_totals.trial_balance)


class BalanceSheetView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "Read the balance sheet",
        {200: Answer("Assets, liabilities and equity.", answers.BalanceSheet, answers.BALANCE_SHEET)},
        parameters=A_DAY,
    )
    def get(self, request: Request) -> HttpResponse:
        """Assets are liabilities and equity and the result that was not yet moved to equity."""
        parameters, span = _through_a_day(request, self.query(request))
        types = (AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY)
        return _report(request, parameters, span, types, _with_balance, report_totals.balance_sheet)


class IncomeStatementView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "Read the income statement",
        {200: Answer("Revenue and expenses.", answers.IncomeStatement, answers.INCOME_STATEMENT)},
        parameters=A_PERIOD,
    )
    def get(self, request: Request) -> HttpResponse:
        """What was earned and spent from one day through another, by value date."""
        parameters = self.query(request)
        since, through = parameters.period("from", "to")
        if since is None:
            raise InvalidRequest("Say the first day of the period, as from=2026-01-01.", field="from")
        if through is None:
            through = max(since, ledger_today(caller_of(request).ledger_id))
        types = (AccountType.REVENUE, AccountType.EXPENSE)
        span = Span(through, since)
        return _report(request, parameters, span, types, _with_balance, report_totals.income_statement)


def _through_a_day(request: Request, parameters: Parameters) -> tuple[Parameters, Span]:
    return parameters, Span(parameters.day("date") or ledger_today(caller_of(request).ledger_id))


def _report(
    request: Request,
    parameters: Parameters,
    span: Span,
    types: Collection[AccountType],
    row: Callable[[AccountTotals], dict[str, Any]],
    figures: Callable[[dict[str, TypeTotals]], report_totals.Figures],
) -> HttpResponse:
    cursor, limit = pages.asked_page(parameters, str, LIMIT_DEFAULT)
    page, totals = account_totals(caller_of(request).ledger_id, span, types, cursor, limit)
    listed = pages.rendered_page(request, page, row)
    days = {"date": span.through} if span.since is None else {"from": span.since, "to": span.through}
    content = {
        **days,
        "rows": listed["results"],
        "totals": [
            {"ccy": ccy} | {name: format_amount(amount, minor_units) for name, amount in of_ccy.items()}
            for ccy, minor_units, of_ccy in report_totals.by_currency(totals, figures)
        ],
        "next": listed["next"],
        "previous": listed["previous"],
    }
    return rendering.json_response(content)


def _with_balance(row: AccountTotals) -> dict[str, Any]:
    return {
        "account": row.code,
        "name": row.name,
        "type": row.type,
        "ccy": row.ccy,
        "debits": format_amount(row.debits, row.minor_units),
        "credits": format_amount(row.credits, row.minor_units),
        "balance": format_amount(row.balance, row.minor_units),
    }


def _with_columns(row: AccountTotals) -> dict[str, Any]:
    """The balance in the column of its side, as accountants write a trial balance."""
    net = row.net
    return _with_balance(row) | {
        "debit_balance": format_amount(max(net, ZERO), row.minor_units),
        "credit_balance": format_amount(max(EXACT.minus(net), ZERO), row.minor_units),
    }


urlpatterns = [
    re_path(r"^trial-balance/?$", TrialBalanceView.as_view(), name="trial-balance"),
    re_path(r"^balance-sheet/?$", BalanceSheetView.as_view(), name="balance-sheet"),
    re_path(r"^income-statement/?$", IncomeStatementView.as_view(), name="income-statement"),
]
