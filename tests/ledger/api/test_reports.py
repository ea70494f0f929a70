from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem

REPORTS = ("trial-balance", "balance-sheet", "income-statement")
Make = Callable[..., Account]


def report(api: Api, name: str, **parameters: str | int) -> dict[str, Any]:
    needed = {"from": "2000-01-01"} if name == "income-statement" else {}
    return content_of(api.get(f"/api/reports/{name}", **(needed | parameters)))  # type: ignore[no-any-return]


@pytest.mark.usefixtures("books")
def test_a_trial_balance_shows_turnover_and_balance_of_each_account(api: Api) -> None:
    api.transfer("10.50", value_date="2026-01-10")
    api.transfer(legs=[leg("CASH", "credit", "0.25"), leg("REV", "debit", "0.25")], value_date="2026-01-11")
    assert report(api, "trial-balance", date="2026-01-11") == {
        "date": "2026-01-11",
        "rows": [
            {
                "account": "CASH",
                "name": "CASH",
                "type": "asset",
                "ccy": "EUR",
                "debits": "10.50",
                "credits": "0.25",
                "balance": "10.25",
                "debit_balance": "10.25",
                "credit_balance": "0.00",
            },
            {
                "account": "REV",
                "name": "REV",
                "type": "revenue",
                "ccy": "EUR",
                "debits": "0.25",
                "credits": "10.50",
                "balance": "10.25",
                "debit_balance": "0.00",
                "credit_balance": "10.25",
            },
        ],
        "totals": [
            {
                "ccy": "EUR",
                "debits": "10.75",
                "credits": "10.75",
                "difference": "0.00",
                "debit_balances": "10.25",
                "credit_balances": "10.25",
            }
        ],
        "next": None,
        "previous": None,
    }


@pytest.mark.usefixtures("books")
def test_a_trial_balance_is_that_of_its_day(api: Api) -> None:
    for amount, value_date in (("1", "2026-01-10"), ("2", "2026-01-12"), ("4", "2026-01-11")):
        content_of(api.transfer(amount, value_date=value_date), 201)
    for date, turnover in (("2026-01-10", "1.00"), ("2026-01-11", "5.00"), ("2026-01-12", "7.00")):
        assert report(api, "trial-balance", date=date)["totals"][0]["debits"] == turnover
    assert report(api, "trial-balance", date="2026-01-09") == {
        "date": "2026-01-09",
        "rows": [],
        "totals": [],
        "next": None,
        "previous": None,
    }


def test_currencies_are_never_added_up(api: Api, make_account: Make) -> None:
    for ccy in ("EUR", "JPY", "KWD"):
        make_account(f"{ccy}-CASH", ccy)
        make_account(f"{ccy}-REV", ccy, type="revenue")
        legs = [leg(f"{ccy}-CASH", "debit", "7", ccy), leg(f"{ccy}-REV", "credit", "7", ccy)]
        content_of(api.transfer(legs=legs, value_date="2026-01-10"), 201)
    trial = report(api, "trial-balance", date="2026-01-10")
    assert [(row["ccy"], row["debits"]) for row in trial["totals"]] == [("EUR", "7.00"), ("JPY", "7"), ("KWD", "7.000")]
    sheet = report(api, "balance-sheet", date="2026-01-10")
    assert [(row["ccy"], row["assets"], row["result"], row["difference"]) for row in sheet["totals"]] == [
        ("EUR", "7.00", "7.00", "0.00"),
        ("JPY", "7", "7", "0"),
        ("KWD", "7.000", "7.000", "0.000"),
    ]


