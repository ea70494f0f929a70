"""A queryset compiled once: its SQL is kept, so that a hot path pays for the statement and not for building it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet

from ledger.queries.arrays import array


class Compiled:
    """A statement built from a queryset on first use; `rows()` runs it with other values in the same places.

    `build` makes the queryset, with one `.filter(column__any=[None])` per list; `rows()` takes as many lists,
    in the order of the filters, and gives plain tuples as the driver loads them.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._sql: str | None = None

    def rows(self, *lists: list[Any]) -> list[tuple[Any, ...]]:
        return self.ask(*lists)()

    def ask(self, *lists: list[Any]) -> Callable[[], list[tuple[Any, ...]]]:
        """Run the statement; what comes back gives its rows. In `one_message()` it is sent with others first."""
        if self._sql is None:
            self._sql, placeholders = self._build().query.sql_with_params()
            if len(placeholders) != len(lists):
                raise TypeError(f"the statement takes {len(placeholders)} lists, not {len(lists)}")
        cursor = connection.cursor()
        cursor.execute(self._sql, [array(values) for values in lists])
        return lambda: list(cursor.fetchall())


@contextmanager
def one_message() -> Iterator[None]:
    """What is executed in this block goes to PostgreSQL in one message and costs one round trip (pipeline mode).

    An error of any of its statements is raised where a result is fetched, or at the end of the block.
    """
    connection.ensure_connection()
    driver: psycopg.Connection = connection.connection
    with connection.wrap_database_errors, driver.pipeline():
        yield
