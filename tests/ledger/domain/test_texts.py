"""Keys, account codes and metadata: what may be written, to the last character and byte."""

from typing import Any

import pytest

from ledger.domain.account_codes import is_account_code, require_account_code
from ledger.domain.keys import require_key
from ledger.domain.metadata import BYTES_MAX, DEPTH_MAX, finite_number, require_small
from ledger.domain.refusals import InvalidRequest


@pytest.mark.parametrize("code", ["A", "a:b-c.d", "...", ".a", "!", "~", "x" * 128])
def test_an_account_code_is_taken_as_it_is(code: str) -> None:
    assert is_account_code(code)
    assert require_account_code(code) == code


@pytest.mark.parametrize("code", ["", ".", "..", "a/b", "a b", "a\n", "é", "\x7f", "x" * 129])
def test_what_is_no_account_code_is_refused(code: str) -> None:
    assert not is_account_code(code)
    with pytest.raises(InvalidRequest) as refusal:
        require_account_code(code, field="parent")
    assert refusal.value.field == "parent"
    assert refusal.value.detail == (
        "An account's code is 1 to 128 printable ASCII characters without spaces and slashes."
    )


def test_a_code_is_the_field_code_unless_it_is_said_to_be_another() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        require_account_code("")
    assert refusal.value.field == "code"


@pytest.mark.parametrize("key", ["k", " ", "~", "order 4711/a", "k" * 255])
def test_a_key_is_taken_as_it_is(key: str) -> None:
    assert require_key(key) == key


@pytest.mark.parametrize(("key", "field"), [("", None), ("k" * 256, None), ("é", "header"), ("k\n", "header")])
def test_what_is_no_key_is_refused(key: str, field: str | None) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        require_key(key, field=field) if field else require_key(key)
    assert refusal.value.field == (field or "idempotency_key")
    assert refusal.value.detail == "An idempotency key is 1 to 255 printable ASCII characters."


def nested(depth: int, innermost: Any) -> Any:
    for level in range(depth):
        innermost = {"a": innermost} if level % 2 else [innermost]
    return {"top": innermost}


def test_metadata_is_refused_one_level_too_deep_and_not_before() -> None:
    require_small(nested(DEPTH_MAX - 1, 1))
    with pytest.raises(InvalidRequest) as refusal:
        require_small(nested(DEPTH_MAX, {}), field="accounts[0].metadata")
    assert refusal.value.field == "accounts[0].metadata"
    assert refusal.value.detail == "Metadata is nested at most 16 deep."


def test_metadata_is_refused_one_byte_too_large_and_not_before() -> None:
    # {"é":"x..."} is eight bytes and the text; a letter beyond ASCII counts with its UTF-8 bytes.
    require_small(
        {
            "é": "x" * (BYTES_MAX - 9),
        }
    )
    with pytest.raises(InvalidRequest) as refusal:
        require_small({"é": "x" * (BYTES_MAX - 8)})
    assert refusal.value.field == "metadata"
    assert refusal.value.detail == "Metadata holds at most 8192 bytes of JSON; this has 8193."


def test_no_metadata_is_small_enough_and_so_is_any_flat_one() -> None:
    require_small({})
    require_small({"a": 1, "b": "text", "c": [1.5, None, True, "x"]})


@pytest.mark.parametrize(("text", "number"), [("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0)])
def test_a_number_that_can_be_kept_is_read(text: str, number: float) -> None:
    assert finite_number(text) == number


def test_a_number_too_large_to_keep_is_refused() -> None:
    text = "1" * 50 + "e" + "9" * 50
    with pytest.raises(ValueError, match=f"^the number {text[:60]} is too large$"):
        finite_number(text)
