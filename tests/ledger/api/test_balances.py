from datetime import UTC, datetime

import pytest

from tests.ledger.api.calls import Api, content_of, leg, problem

pytestmark = pytest.mark.usefixtures("books")

NOWHERE_NEAR = "2020-01-01"


def test_a_live_balance_is_on_the_accounts_normal_side(api: Api) -> None:
    api.transfer("10.50")
    api.transfer(legs=[leg("CASH", "credit", "0.25"), leg("REV", "debit", "0.25")])
    cash = content_of(api.get("/api/accounts/CASH/balance"))
    assert datetime.fromisoformat(cash.pop("as_of")).tzinfo == UTC
    assert cash == {
        "account": "CASH",
        "ccy": "EUR",
        "balance": "10.25",
        "snapshot_source": "live",
        "debits": "10.50",
        "credits": "0.25",
    }
    revenue = content_of(api.get("/api/accounts/REV/balance/"))
    assert (revenue["balance"], revenue["debits"], revenue["credits"]) == ("10.25", "0.25", "10.50")


def test_a_balance_as_of_a_date_counts_value_dates(api: Api) -> None:
    for amount, value_date in (("1", "2026-01-10"), ("2", "2026-01-12"), ("4", "2026-01-11")):
        content_of(api.transfer(amount, value_date=value_date), 201)
    for as_of, expected in (
        ("2026-01-09", "0.00"),
        ("2026-01-10", "1.00"),
        ("2026-01-11", "5.00"),
        ("2026-01-12", "7.00"),
    ):
        balance = content_of(api.get("/api/accounts/REV/balance", as_of=as_of))
        assert (balance["balance"], balance["as_of"], balance["snapshot_source"]) == (expected, as_of, "legs")


def test_a_balance_as_of_an_instant_counts_what_was_posted_by_then(api: Api) -> None:
    instants = [content_of(api.transfer("1", value_date="2026-01-10"), 201)["created_at"] for _ in range(3)]
    for count, instant in enumerate(instants, 1):
        balance = content_of(api.get("/api/accounts/CASH/balance", as_of=instant))
        assert (balance["balance"], balance["as_of"]) == (f"{count}.00", instant)
    assert content_of(api.get("/api/accounts/CASH/balance", as_of="2026-01-10T23:59:59Z"))["balance"] == "0.00"


@pytest.mark.parametrize("as_of", ["2026-01-31T12:00:00+02:00", "2026-01-31T12:00:00 02:00", "2026-01-31t10:00:00z"])
def test_an_instant_may_be_written_in_any_offset(api: Api, as_of: str) -> None:
    assert content_of(api.get("/api/accounts/CASH/balance", as_of=as_of))["as_of"] == "2026-01-31T10:00:00Z"


@pytest.mark.parametrize(
    "as_of",
    [
        "",
        "yesterday",
        "2026-02-30",
        "20260201",
        "2026-W03-4",
        "2026-01-31T12:00:00",
        "2026-01-31T25:00:00Z",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_what_is_neither_date_nor_instant_is_refused(api: Api, as_of: str) -> None:
    problem(api.get("/api/accounts/CASH/balance", as_of=as_of), 400, "validation_error", "as_of")


def test_a_misspelt_parameter_is_refused_and_not_ignored(api: Api) -> None:
    problem(api.get("/api/accounts/CASH/balance", as_off=NOWHERE_NEAR), 400, "validation_error", "as_off")
    problem(api.get("/api/accounts/CASH", as_of=NOWHERE_NEAR), 400, "validation_error", "as_of")


def test_a_parameter_given_twice_is_refused(api: Api) -> None:
    problem(api.get("/api/accounts/CASH/balance?as_of=2026-01-01&as_of=2026-01-02"), 400, "validation_error", "as_of")
