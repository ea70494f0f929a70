import json
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from ledger.api.json_bodies import BODY_BYTES_MAX
from ledger.models import Ledger
from tests.ledger.api.calls import Api, content_of, leg, problem, transfer_body
from tests.ledger.raw_books import Footprint

pytestmark = pytest.mark.usefixtures("books")

NO_JSON = {
    "blank": " ",
    "cut short": '{"legs": [',
    "trailing text": "{} {}",
    "not UTF-8": b'{"a": "\xff"}',
    "a byte order mark": "\ufeff{}".encode(),
    "a key twice": '{"description": "a", "description": "b"}',
    "a key twice, deep inside": '{"metadata": {"a": {"b": 1, "b": 1}}}',
    "NaN": '{"metadata": {"a": NaN}}',
    "an infinity": '{"metadata": {"a": -Infinity}}',
    "a number that becomes an infinity": '{"metadata": {"a": 1e999}}',
    "a whole number of 5,000 digits": '{"metadata": {"a": %s}}' % ("1" * 5000),
    "a NUL as an escape": r'{"description": "a\u0000b"}',
    "a NUL in a key": r'{"metadata": {"\u0000": 1}}',
    "a NUL in a list": r'{"metadata": {"a": ["\u0000"]}}',
    "half of a surrogate pair": r'{"description": "\ud83d"}',
    "a raw control character": '{"description": "a\x00b"}',
    "nested beyond reason": '{"metadata": {"a": %s}}' % ("[" * 100_000 + "]" * 100_000),
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_is_not_strict_json_is_a_parse_error(api: Api, ledger: Ledger, body: str | bytes) -> None:
    before = Footprint.of(ledger)
    problem(api.post("/api/transfers/", body), 400, "parse_error", None)
    assert Footprint.of(ledger) == before


def test_a_byte_order_mark_is_called_by_its_name(api: Api) -> None:
    assert "byte order mark" in problem(api.post("/api/transfers/", "\ufeff{}".encode()), 400, "parse_error")["detail"]


def test_a_whole_surrogate_pair_is_a_character(api: Api) -> None:
    body = r'{"idempotency_key": "k", "description": "\ud83d\ude00", "legs": [' + ",".join(
        f'{{"account": "{code}", "side": "{side}", "amount": "1", "ccy": "EUR"}}'
        for code, side in (("CASH", "debit"), ("REV", "credit"))
    )
    posted = content_of(api.post("/api/transfers/", body + "]}"), 201)
    assert content_of(api.get(f"/api/journals/{posted['journal_id']}"))["description"] == "😀"


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "said"),
    [
        ("POST", "/api/transfers/", {"idempotency_key": "k"}, "legs", "The field 'legs' is missing."),
        ("POST", "/api/transfers/", transfer_body(memo="x"), "memo", "There is no field 'memo' here."),
        ("PATCH", "/api/accounts/CASH", {"ccy": "USD"}, "ccy", "There is no field 'ccy' here."),
    ],
)
def test_a_field_that_is_missing_or_too_many_is_said_in_words(
    api: Api, ledger: Ledger, method: str, path: str, body: Any, field: str, said: str
) -> None:
    before = Footprint.of(ledger)
    assert problem(api.send(method, path, body), 400, "validation_error", field)["detail"] == said
    assert Footprint.of(ledger) == before


LEGS = [leg("CASH", "debit", "1"), leg("REV", "credit", "1")]
MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"legs": {}}, "legs"),
    ({"legs": [1, 2]}, "legs[0]"),
    ({"legs": [LEGS[0], {"account": "REV"}]}, "legs[1].side"),
    ({"legs": [LEGS[0] | {"side": "left"}, LEGS[1]]}, "legs[0].side"),
    ({"legs": [LEGS[0] | {"amount": 1}, LEGS[1]]}, "legs[0].amount"),
    ({"legs": [LEGS[0] | {"amount": 1.5}, LEGS[1]]}, "legs[0].amount"),
    ({"legs": [LEGS[0] | {"amount": True}, LEGS[1]]}, "legs[0].amount"),
    ({"legs": [LEGS[0] | {"account": 7}, LEGS[1]]}, "legs[0].account"),
    ({"legs": [LEGS[0] | {"colour": "red"}, LEGS[1]]}, "legs[0].colour"),
    ({"ledger": "other"}, "ledger"),
    ({"idempotency_key": 7}, "idempotency_key"),
    ({"value_date": "2026-02-30"}, "value_date"),
    ({"value_date": "20260201"}, "value_date"),
    ({"value_date": 20260201}, "value_date"),
    ({"value_date": "1899-12-31"}, "value_date"),
    ({"on_closed": "whatever"}, "on_closed"),
    ({"description": "x" * 1025}, "description"),
    ({"reference": "x" * 256}, "reference"),
    ({"metadata": []}, "metadata"),
    ({"metadata": {"a": "x" * 8192}}, "metadata"),
    ({"metadata": {"a": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}, "metadata"),
]


