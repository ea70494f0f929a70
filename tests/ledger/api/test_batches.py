from typing import Any

import pytest

from ledger.models import Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint

pytestmark = pytest.mark.usefixtures("books")

UNBALANCED = [leg("CASH", "debit", "1"), leg("REV", "credit", "2")]


def test_a_batch_answers_each_transfer_in_order(api: Api) -> None:
    first = transfer_body("1")
    posted = content_of(api.post("/api/transfers/", first), 201)
    batch = [transfer_body("2"), first, transfer_body(legs=UNBALANCED), transfer_body("3")]
    results = content_of(api.post("/api/transfers/batch", {"transfers": batch}))["results"]
    assert [result["status"] for result in results] == ["applied", "duplicate", "refused", "applied"]
    assert results[1] == posted | {"status": "duplicate"}
    refusal = results[2]["error"]
    assert (refusal["code"], refusal["status"], refusal["field"]) == ("journal_not_balanced", 422, "legs")
    assert content_of(api.get("/api/accounts/CASH/balance"))["balance"] == "6.00"


def test_an_atomic_batch_is_refused_as_its_first_refusal_and_posts_nothing(api: Api, ledger: Ledger) -> None:
    batch = [transfer_body("2"), transfer_body(legs=UNBALANCED), transfer_body("3")]
    before = Footprint.of(ledger)
    response = api.post("/api/transfers/batch/", {"transfers": batch, "atomic": True})
    assert problem(response, 422, "journal_not_balanced", "legs")["index"] == 1
    assert Footprint.of(ledger) == before


def test_duplicates_pass_in_an_atomic_batch(api: Api) -> None:
    batch = {"transfers": [transfer_body("1"), transfer_body("2")], "atomic": True}
    for expected in ("applied", "duplicate"):
        results = content_of(api.post("/api/transfers/batch", batch))["results"]
        assert [result["status"] for result in results] == [expected, expected]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"transfers": []}, "transfers"),
        ({"transfers": [transfer_body()] * 1001}, "transfers"),
        ({"transfers": [transfer_body(legs=[leg("CASH", "debit", "1")] * 1000) for _ in range(11)]}, "transfers"),
        ({"transfers": [transfer_body()], "atomic": "yes"}, "atomic"),
        ({"transfers": [transfer_body(), transfer_body(idempotency_key=None)]}, "transfers[1].idempotency_key"),
        ({"transfers": [transfer_body(legs=[leg("CASH", "debit", 1)])]}, "transfers[0].legs[0].amount"),
        ({"transfers": [transfer_body(value_date="1066-10-14")]}, "transfers[0].value_date"),
        ({"transfers": [transfer_body(metadata={"a": "x" * 9000})]}, "transfers[0].metadata"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_malformed_batch_posts_nothing(api: Api, ledger: Ledger, body: dict[str, Any], field: str) -> None:
    before = Footprint.of(ledger)
    problem(api.post("/api/transfers/batch", body), 400, "validation_error", field)
    assert Footprint.of(ledger) == before
