"""JSON read strictly: what two readers might understand differently is refused.

Cheap on purpose, because a batch brings thousands of objects: the scan is the standard library's C code with one
small hook per object.
"""

import json
import re
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

import msgspec

from ledger.domain.accounts import AccountStatus, AccountType, Side
from ledger.domain.metadata import finite_number
from ledger.domain.orders import OnClosed
from ledger.domain.refusals import InvalidRequest, ParseError

Body = TypeVar("Body")

# What can stand where only some words can, by the name of the field.
_WORDS: dict[str, type[StrEnum]] = {"side": Side, "on_closed": OnClosed, "type": AccountType, "status": AccountStatus}
_AT_PATH = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>.*)`)?", re.DOTALL)
_NAMED_FIELD = re.compile(r"Object (?P<how>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)


def parse_json(raw: bytes, *, named: str = "The body") -> Any:
    """What the JSON text says; refusals call it by the name given.

    Raises:
        ParseError: not UTF-8, not JSON, a key twice in one object, NaN or an infinity, a NUL character, half of a
            surrogate pair: PostgreSQL cannot store some of these, and readers disagree about the others.
    """
    try:
        text = raw.decode("utf-8")
        if text.startswith("\ufeff"):
            raise ParseError(f"{named} begins with a byte order mark: send UTF-8 without it.")
        parsed = _DECODER.decode(text)
    except RecursionError:
        raise ParseError(f"{named} is nested too deeply.") from None
    except ValueError as error:
        raise ParseError(f"{named} is not valid JSON: {error}.") from None
    # Only an escape can smuggle these in: raw ones are refused by UTF-8 or by the scanner.
    if "\\u" in text:
        _refuse_unstorable(parsed)
    return parsed


def typed(parsed: Any, shape: type[Body]) -> Body:
    """The parsed body as a struct; the first thing that does not fit is named by its path.

    Raises:
        InvalidRequest: with `field` such as "legs[0].side".
    """
    try:
        return msgspec.convert(parsed, shape)
    except msgspec.ValidationError as error:
        raise _as_refusal(str(error), parsed) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The key {twice[:60]!r} is given twice in one object.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON.")


# Made once: `json.loads` makes one per call for anything but its defaults.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=finite_number)


def _refuse_unstorable(parsed: Any) -> None:
    pending = [parsed]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise ParseError("A text holds a NUL character or half of a surrogate pair.")
        elif isinstance(value, dict):
            pending.extend(value.keys())
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _as_refusal(message: str, parsed: Any) -> InvalidRequest:
    match = _AT_PATH.fullmatch(message)
    what, path = (match["what"], match["path"] or "$") if match else (message, "$")
    field = path.removeprefix("$").removeprefix(".")
    if named := _NAMED_FIELD.fullmatch(what):
        name = named["name"][:60]
        field = f"{field}.{name}".removeprefix(".")
        what = f"The field {name!r} is missing" if "missing" in named["how"] else f"There is no field {name!r} here"
    if field.rpartition(".")[2] == "amount" and what.endswith(("got `int`", "got `float`")):
        what = 'An amount is a string, such as "12.34": a JSON number loses cents on its way'
    elif what == "Invalid RFC3339 encoded date":
        what = f"{_value_at(parsed, field)} is no date: write the year, month and day as in 2026-01-31"
    elif what.startswith("Invalid enum value") and (words := _WORDS.get(field.rpartition(".")[2])):
        what = f"{what}: it can be {', '.join(words)}"
    return InvalidRequest(f"{what}.", field=field or None)


def _value_at(parsed: Any, path: str) -> str:
    """What stands at a path such as "legs[0].value_date", cut short."""
    for step in re.findall(r"\w+", path):
        parsed = parsed[int(step) if isinstance(parsed, list) else step]
    return repr(parsed)[:60]
