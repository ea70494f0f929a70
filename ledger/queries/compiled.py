"""A queryset compiled once: its SQL is kept, so that a hot path pays for the statement and not for building it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from ledger.queries.arrays import array, array_of_spelled
from ledger.queries.messages import Message


class Compiled:
    """A statement built from a queryset on first use, run with other values in the same places.

    `build` makes the queryset, with one `.filter(column__among=[None])` per list; `rows()` and `ask()` take as many lists,
    in the order of the filters, and give plain tuples as the driver loads them.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._sql: str | None = None

    def rows(self, *lists: list[Any]) -> list[tuple[Any, ...]]:
        """Run the statement by itself."""
        message = Message()
        rows = self.ask(message, *lists)
        message.send()
        return rows()

    def ask(self, message: Message, *lists: list[Any]) -> Callable[[], list[tuple[Any, ...]]]:
        """Make the statement part of the message; what comes back gives its rows, once the message was sent."""
        return message.add(self._statement(len(lists)), [array(values) for values in lists])

    def ask_spelled(self, message: Message, *lists: Iterable[str]) -> Callable[[], list[tuple[Any, ...]]]:
        """`ask` with lists of which every member is spelled already, or several joined."""
        return message.add(self._statement(len(lists)), [array_of_spelled(members) for members in lists])

    def _statement(self, lists: int) -> str:
        if self._sql is None:
            sql, placeholders = self._build().query.sql_with_params()
            if len(placeholders) != lists:
                raise TypeError(f"the statement takes {len(placeholders)} lists, not {lists}")
            self._sql = sql
        return self._sql
