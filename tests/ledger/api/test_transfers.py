import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger import posting
from ledger.domain.refusals import Busy, OutcomeUnknown
from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint, connect

pytestmark = pytest.mark.usefixtures("books")


def test_an_applied_transfer_says_everything_about_itself(api: Api) -> None:
    answer = content_of(api.transfer("12.3"), 201)
    today = datetime.now(UTC).date().isoformat()
    assert answer["status"] == "applied"
    assert (answer["number"], answer["value_date"]) == (1, today)
    assert answer["journals"] == [{"id": answer["journal_id"], "number": 1}]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", answer["created_at"])
    assert answer["legs"] == [
        {"account": "CASH", "side": "debit", "amount": "12.30", "ccy": "EUR", "balance_after": "12.30"},
        {"account": "REV", "side": "credit", "amount": "12.30", "ccy": "EUR", "balance_after": "12.30"},
    ]


def test_a_replay_answers_200_with_the_same_body_marked_as_duplicate(api: Api, ledger: Ledger) -> None:
    body = transfer_body("10.0", metadata={"order": 7}, description="sale", reference="R-1")
    first = content_of(api.post("/api/transfers/", body), 201)
    before = Footprint.of(ledger)
    again = content_of(api.post("/api/transfers", body), 200)
    assert again == first | {"status": "duplicate"}
    assert Footprint.of(ledger) == before


def test_ten_and_ten_point_zero_zero_are_the_same_request(api: Api) -> None:
    first = transfer_body("10")
    content_of(api.post("/api/transfers/", first), 201)
    legs = [leg("CASH", "debit", "10.00"), leg("REV", "credit", "10.0")]
    assert content_of(api.post("/api/transfers/", first | {"legs": legs}), 200)["status"] == "duplicate"


