"""A queryset compiled once: its SQL is kept, so that a hot path pays for the statement and not for building it."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Compiled:
    """A statement built from a queryset on first use; `rows()` runs it with other values in the same places.

    `build` makes the queryset, with one `.filter(column__any=[None])` per list; `rows()` takes as many lists,
    in the order of the filters, and gives plain tuples as the driver loads them.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._sql: str | None = None

    def rows(self, *lists: list[Any]) -> list[tuple[Any, ...]]:
        if self._sql is None:
            self._sql, placeholders = self._build().query.sql_with_params()
            if len(placeholders) != len(lists):
                raise TypeError(f"the statement takes {len(placeholders)} lists, not {len(lists)}")
        with connection.cursor() as cursor:
            cursor.execute(self._sql, lists)
            return list(cursor.fetchall())
