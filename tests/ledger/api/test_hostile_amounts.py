"""Amounts, currencies and legs that no transfer has: each is refused by its code, at its field, and nothing is written."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint

pytestmark = pytest.mark.usefixtures("books")

WRONG_TYPES = [1, 10.5, True, [], {}, ["1"], {"value": "1"}, 10**400, -0.0]
NO_AMOUNTS = {
    "zero": "0",
    "zero with decimals": "0.00",
    "negative": "-1.00",
    "signed": "+1.00",
    "three decimals": "1.001",
    "19 decimals": "1." + "0" * 18 + "1",
    "19 decimals, all zero": "1." + "0" * 19,
    "21 digits": "1" * 21,
    "a million digits": "9" * 900_000,
    "NaN": "NaN",
    "an infinity": "Infinity",
    "an exponent": "1e2",
    "hexadecimal": "0x10",
    "a thousands separator": "1,000.00",
    "an underscore": "1_000",
    "a comma": "1,5",
    "blank": "",
    "a space before": " 1",
    "a line behind": "1\n",
    "no digit before the point": ".5",
    "no digit behind the point": "5.",
    "two points": "1.0.0",
    "other digits": "١٢",
    "full width": "１２",
    "a fraction": "½",
    "SQL": "1'; DROP TABLE ledger_leg; --",
}
NO_CURRENCIES = ["", "EU", "EURO", "eur", "XXX", "ZZZ", "€", "E" * 10_000, "EUR\n", "EUR; --"]
NO_ACCOUNTS = ["", " ", "CASH ", "cash", "..", "a/b", "%", "x" * 100_000, "CASH\n", "' OR 1=1 --"]


def pair(**change: Any) -> list[dict[str, Any]]:
    return [leg("CASH", "debit", "1.00") | change, leg("REV", "credit", "1.00") | change]


def refused_everywhere(api: Api, ledger: Ledger, legs: Any, status: int, code: str, field: str) -> None:
    """Alone, in an atomic batch behind a good transfer, and as an item of an independent one that it does not spoil."""
    before = Footprint.of(ledger)
    problem(api.transfer(legs=legs), status, code, field)
    body = {"transfers": [transfer_body(), transfer_body(legs=legs)], "atomic": True}
    told = problem(api.post("/api/transfers/batch", body), status, code)
    assert told["field"] in (field, f"transfers[1].{field}")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("amount", WRONG_TYPES, ids=lambda amount: f"{amount}"[:20])
def test_an_amount_that_is_no_text_is_refused(api: Api, ledger: Ledger, amount: Any) -> None:
    refused_everywhere(api, ledger, pair(amount=amount), 400, "validation_error", "legs[0].amount")


@pytest.mark.parametrize("amount", NO_AMOUNTS.values(), ids=NO_AMOUNTS.keys())
def test_a_text_that_is_no_amount_is_refused(api: Api, ledger: Ledger, amount: str) -> None:
    legs = [leg("CASH", "debit", amount), leg("REV", "credit", "1.00")]
    refused_everywhere(api, ledger, legs, 422, "invalid_amount", "legs[0].amount")


@pytest.mark.parametrize("ccy", NO_CURRENCIES, ids=lambda ccy: repr(ccy)[:20])
def test_a_currency_that_is_none_is_refused(api: Api, ledger: Ledger, ccy: str) -> None:
    refused_everywhere(api, ledger, pair(ccy=ccy), 422, "currency_unknown", "legs[0].ccy")


@pytest.mark.parametrize("code", NO_ACCOUNTS, ids=lambda code: repr(code)[:20])
def test_an_account_that_is_none_is_refused(api: Api, ledger: Ledger, code: str) -> None:
    legs = [leg(code, "debit", "1.00"), leg("REV", "credit", "1.00")]
    refused_everywhere(api, ledger, legs, 422, "account_not_found", "legs[0].account")


@pytest.mark.parametrize("count", [0, 1, 1_001, 9_998])
def test_too_few_or_too_many_legs_are_refused(api: Api, ledger: Ledger, count: int) -> None:
    code = "too_few_legs" if count < 2 else "too_many_legs"
    refused_everywhere(api, ledger, (pair() * 5_000)[:count], 422, code, "legs")


def test_a_thousand_legs_and_twenty_digits_are_fine(api: Api, ledger: Ledger, cash: Account) -> None:
    assert api.transfer(legs=pair() * 500).status_code == 201
    assert api.transfer("9" * 20 + ".99").status_code == 201
    cash.balance_row.refresh_from_db()
    assert cash.balance_row.debits == Decimal("100000000000000000499.99")
