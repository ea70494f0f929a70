"""Batches over HTTP."""

from typing import Any

import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint

pytestmark = pytest.mark.usefixtures("books")


def batch(*transfers: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"transfers": list(transfers), **rest}


def unbalanced() -> dict[str, Any]:
    return transfer_body("1") | {"legs": [leg("CASH", "debit", "1.00"), leg("REV", "credit", "0.99")]}


def test_each_item_of_an_independent_batch_has_its_own_result_in_order(api: Api) -> None:
    twice = transfer_body("2.00")
    body = batch(transfer_body("1.00"), unbalanced(), twice, twice, twice | {"description": "other"})
    results = content_of(api.post("/api/transfers/batch", body), 200)["results"]
    assert [result["status"] for result in results] == ["applied", "refused", "applied", "duplicate", "refused"]
    assert results[1]["error"]["code"] == "journal_not_balanced"
    assert results[1]["error"]["status"] == 422
    assert results[4]["error"]["code"] == "idempotency_conflict"
    assert results[3] == results[2] | {"status": "duplicate"}
    assert results[0]["legs"][0]["balance_after"] == "1.00"


def test_an_atomic_batch_is_all_or_none_and_names_the_first_refusal(api: Api, ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    body = batch(transfer_body("1.00"), unbalanced(), atomic=True)
    told = problem(api.post("/api/transfers/batch/", body), 422, "journal_not_balanced")
    assert told["index"] == 1
    assert Footprint.of(ledger) == before


def test_an_atomic_batch_applies_whole_and_replays_whole(api: Api) -> None:
    body = batch(transfer_body("1.00"), transfer_body("2.00"), atomic=True)
    first = content_of(api.post("/api/transfers/batch", body), 200)["results"]
    again = content_of(api.post("/api/transfers/batch", body), 200)["results"]
    assert [result["status"] for result in first] == ["applied", "applied"]
    assert again == [result | {"status": "duplicate"} for result in first]


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_has_one_to_a_thousand_transfers(api: Api, count: int) -> None:
    problem(api.post("/api/transfers/batch", batch(*[transfer_body()] * count)), 400, "validation_error", "transfers")


def test_a_batch_has_ten_thousand_legs_at_most(api: Api, ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    pair = [leg("CASH", "debit", "1"), leg("REV", "credit", "1")]
    bodies = [transfer_body() | {"legs": pair * 500} for _ in range(11)]
    problem(api.post("/api/transfers/batch", batch(*bodies)), 400, "validation_error", "transfers")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idempotency_key": None}, "transfers[1].idempotency_key"),
        ({"idempotency_key": "ä"}, "transfers[1].idempotency_key"),
        ({"value_date": "1066-10-14"}, "transfers[1].value_date"),
        ({"value_date": "soon"}, "transfers[1].value_date"),
    ],
)
def test_a_malformed_item_is_named_and_nothing_is_written(
    api: Api, ledger: Ledger, change: dict[str, Any], field: str
) -> None:
    before = Footprint.of(ledger)
    body = batch(transfer_body(), transfer_body() | change)
    problem(api.post("/api/transfers/batch", body), 400, "validation_error", field)
    assert Footprint.of(ledger) == before


def test_a_thousand_transfers_post_in_one_request(api: Api, cash: Account) -> None:
    body = batch(*[transfer_body("0.01") for _ in range(1_000)])
    results = content_of(api.post("/api/transfers/batch", body), 200)["results"]
    assert [result["number"] for result in results] == list(range(1, 1_001))
    assert results[-1]["legs"][0]["balance_after"] == "10.00"
