"""Lists as PostgreSQL's array literals: a tenth of what the driver takes to adapt them, and every posting has thirty."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def array(values: Iterable[Any]) -> str:
    """The values, all of one type or None, as the text of an array: {1,2,NULL}.

    Raises:
        KeyError: a value's type has no known spelling.
    """
    return array_of_spelled([_SPELLINGS[type(value)](value) for value in values])


def array_of_spelled(members: Iterable[str]) -> str:
    """The array of members that are spelled already."""
    return f"{{{','.join(members)}}}"


def spelled(value: Any) -> str:
    """One value as an array's member.

    Raises:
        KeyError: its type has no known spelling.
    """
    return _SPELLINGS[type(value)](value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _hexadecimal(raw: bytes) -> str:
    return f'"\\\\x{raw.hex()}"'


_SPELLINGS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    str: _quoted,
    bytes: _hexadecimal,
    UUID: lambda value: value.hex,
    int: int.__repr__,
    Decimal: "{:f}".format,
    date: date.isoformat,
    datetime: datetime.isoformat,
}
