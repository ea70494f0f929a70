"""What goes into an array literal comes out of PostgreSQL as it was."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger.queries.arrays import array


def through_postgresql(values: list[Any], of: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{of}[]", [array(values)])
        return list(cursor.fetchone()[0])


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    assert through_postgresql(texts, "text") == texts


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**19), max_value=10**19)))
def test_any_amount_comes_back_as_it_was(amounts: list[Decimal]) -> None:
    assert through_postgresql(amounts, "numeric") == amounts


@pytest.mark.parametrize("text", ["", "NULL", "null", '"', "\\", "\\N", "{}", "a,b", " ", "\n", "é😀", "%s"])
def test_texts_that_mean_something_in_a_literal_are_only_texts(text: str) -> None:
    assert through_postgresql([text, text], "text") == [text, text]


@pytest.mark.parametrize(
    ("values", "of"),
    [
        ([uuid.UUID(int=0), uuid.uuid4(), None], "uuid"),
        ([b"", b"\x00\xff\\"], "bytea"),
        ([-1, 2**62], "bigint"),
        ([date(1900, 1, 1), date(9999, 12, 30)], "date"),
        ([datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)], "timestamptz"),
        ([], "uuid"),
    ],
)
def test_every_type_of_the_books_comes_back_as_it_was(values: list[Any], of: str) -> None:
    assert through_postgresql(values, of) == values


def test_a_float_has_no_spelling() -> None:
    with pytest.raises(KeyError):
        array([0.1])