@pytest.mark.parametrize(
    "change",
    [
        {"legs": [leg("CASH", "debit", "9"), leg("REV", "credit", "9")]},
        {"legs": [leg("REV", "credit", "10"), leg("CASH", "debit", "10")]},
        {"metadata": {"a": 1}},
        {"description": "x"},
        {"reference": "x"},
        {"value_date": "2026-01-05"},
        {"on_closed": "next_open_day"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_another_payload_is_refused(api: Api, ledger: Ledger, change: dict[str, Any]) -> None:
    body = transfer_body("10")
    content_of(api.post("/api/transfers/", body), 201)
    before = Footprint.of(ledger)
    problem(api.post("/api/transfers/", body | change), 422, "idempotency_conflict", "idempotency_key")
    assert Footprint.of(ledger) == before


def test_the_key_may_come_as_a_header(api: Api) -> None:
    body = transfer_body()
    key = body.pop("idempotency_key")
    first = content_of(api.post("/api/transfers/", body, Idempotency_Key=key), 201)
    again = content_of(api.post("/api/transfers/", body | {"idempotency_key": key}), 200)
    assert again["journal_id"] == first["journal_id"]
    both = api.post("/api/transfers/", body | {"idempotency_key": key}, Idempotency_Key=key)
    assert content_of(both)["status"] == "duplicate"


def test_two_different_keys_in_body_and_header_are_refused(api: Api, ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    response = api.post("/api/transfers/", transfer_body(), Idempotency_Key="another")
    problem(response, 400, "validation_error", "idempotency_key")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("key", [None, "", "ä", "tab\there", "x" * 256, "line\n"])
def test_a_key_that_is_none_is_refused(api: Api, ledger: Ledger, key: str | None) -> None:
    problem(api.transfer(idempotency_key=key), 400, "validation_error", "idempotency_key")
    assert Footprint.of(ledger).journals == 0


@pytest.mark.parametrize("key", [" ", "~", "x" * 255, "a b/c?d%e"])
def test_any_printable_ascii_is_a_key(api: Api, key: str) -> None:
    assert content_of(api.transfer(idempotency_key=key), 201)["status"] == "applied"
    assert content_of(api.get("/api/journals/", idempotency_key=key))["results"][0]["idempotency_key"] == key


EUR_10 = [leg("CASH", "debit", "10"), leg("REV", "credit", "10")]
NEVER_POSTS: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("journal_not_balanced", "legs", [leg("CASH", "debit", "10"), leg("REV", "credit", "9.99")]),
    ("too_few_legs", "legs", EUR_10[:1]),
    ("too_few_legs", "legs", []),
    ("too_many_legs", "legs", EUR_10 * 501),
    (
        "too_many_currencies",
        "legs",
        [leg("CASH", "debit", "1"), *(leg("REV", "credit", "1", ccy) for ccy in ("USD", "JPY"))],
    ),
    ("currency_mismatch", "legs[0].ccy", [leg("CASH", "debit", "1", "USD"), leg("REV", "credit", "1", "USD")]),
    ("currency_unknown", "legs[1].ccy", [leg("CASH", "debit", "1"), leg("REV", "credit", "1", "ZZZ")]),
    ("invalid_amount", "legs[0].amount", [leg("CASH", "debit", "0.001"), leg("REV", "credit", "0.001")]),
    ("invalid_amount", "legs[1].amount", [leg("CASH", "debit", "1"), leg("REV", "credit", "-1")]),
    ("invalid_amount", "legs[0].amount", [leg("CASH", "debit", None), leg("REV", "credit", "1")]),
    ("account_not_found", "legs[1].account", [leg("CASH", "debit", "1"), leg("NOBODY", "credit", "1")]),
    ("account_not_found", "legs[0].account", [leg("€ \n", "debit", "1"), leg("REV", "credit", "1")]),
]


@pytest.mark.parametrize(("code", "field", "legs"), NEVER_POSTS)
def test_a_payload_that_can_never_post_is_a_422(
    api: Api, ledger: Ledger, code: str, field: str, legs: list[dict[str, Any]]
) -> None:
    before = Footprint.of(ledger)
    body = transfer_body(legs=legs)
    problem(api.post("/api/transfers/", body), 422, code, field)
    assert Footprint.of(ledger) == before
    assert content_of(api.post("/api/transfers/", body | {"legs": EUR_10}), 201)["status"] == "applied"


def test_a_value_date_in_the_future_is_a_422(api: Api) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    problem(api.transfer(value_date=tomorrow), 422, "value_date_in_future", "value_date")


def test_more_than_the_ledgers_limit_is_a_422(api: Api, ledger: Ledger) -> None:
    Ledger.objects.filter(id=ledger.id).update(transfer_limit="500")
    problem(api.transfer("500.01"), 422, "transfer_limit_exceeded", "legs")
    assert content_of(api.transfer("500.00"), 201)


def test_the_books_refuse_what_would_go_below_zero(api: Api, make_account: Any) -> None:
    make_account("VAULT", non_negative=True)
    legs = [leg("CASH", "debit", "1"), leg("VAULT", "credit", "1")]
    problem(api.transfer(legs=legs), 409, "insufficient_funds", "legs[1].amount")


def test_the_books_refuse_a_frozen_account(api: Api, cash: Account) -> None:
    content_of(api.patch("/api/accounts/CASH", {"status": "frozen"}))
    problem(api.transfer(), 409, "account_not_active", "legs[0].account")


def test_a_closed_day_is_refused_or_the_next_open_day_taken(api: Api, ledger: Ledger) -> None:
    with connect("owner") as owner:
        owner.execute("UPDATE ledger_bookstate SET closed_through = '2026-01-31' WHERE ledger_id = %s", [ledger.id])
        owner.commit()
    told = problem(api.transfer(value_date="2026-01-31"), 409, "day_closed", "value_date")
    assert told["closed_through"] == "2026-01-31"
    moved = content_of(api.transfer(value_date="2026-01-31", on_closed="next_open_day"), 201)
    assert moved["value_date"] == "2026-02-01"


@pytest.mark.parametrize("refusal", [Busy, OutcomeUnknown])
def test_a_503_says_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch, refusal: type[Busy]) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refusal("Later.")

    monkeypatch.setattr(posting._queue, "submit", refuse)
    response = api.transfer()
    problem(response, 503, refusal.code)
    assert response["Retry-After"] == "1"


def test_amounts_have_exactly_the_currencys_decimals(api: Api, make_account: Any) -> None:
    for ccy, amount, shown in (("JPY", "100", "100"), ("KWD", "1.5", "1.500"), ("EUR", "007.1", "7.10")):
        make_account(f"A-{ccy}", ccy)
        make_account(f"B-{ccy}", ccy, type="revenue")
        legs = [leg(f"A-{ccy}", "debit", amount, ccy), leg(f"B-{ccy}", "credit", amount, ccy)]
        posted = content_of(api.transfer(legs=legs), 201)
        assert [line["amount"] for line in posted["legs"]] == [shown, shown]
        assert content_of(api.get(f"/api/accounts/A-{ccy}/balance"))["balance"] == shown
