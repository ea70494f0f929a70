import uuid

import pytest

from ledger.models import Ledger
from tests.ledger.api.calls import Api, content_of, problem
from tests.ledger.raw_books import Footprint

pytestmark = pytest.mark.usefixtures("books")


def key() -> dict[str, str]:
    return {"idempotency_key": uuid.uuid4().hex}


def test_a_reversal_undoes_a_journal_and_both_say_so(api: Api) -> None:
    posted = content_of(api.transfer("5"), 201)
    path = f"/api/journals/{posted['journal_id']}"
    body = key() | {"description": "wrong till"}
    reversal = content_of(api.post(f"{path}/reverse", body), 201)
    assert {line["account"]: line["side"] for line in reversal["legs"]} == {"CASH": "credit", "REV": "debit"}
    assert content_of(api.get(path))["reversed_by"] == reversal["journal_id"]
    journal = content_of(api.get(f"/api/journals/{reversal['journal_id']}"))
    assert (journal["kind"], journal["reverses"], journal["description"]) == (
        "reversal",
        posted["journal_id"],
        "wrong till",
    )
    assert content_of(api.get("/api/accounts/CASH/balance"))["balance"] == "0.00"
    assert content_of(api.post(f"{path}/reverse/", body), 200) == reversal | {"status": "duplicate"}


def test_a_journal_is_reversed_once_and_a_reversal_never(api: Api, ledger: Ledger) -> None:
    posted = content_of(api.transfer("5"), 201)
    path = f"/api/journals/{posted['journal_id']}/reverse"
    reversal = content_of(api.post(path, {}, Idempotency_Key=uuid.uuid4().hex), 201)
    before = Footprint.of(ledger)
    problem(api.post(path, key()), 409, "already_reversed")
    problem(api.post(f"/api/journals/{reversal['journal_id']}/reverse", key()), 422, "posting_not_allowed")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("journal_id", ["nope", "01a20dfa-e364-720d-a982-63995d1236db"])
def test_what_is_not_there_is_not_reversed(api: Api, journal_id: str) -> None:
    problem(api.post(f"/api/journals/{journal_id}/reverse", key()), 404, "not_found")


def test_a_malformed_reversal_names_the_field(api: Api) -> None:
    posted = content_of(api.transfer("5"), 201)
    path = f"/api/journals/{posted['journal_id']}/reverse"
    problem(api.post(path, {}), 400, "validation_error", "idempotency_key")
    problem(api.post(path, key() | {"legs": []}), 400, "validation_error", "legs")
    problem(api.post(path, key() | {"value_date": "1066-10-14"}), 400, "validation_error", "value_date")
