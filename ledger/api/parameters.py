"""Query parameters, read strictly: a misspelt filter is refused, because ignoring it would answer another question."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from django.http import QueryDict

from ledger.domain.dates import parse_date
from ledger.domain.refusals import InvalidRequest

METADATA = "metadata."
VALUE_LENGTH_MAX = 1024

Word = TypeVar("Word", bound=StrEnum)

# A plus sign in a URL means a space; who forgot to escape it in "+02:00" is understood all the same.
_UNESCAPED_OFFSET = re.compile(r"(?P<local>.*T.*) (?P<offset>\d\d:\d\d)")


class Parameters:
    """The parameters of one request.

    Raises:
        InvalidRequest: by every method, with the parameter's name as `field`.
    """

    def __init__(self, given: QueryDict, known: Iterable[str], *, metadata: bool = False) -> None:
        self._given = given
        names = set(known)
        for name, values in given.lists():
            if name not in names and not (metadata and name.startswith(METADATA) and name != METADATA):
                raise InvalidRequest(f"There is no parameter {name[:60]!r} here.", field=name[:60])
            for value in values:
                _require_storable(name, value)

    def one(self, name: str) -> str | None:
        values = self._given.getlist(name)
        if len(values) > 1:
            raise InvalidRequest("Give this parameter once.", field=name)
        return values[0] if values else None

    def every(self, name: str) -> list[str]:
        return self._given.getlist(name)

    def word(self, name: str, allowed: type[Word]) -> Word | None:
        value = self.one(name)
        return None if value is None else _word(name, value, allowed)

    def words(self, name: str, allowed: type[Word]) -> list[Word]:
        return [_word(name, value, allowed) for value in self.every(name)]

    def day(self, name: str) -> date | None:
        value = self.one(name)
        return None if value is None else parse_date(value, name)

    def period(self, first: str, last: str) -> tuple[date | None, date | None]:
        """Two days that are in order, each of which may be left out."""
        begins, ends = self.day(first), self.day(last)
        if begins is not None and ends is not None and begins > ends:
            raise InvalidRequest(f"{ends} is before {begins}: no day lies between them.", field=last)
        return begins, ends

    def day_or_instant(self, name: str) -> date | datetime | None:
        value = self.one(name)
        if value is None or "T" not in value.upper():
            return None if value is None else parse_date(value, name)
        return parse_instant(name, value)

    def whole_number(self, name: str, *, default: int, at_most: int) -> int:
        """More than the most is taken as the most; who asks for more still gets a link to the rest."""
        value = self.one(name)
        if value is None:
            return default
        if not re.fullmatch(r"(?a:\d{1,9})", value) or int(value) == 0:
            raise InvalidRequest(f"Write a whole number from 1 to {at_most}.", field=name)
        return min(int(value), at_most)

    def metadata(self) -> dict[str, str]:
        return {name.removeprefix(METADATA): self.one(name) or "" for name in self._given if name.startswith(METADATA)}


def parse_instant(name: str, text: str) -> datetime:
    if unescaped := _UNESCAPED_OFFSET.fullmatch(text):
        text = f"{unescaped['local']}+{unescaped['offset']}"
    try:
        instant = datetime.fromisoformat(text.upper())
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidRequest(
        f"{text[:60]!r} is not an instant: write it with its offset, as 2026-01-31T12:00:00Z.", field=name
    )


def _word(name: str, value: str, allowed: type[Word]) -> Word:
    try:
        return allowed(value)
    except ValueError:
        choices = ", ".join(allowed)
        raise InvalidRequest(f"{value[:60]!r} is none of: {choices}.", field=name) from None


def _require_storable(name: str, value: str) -> None:
    if "\x00" in name + value or len(value) > VALUE_LENGTH_MAX:
        raise InvalidRequest("The value is too long or holds a NUL character.", field=name[:60].replace("\x00", ""))
