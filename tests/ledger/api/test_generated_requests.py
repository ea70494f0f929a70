"""Requests that nobody thought of: schemathesis makes them of the schema, of what fits it and of what does not.

SEED=... repeats a run: every test prints its own.
"""

import json
import os
import random
import sys
import uuid
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.http import HttpResponse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from doublex.wsgi import application
from ledger.api_keys import create_api_key
from ledger.domain.scopes import Scope
from tests.ledger.api.documented import assert_documented, operations
from tests.ledger.api.example_books import Books

SHORT, LONG = 12, 500
# Making a failure smaller takes minutes where requests have thousands of legs.
PHASES = (Phase.generate,)
# Most requests that fit the schema are made to fit the books as well, or nearly all would end with a 404.
PLAIN = st.sampled_from([True, True, True, False])
# The proxy's word that the call came by TLS.
SECURE = {"X-Forwarded-Proto": "https"}
SOUND = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What the schema lets through and the books call malformed: rules about several fields, sizes in bytes, our own cursors.
BEYOND_A_SCHEMA = (
    "idempotency_key",
    "cursor",
    "metadata",
    "value_date",
    "name",
    "parent",
    "limit",
    "reference",
    "from",
    "to",
    "fx",
)

every_operation = pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in operations()])
every_mode = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@pytest.fixture(scope="module")
def loaded() -> Any:
    return schemathesis.openapi.from_wsgi("/api/schema/", application, headers=SECURE)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def chosen_seed() -> int:
    number = int(os.environ.get("SEED") or random.randrange(2**32))
    say(f"SEED={number}")
    return number


@every_operation
@every_mode
def test_no_request_finds_a_bug_or_an_answer_that_is_not_documented(
    loaded: Any, method: str, path: str, mode: GenerationMode
) -> None:
    try_many(loaded[path][method], method, mode, SHORT)


@pytest.mark.prove
@every_operation
@every_mode
def test_many_requests_find_no_bug_and_no_answer_that_is_not_documented(
    loaded: Any, method: str, path: str, mode: GenerationMode
) -> None:
    try_many(loaded[path][method], method, mode, LONG)


def try_many(operation: Any, method: str, mode: GenerationMode, examples: int) -> None:
    books = Books.opened()
    headers = SECURE | {"Authorization": f"Bearer {create_api_key(books.ledger.code, list(Scope))}"}
    statuses: Counter[int] = Counter()

    @seed(chosen_seed())
    @settings(
        max_examples=examples,
        phases=PHASES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), plain=PLAIN, cents=st.integers(1, 10**8))
    def check(case: Any, plain: bool, cents: int) -> None:
        if mode is GenerationMode.POSITIVE and plain:
            put_into(books, case, cents)
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        # A list of one number in a URL looks like a number, and a batch answers 200 with what it refused among its results.
        unfit = mode is GenerationMode.NEGATIVE and method != "GET" and not operation.path.endswith("/batch")
        case.validate_response(response, checks=[*SOUND, *([negative_data_rejection] if unfit else [])])
        assert_documented(method, case.formatted_path, as_of_django(response))
        if mode is GenerationMode.POSITIVE:
            assert_not_called_malformed(response)

    check()
    say(f"{method} {operation.path} {mode.value}: {dict(statuses)}")
    if mode is GenerationMode.POSITIVE:
        assert any(status < 300 for status in statuses), statuses


def put_into(books: Books, case: Any, cents: int) -> None:
    """Make the case one of things that are there, so that not everything ends with a 404."""
    for name in case.path_parameters:
        case.path_parameters[name] = books.named[name]
    for name in set(case.query) & {"account", "code", "to", "cursor"}:
        del case.query[name]
    if "from" in case.query:
        case.query["from"] = "2000-01-01"
    if isinstance(case.body, dict):
        case.headers.pop("Idempotency-Key", None)
        for order in [case.body, *case.body.get("transfers", [])]:
            make_plain(order, f"{cents // 100}.{cents % 100:02}")
            if "legs" in order or case.path.endswith("reverse"):
                order["idempotency_key"] = uuid.uuid4().hex


def make_plain(order: dict[str, Any], amount: str) -> None:
    """What is left of it is fine, unless its texts are not."""
    for name in ("parent", "value_date", "fx"):
        order.pop(name, None)
    if "ccy" in order:
        order["ccy"] = "EUR"
    if "legs" in order:
        sides = (("DEMO-CASH", "debit"), ("DEMO-REV", "credit"))
        order["legs"] = [{"account": code, "side": side, "amount": amount, "ccy": "EUR"} for code, side in sides]


def as_of_django(response: Any) -> HttpResponse:
    headers = {name: values[0] for name, values in response.headers.items()}
    return HttpResponse(response.content, status=response.status_code, headers=headers)


def assert_not_called_malformed(response: Any) -> None:
    """What fits the schema is not malformed, but for the rules that a schema cannot say."""
    if response.status_code == 400:
        told = json.loads(response.content)
        beyond = (told["field"] or "").rpartition(".")[2].startswith(BEYOND_A_SCHEMA)
        assert "NUL" in told["detail"] or (beyond and told["code"] == "validation_error"), told