@pytest.mark.usefixtures("books")
def test_today_is_the_ledgers_own_when_no_day_is_given(api: Api, ledger: Ledger) -> None:
    Ledger.objects.using("owner").filter(id=ledger.id).update(timezone="Etc/GMT+12")
    posted = content_of(api.transfer("1"), 201)
    for name in ("trial-balance", "balance-sheet"):
        found = report(api, name)
        assert found["date"] == posted["value_date"]
        assert found["rows"]
    income = report(api, "income-statement", **{"from": posted["value_date"]})
    assert (income["from"], income["to"]) == (posted["value_date"],) * 2
    assert datetime.fromisoformat(posted["value_date"]).date() <= datetime.now(UTC).date()


@pytest.mark.usefixtures("books")
def test_an_income_statement_holds_the_period_alone(api: Api) -> None:
    for amount, value_date in (("1", "2026-01-10"), ("2", "2026-01-11"), ("4", "2026-01-12")):
        content_of(api.transfer(amount, value_date=value_date), 201)
    found = report(api, "income-statement", **{"from": "2026-01-11", "to": "2026-01-11"})
    assert [(row["account"], row["balance"]) for row in found["rows"]] == [("REV", "2.00")]
    assert found["totals"] == [{"ccy": "EUR", "revenue": "2.00", "expenses": "0.00", "result": "2.00"}]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_leads_from_page_to_page_with_the_totals_of_all(api: Api, make_account: Make, name: str) -> None:
    for number in range(5):
        make_account(f"A{number}", type="expense" if name == "income-statement" else "asset")
        make_account(f"B{number}", type="revenue")
        legs = [leg(f"A{number}", "debit", "1"), leg(f"B{number}", "credit", "1")]
        content_of(api.transfer(legs=legs, value_date="2026-01-10"), 201)
    whole = report(api, name)
    page = report(api, name, limit=2)
    rows = list(page["rows"])
    assert len(rows) == 2
    while page["next"]:
        parts = urlsplit(page["next"])
        page = content_of(api.get(f"{parts.path}?{parts.query}"))
        rows += page["rows"]
        assert page["totals"] == whole["totals"]
    assert rows == whole["rows"]
    parts = urlsplit(page["previous"])
    assert (
        content_of(api.get(f"{parts.path}?{parts.query}"))["rows"]
        == whole["rows"][: len(rows) - len(page["rows"])][-2:]
    )


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_about_the_callers_ledger_and_takes_the_scope_read(api: Api, ledger: Ledger, name: str) -> None:
    other = Ledger.objects.create(code=f"{ledger.code}-2", base_ccy_id="EUR")
    for code, type_ in (("CASH", "asset"), ("REV", "revenue")):
        Account.objects.create(ledger=other, code=code, name=code, ccy_id="EUR", type=type_)
    content_of(Api.on(other).transfer("1", value_date="2026-01-10"), 201)
    assert report(Api.on(other), name)["rows"]
    assert (report(api, name)["rows"], report(api, name)["totals"]) == ([], [])
    problem(Api.on(ledger, "post").get(f"/api/reports/{name}"), 403, "scope_missing")
    problem(Api(None).get(f"/api/reports/{name}/"), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("trial-balance?date=yesterday", "date"),
        ("balance-sheet?date=2026-02-30", "date"),
        ("balance-sheet?from=2026-02-01", "from"),
        ("income-statement", "from"),
        ("income-statement?to=2026-02-01", "from"),
        ("income-statement?from=2026-02-01&to=2026-01-31", "to"),
        ("trial-balance?limit=0", "limit"),
        ("trial-balance?cursor=x", "cursor"),
    ],
)
def test_a_parameter_out_of_bounds_is_named(api: Api, path: str, field: str) -> None:
    problem(api.get(f"/api/reports/{path}"), 400, "validation_error", field)


@pytest.mark.usefixtures("books")
def test_a_turnover_beyond_any_single_amount_stays_exact(api: Api) -> None:
    amount = "9" * 20 + ".01"
    for _ in range(2):
        content_of(api.transfer(amount, value_date="2026-01-10"), 201)
    assert report(api, "trial-balance")["totals"][0]["credit_balances"] == "1" + "9" * 19 + "8.02"
