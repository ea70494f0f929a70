"""One connection for those who work for others: the leaders of a queue use it one after the other.

Each has a thread of its own, but PostgreSQL caches and plans per connection: the one that everybody leads on is warm,
needs not be fetched from the pool and given back for every group, and is not one of dozens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections

_all: WeakSet["LeadersConnection"] = WeakSet()


class LeadersConnection:
    """A connection of this process, for one thread at a time; opened on first use, and again when it was lost."""

    def __init__(self) -> None:
        self._connection: Any = None
        _all.add(self)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Within the block, this thread's connection is the leaders'. It is in no transaction of its own."""
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._opened()
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _opened(self) -> Any:
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()
        self._connection.close_if_lost()
        return self._connection


def leaders() -> int:
    """How many leaders' connections this process may open, besides those of its threads."""
    return len(_all)


def close_all() -> None:
    """Give every leaders' connection back: before a process forks, or its database goes away."""
    for leaders in list(_all):
        leaders.close()
