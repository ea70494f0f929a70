"""What the ledger's reports answer, with an example of each."""

from datetime import date
from typing import Annotated, Any, TypedDict

from ledger.api.answers import Links
from ledger.wire_fields import AccountCode, AccountName, AccountTypeWord, Currency, Total, shown


class ReportRow(TypedDict):
    """An account with its turnovers, and its balance on its normal side."""

    account: AccountCode
    name: AccountName
    type: AccountTypeWord
    ccy: Currency
    debits: Total
    credits: Total
    balance: Total


class TrialBalanceRow(ReportRow):
    """An account with its balance in the column of its side."""

    debit_balance: Total
    credit_balance: Total


class TrialBalanceTotals(TypedDict):
    """One currency's totals."""

    ccy: Currency
    debits: Total
    credits: Total
    difference: Annotated[Total, shown("Zero in books that balance.")]
    debit_balances: Total
    credit_balances: Total


class TrialBalance(Links):
    """Every account at the end of a day."""

    date: date
    rows: list[TrialBalanceRow]
    totals: list[TrialBalanceTotals]


class BalanceSheetTotals(TypedDict):
    """One currency's totals."""

    ccy: Currency
    assets: Total
    liabilities: Total
    equity: Total
    result: Annotated[Total, shown("Revenue less expenses that were not yet moved to equity.")]
    difference: Annotated[Total, shown("Assets less all the rest: zero in books that balance.")]


class BalanceSheet(Links):
    """What the ledger owns and owes at the end of a day."""

    date: date
    rows: list[ReportRow]
    totals: list[BalanceSheetTotals]


class IncomeStatementTotals(TypedDict):
    """One currency's totals."""

    ccy: Currency
    revenue: Total
    expenses: Total
    result: Total


# Made by a call: `from` is no name that a class could have.
Period = TypedDict("Period", {"from": date, "to": date})


class IncomeStatement(Period, Links):
    """What was earned and spent in a period."""

    rows: list[ReportRow]
    totals: list[IncomeStatementTotals]


def _row(account: str, name: str, type_: str, debits: str, credits_: str) -> dict[str, Any]:
    turnovers = {"debits": debits, "credits": credits_}
    return {"account": account, "name": name, "type": type_, "ccy": "EUR", **turnovers, "balance": "12.34"}


_CASH = _row("DEMO-CASH", "Cash", "asset", "12.34", "0.00")
_REVENUE = _row("DEMO-REV", "Revenue", "revenue", "0.00", "12.34")
_ONLY_PAGE = {"next": None, "previous": None}

TRIAL_BALANCE = {
    "date": "2026-01-31",
    "rows": [
        _CASH | {"debit_balance": "12.34", "credit_balance": "0.00"},
        _REVENUE | {"debit_balance": "0.00", "credit_balance": "12.34"},
    ],
    "totals": [
        {
            "ccy": "EUR",
            "debits": "12.34",
            "credits": "12.34",
            "difference": "0.00",
            "debit_balances": "12.34",
            "credit_balances": "12.34",
        }
    ],
} | _ONLY_PAGE
BALANCE_SHEET = {
    "date": "2026-01-31",
    "rows": [_CASH],
    "totals": [
        {
            "ccy": "EUR",
            "assets": "12.34",
            "liabilities": "0.00",
            "equity": "0.00",
            "result": "12.34",
            "difference": "0.00",
        }
    ],
} | _ONLY_PAGE
INCOME_STATEMENT = {
    "from": "2026-01-01",
    "to": "2026-01-31",
    "rows": [_REVENUE],
    "totals": [{"ccy": "EUR", "revenue": "12.34", "expenses": "0.00", "result": "12.34"}],
} | _ONLY_PAGE
