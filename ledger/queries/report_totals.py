"""What a ledger's accounts come to together, per currency: the last lines of its reports.

Nothing is ever added up across currencies.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby

from ledger.domain.accounts import AccountType
from ledger.domain.money import EXACT, ZERO
from ledger.queries.account_totals import TypeTotals

Figures = dict[str, Decimal]


def trial_balance(types: dict[str, TypeTotals]) -> Figures:
    """Both columns, as turnovers and as balances; each pair is equal in books that balance."""
    debits, credits_ = _sum(t.debits for t in types.values()), _sum(t.credits for t in types.values())
    return {
        "debits": debits,
        "credits": credits_,
        "difference": EXACT.subtract(debits, credits_),
        "debit_balances": _sum(t.debit_balances for t in types.values()),
        "credit_balances": _sum(t.credit_balances for t in types.values()),
    }


def income_statement(types: dict[str, TypeTotals]) -> Figures:
    """Revenue less expenses is the result."""
    revenue, expenses = _held(types, AccountType.REVENUE), _held(types, AccountType.EXPENSE)
    return {"revenue": revenue, "expenses": expenses, "result": EXACT.subtract(revenue, expenses)}


def balance_sheet(types: dict[str, TypeTotals]) -> Figures:
    """Assets are liabilities and equity and what was earned and not yet moved to equity: the difference is zero."""
    assets, liabilities, equity = (
        _held(types, type_) for type_ in (AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY)
    )
    result = income_statement(types)["result"]
    return {
        "assets": assets,
        "liabilities": liabilities,
        "equity": equity,
        "result": result,
        "difference": EXACT.subtract(assets, _sum((liabilities, equity, result))),
    }


def by_currency(
    totals: Iterable[TypeTotals], figures: Callable[[dict[str, TypeTotals]], Figures]
) -> list[tuple[str, int, Figures]]:
    """Each currency, its decimals, and its figures; the totals come by currency."""
    return [
        (ccy, minor_units, figures({each.type: each for each in of_ccy}))
        for (ccy, minor_units), of_ccy in groupby(totals, key=lambda each: (each.ccy, each.minor_units))
    ]


def _held(types: dict[str, TypeTotals], type_: AccountType) -> Decimal:
    """What the accounts of the type hold together, positive on their normal side."""
    found = types.get(type_)
    if found is None:
        return ZERO
    net = EXACT.subtract(found.debits, found.credits)
    return net if type_.normal_side == "debit" else EXACT.minus(net)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
