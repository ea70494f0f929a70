"""Pages by keyset: each begins where the last one ended, so rows written meanwhile shift nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")
Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class Cursor(Generic[Key]):
    """Where a page begins: behind the row with this key, or before it when walking back."""

    key: Key
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row, Key]):
    rows: list[Row]
    next: Cursor[Key] | None
    previous: Cursor[Key] | None


@dataclass(frozen=True, slots=True)
class Keyset(Generic[Row, Key]):
    """The order of a list: by a column that is unique in it, and how to read that column off a row."""

    column: str
    key_of: Callable[[Row], Key]
    newest_first: bool = False

    def slice(self, rows: QuerySet[Any, Any], cursor: Cursor[Key] | None, limit: int) -> QuerySet[Any, Any]:
        """One row more than the page holds tells whether there is another page."""
        backwards = cursor is not None and cursor.backwards
        descending = self.newest_first is not backwards
        if cursor is not None:
            rows = rows.filter(**{f"{self.column}__{'lt' if descending else 'gt'}": cursor.key})
        return rows.order_by(f"{'-' if descending else ''}{self.column}")[: limit + 1]

    def page(self, found: list[Row], cursor: Cursor[Key] | None, limit: int) -> Page[Row, Key]:
        """The page that the sliced rows make. A cursor's own row lies on the side that it came from."""
        backwards = cursor is not None and cursor.backwards
        rows, more = found[:limit], len(found) > limit
        if backwards:
            rows.reverse()
        if not rows:
            return Page(rows, next=None, previous=None)
        return Page(
            rows,
            next=Cursor(self.key_of(rows[-1])) if more or backwards else None,
            previous=Cursor(self.key_of(rows[0]), backwards=True)
            if (more if backwards else cursor is not None)
            else None,
        )