@pytest.mark.parametrize(("change", "field"), MALFORMED, ids=lambda value: str(value)[:60])
def test_a_body_of_the_wrong_shape_names_the_field(
    api: Api, ledger: Ledger, change: dict[str, Any], field: str
) -> None:
    before = Footprint.of(ledger)
    body = {"legs": LEGS, "idempotency_key": "k"} | change
    problem(api.post("/api/transfers/", body), 400, "validation_error", field)
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize(
    ("body", "field"), [("[]", None), ('"text"', None), ("null", None), ('{"idempotency_key": "k"}', "legs")]
)
def test_a_body_that_is_no_transfer_at_all_is_refused(api: Api, body: str, field: str | None) -> None:
    problem(api.post("/api/transfers/", body), 400, "validation_error", field)


@pytest.mark.parametrize("amount", [10, 10.5])
def test_a_number_as_amount_is_told_to_be_a_string(api: Api, amount: Any) -> None:
    legs = [leg("CASH", "debit", amount), leg("REV", "credit", amount)]
    assert "string" in problem(api.transfer(legs=legs), 400, "validation_error", "legs[0].amount")["detail"]


def test_a_body_beyond_the_limit_is_too_large(api: Api, ledger: Ledger) -> None:
    problem(api.post("/api/transfers/", " " * (BODY_BYTES_MAX + 1)), 413, "too_large")
    fitting = transfer_body()
    padded = str(fitting).replace("'", '"') + " " * 1000
    assert content_of(api.post("/api/transfers/", padded.ljust(BODY_BYTES_MAX)), 201)


class Chunks(BytesIO):
    """A body as it comes over the network: in pieces, of a length that nobody declared."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 10))


def chunked(api: Api, body: str) -> HttpResponse:
    environment = {"wsgi.input": Chunks(body.encode()), "wsgi.input_terminated": True}
    headers = {"Authorization": f"Bearer {api.key}"}
    return Client().post(  # type: ignore[return-value]
        "/api/transfers/",
        content_type="application/json",
        secure=True,
        headers=headers,
        CONTENT_LENGTH=None,
        **environment,  # type: ignore[arg-type]
    )


def test_a_body_of_undeclared_length_is_read_to_its_end(api: Api) -> None:
    assert content_of(chunked(api, json.dumps(transfer_body())), 201)
    problem(chunked(api, " " * (BODY_BYTES_MAX + 1)), 413, "too_large")


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_is_not_declared_as_json_is_refused(api: Api, ledger: Ledger, declared: str) -> None:
    response = api.send("POST", "/api/transfers/", transfer_body(), Content_Type=declared)
    problem(response, 415, "unsupported_media_type")
    assert Footprint.of(ledger).journals == 0


@pytest.mark.parametrize("declared", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json"])
def test_json_is_json_however_it_is_spelt(api: Api, declared: str) -> None:
    content_of(api.send("POST", "/api/transfers/", transfer_body(), Content_Type=declared), 201)


def test_metadata_of_any_json_comes_back_as_it_was(api: Api) -> None:
    metadata = {"n": 1, "f": 0.5, "big": 2**70, "list": [None, True, {"deep": "ü😀"}], "": "empty key"}
    posted = content_of(api.transfer(metadata=metadata), 201)
    assert content_of(api.get(f"/api/journals/{posted['journal_id']}"))["metadata"] == metadata


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"value_date": "31.12.2025"}, "'31.12.2025' is no date: write the year, month and day as in 2026-01-31."),
        ({"value_date": "2025-13-01"}, "'2025-13-01' is no date: write the year, month and day as in 2026-01-31."),
        ({"on_closed": "maybe"}, "Invalid enum value 'maybe': it can be refuse, next_open_day."),
        ({"legs": [LEGS[0] | {"side": "dbit"}, LEGS[1]]}, "Invalid enum value 'dbit': it can be debit, credit."),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(api: Api, given: dict[str, Any], told: str) -> None:
    assert problem(api.transfer(**given), 400, "validation_error")["detail"] == told
    batch = api.post("/api/transfers/batch", {"transfers": [transfer_body(), transfer_body(**given)]})
    assert problem(batch, 400, "validation_error")["detail"] == told
