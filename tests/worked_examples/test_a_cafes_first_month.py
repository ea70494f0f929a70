"""A textbook's first chapters: a café opens, trades for a month on credit and for cash, adjusts its books, and reports.

Every figure below was worked out by hand, as in the textbook: the trial balance after each entry, then the income
statement and the balance sheet.
"""

import uuid
from typing import Any

import pytest

from ledger.models import Ledger
from ledger.verification import verify
from tests.ledger.api.calls import Api, content_of, leg

CHART = {
    "CASH": "asset",
    "RECEIVABLE": "asset",
    "PREPAID-RENT": "asset",
    "EQUIPMENT": "asset",
    "ACCUMULATED-DEPRECIATION": "asset",
    "PAYABLE": "liability",
    "ACCRUED-WAGES": "liability",
    "UNEARNED": "liability",
    "CAPITAL": "equity",
    "DIVIDENDS": "equity",
    "SALES": "revenue",
    "RENT": "expense",
    "WAGES": "expense",
    "DEPRECIATION": "expense",
}

# Date, what happens, debits, credits, then what the entry changes in the trial balance and both its totals.
Entry = tuple[str, str, dict[str, str], dict[str, str], dict[str, str], dict[str, str], str]
JANUARY: list[Entry] = [
    ("2026-01-02", "The owner invests", {"CASH": "50000"}, {"CAPITAL": "50000"},
     {"CASH": "50000"}, {"CAPITAL": "50000"}, "50000"),
    ("2026-01-03", "Equipment, partly on credit", {"EQUIPMENT": "24000"}, {"CASH": "9000", "PAYABLE": "15000"},
     {"CASH": "41000", "EQUIPMENT": "24000"}, {"PAYABLE": "15000"}, "65000"),
    ("2026-01-05", "Three months' rent in advance", {"PREPAID-RENT": "6000"}, {"CASH": "6000"},
     {"CASH": "35000", "PREPAID-RENT": "6000"}, {}, "65000"),
    ("2026-01-10", "A party catered, on credit", {"RECEIVABLE": "8400"}, {"SALES": "8400"},
     {"RECEIVABLE": "8400"}, {"SALES": "8400"}, "73400"),
    ("2026-01-15", "Sales for cash", {"CASH": "2600"}, {"SALES": "2600"},
     {"CASH": "37600"}, {"SALES": "11000"}, "76000"),
    ("2026-01-20", "The party pays a part", {"CASH": "5000"}, {"RECEIVABLE": "5000"},
     {"CASH": "42600", "RECEIVABLE": "3400"}, {}, "76000"),
    ("2026-01-22", "The supplier is paid", {"PAYABLE": "5000"}, {"CASH": "5000"},
     {"CASH": "37600"}, {"PAYABLE": "10000"}, "71000"),
    ("2026-01-25", "Wages", {"WAGES": "3200"}, {"CASH": "3200"},
     {"CASH": "34400", "WAGES": "3200"}, {}, "71000"),
    ("2026-01-28", "A wedding in February pays now", {"CASH": "1200"}, {"UNEARNED": "1200"},
     {"CASH": "35600"}, {"UNEARNED": "1200"}, "72200"),
    ("2026-01-31", "January's rent", {"RENT": "2000"}, {"PREPAID-RENT": "2000"},
     {"RENT": "2000", "PREPAID-RENT": "4000"}, {}, "72200"),
    ("2026-01-31", "A sixtieth of the equipment", {"DEPRECIATION": "400"}, {"ACCUMULATED-DEPRECIATION": "400"},
     {"DEPRECIATION": "400"}, {"ACCUMULATED-DEPRECIATION": "400"}, "72600"),
    ("2026-01-31", "Wages earned and not yet paid", {"WAGES": "800"}, {"ACCRUED-WAGES": "800"},
     {"WAGES": "4000"}, {"ACCRUED-WAGES": "800"}, "73400"),
    ("2026-01-31", "A dividend", {"DIVIDENDS": "1000"}, {"CASH": "1000"},
     {"CASH": "34600", "DIVIDENDS": "1000"}, {}, "73400"),
]  # fmt: skip


