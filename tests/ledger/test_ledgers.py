import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from ledger import demo, ledgers
from ledger.demo import set_up_demo
from ledger.domain.refusals import InvalidRequest
from ledger.ledgers import open_ledger
from ledger.models import Account, BookState, Ledger


def fresh_code() -> str:
    return f"t-{uuid.uuid4().hex}"


def test_a_ledger_opens_with_its_book_state() -> None:
    ledger = open_ledger(fresh_code(), "JPY", "Asia/Tokyo", "1000")
    assert (ledger.base_ccy_id, ledger.timezone, ledger.transfer_limit) == ("JPY", "Asia/Tokyo", Decimal(1000))
    assert BookState.objects.get(ledger=ledger).last_number == 0


def test_the_same_code_twice_is_refused() -> None:
    code = fresh_code()
    open_ledger(code, "EUR")
    with pytest.raises(InvalidRequest) as refusal:
        open_ledger(code, "USD")
    assert refusal.value.field == "code"
    assert Ledger.objects.get(code=code).base_ccy_id == "EUR"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "Upper"}, "code"),
        ({"code": "-a"}, "code"),
        ({"code": "a\n"}, "code"),
        ({"code": "x" * 64}, "code"),
        ({"ccy": "EURO"}, "ccy"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"transfer_limit": "0"}, "transfer_limit"),
        ({"transfer_limit": "0.001"}, "transfer_limit"),
        ({"transfer_limit": "1e3"}, "transfer_limit"),
        ({"transfer_limit": "NaN"}, "transfer_limit"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    before = Ledger.objects.count()
    with pytest.raises(InvalidRequest) as refusal:
        open_ledger(**{"code": fresh_code(), "ccy": "EUR"} | change)
    assert refusal.value.field == field
    assert Ledger.objects.count() == before


def test_a_refusal_of_the_database_that_nobody_foresaw_propagates(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "constraint_of", lambda _: "something_new")
    with pytest.raises(IntegrityError):
        open_ledger(ledger.code, "EUR")


def test_the_demo_is_set_up_once_and_keeps_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "DEMO_LEDGER", fresh_code())
    first = set_up_demo()
    Account.objects.filter(ledger=first, code="DEMO-CASH").update(name="My cash")
    assert set_up_demo() == first
    assert first.transfer_limit == Decimal(500)
    accounts = Account.objects.filter(ledger=first).values_list("code", "name", "ccy_id", "type")
    assert list(accounts) == [("DEMO-CASH", "My cash", "EUR", "asset"), ("DEMO-REV", "Revenue", "EUR", "revenue")]