@pytest.fixture
def cafe() -> Api:
    ledger = Ledger.objects.create(code=f"cafe-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="Europe/Vienna")
    api = Api.on(ledger)
    for code, type_ in CHART.items():
        body = {"code": code, "name": code.capitalize(), "ccy": "EUR", "type": type_}
        content_of(api.post("/api/accounts/", body), 201)
    return api


def enter(api: Api, on: str, what: str, debits: dict[str, str], credits_: dict[str, str]) -> Any:
    legs = [leg(account, "debit", amount) for account, amount in debits.items()]
    legs += [leg(account, "credit", amount) for account, amount in credits_.items()]
    return content_of(api.transfer(legs=legs, value_date=on, description=what), 201)


def columns(report: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The trial balance's two columns, without the accounts that are even."""
    debits = {row["account"]: row["debit_balance"] for row in report["rows"] if row["debit_balance"] != "0.00"}
    credits_ = {row["account"]: row["credit_balance"] for row in report["rows"] if row["credit_balance"] != "0.00"}
    return debits, credits_


def totals(report: dict[str, Any]) -> dict[str, str]:
    (of_euros,) = report["totals"]
    assert of_euros.pop("ccy") == "EUR"
    return of_euros  # type: ignore[no-any-return]


def in_cents(amounts: dict[str, str]) -> dict[str, str]:
    return {name: f"{amount}.00" for name, amount in amounts.items()}


def enter_january(api: Api) -> None:
    for on, what, debits, credits_, *_ in JANUARY:
        enter(api, on, what, debits, credits_)


def test_the_trial_balance_after_each_entry_is_the_one_worked_out_by_hand(cafe: Api) -> None:
    debit_column: dict[str, str] = {}
    credit_column: dict[str, str] = {}
    for on, what, debits, credits_, debits_now, credits_now, total in JANUARY:
        enter(cafe, on, what, debits, credits_)
        debit_column |= debits_now
        credit_column |= credits_now
        report = content_of(cafe.get("/api/reports/trial-balance", date=on))
        assert columns(report) == (in_cents(debit_column), in_cents(credit_column)), what
        of_euros = totals(report)
        assert of_euros["debit_balances"] == of_euros["credit_balances"] == f"{total}.00", what
        assert (of_euros["debits"], of_euros["difference"]) == (of_euros["credits"], "0.00")


def test_a_wrong_entry_is_reversed_and_leaves_no_trace_in_the_balances(cafe: Api) -> None:
    enter_january(cafe)
    before = columns(content_of(cafe.get("/api/reports/trial-balance", date="2026-01-31")))
    wrong = enter(cafe, "2026-01-23", "The supplier, a digit too many", {"PAYABLE": "9000"}, {"CASH": "9000"})
    changed = content_of(cafe.get("/api/reports/trial-balance", date="2026-01-31"))
    assert columns(changed) != before
    body = {"idempotency_key": "undo", "value_date": "2026-01-23"}
    content_of(cafe.post(f"/api/journals/{wrong['journal_id']}/reverse", body), 201)
    after = content_of(cafe.get("/api/reports/trial-balance", date="2026-01-31"))
    assert columns(after) == before
    # The turnover shows that something happened: 109,600 of January, and 9,000 there and back.
    assert totals(after)["debits"] == "127600.00"


def test_january_ends_with_a_profit_that_balances_the_sheet(cafe: Api) -> None:
    enter_january(cafe)
    income = content_of(cafe.get("/api/reports/income-statement", **{"from": "2026-01-01", "to": "2026-01-31"}))
    assert {row["account"]: row["balance"] for row in income["rows"]} == in_cents(
        {"DEPRECIATION": "400", "RENT": "2000", "SALES": "11000", "WAGES": "4000"}
    )
    assert totals(income) == in_cents({"revenue": "11000", "expenses": "6400", "result": "4600"})
    sheet = content_of(cafe.get("/api/reports/balance-sheet", date="2026-01-31"))
    assert {row["account"]: row["balance"] for row in sheet["rows"]} == in_cents(
        {
            "ACCRUED-WAGES": "800",
            "ACCUMULATED-DEPRECIATION": "-400",
            "CAPITAL": "50000",
            "CASH": "34600",
            "DIVIDENDS": "-1000",
            "EQUIPMENT": "24000",
            "PAYABLE": "10000",
            "PREPAID-RENT": "4000",
            "RECEIVABLE": "3400",
            "UNEARNED": "1200",
        }
    )
    assert totals(sheet) == in_cents(
        {"assets": "65600", "liabilities": "12000", "equity": "49000", "result": "4600", "difference": "0"}
    )


def test_february_does_not_change_january(cafe: Api) -> None:
    enter_january(cafe)
    january = content_of(cafe.get("/api/reports/balance-sheet", date="2026-01-31"))
    enter(cafe, "2026-02-14", "The wedding", {"UNEARNED": "1200"}, {"SALES": "1200"})
    enter(cafe, "2026-02-27", "Wages, January's among them", {"ACCRUED-WAGES": "800", "WAGES": "600"}, {"CASH": "1400"})
    enter(cafe, "2026-02-28", "February's rent", {"RENT": "2000"}, {"PREPAID-RENT": "2000"})
    assert content_of(cafe.get("/api/reports/balance-sheet", date="2026-01-31")) == january
    february = {"from": "2026-02-01", "to": "2026-02-28"}
    income = content_of(cafe.get("/api/reports/income-statement", **february))
    assert totals(income) == in_cents({"revenue": "1200", "expenses": "2600", "result": "-1400"})
    both = content_of(cafe.get("/api/reports/income-statement", **{"from": "2026-01-01", "to": "2026-02-28"}))
    assert totals(both) == in_cents({"revenue": "12200", "expenses": "9000", "result": "3200"})
    sheet = content_of(cafe.get("/api/reports/balance-sheet", date="2026-02-28"))
    assert totals(sheet) == in_cents(
        {"assets": "62200", "liabilities": "10000", "equity": "49000", "result": "3200", "difference": "0"}
    )


def test_the_bank_account_reads_like_a_bank_statement(cafe: Api) -> None:
    enter_january(cafe)
    late = content_of(cafe.get("/api/accounts/CASH/statement", **{"from": "2026-01-20", "to": "2026-01-28"}))
    assert late["opening"] == "37600.00"
    assert [(line["date"], line["side"], line["amount"], line["balance"]) for line in late["lines"]] == [
        ("2026-01-20", "debit", "5000.00", "42600.00"),
        ("2026-01-22", "credit", "5000.00", "37600.00"),
        ("2026-01-25", "credit", "3200.00", "34400.00"),
        ("2026-01-28", "debit", "1200.00", "35600.00"),
    ]
    assert late["closing"] == "35600.00"


def test_the_books_of_the_whole_month_verify(cafe: Api) -> None:
    enter_january(cafe)
    assert verify(Ledger.objects.get(api_keys__prefix=(cafe.key or "")[:11]).id) == []
