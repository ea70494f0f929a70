"""The database backend that DATABASES names: Django's own, but for how its pool gives connections out.

Django asks the server before every request whether the connection still works: a round trip, on the busiest path. A
server that went away has said so by then: its last message, or the end of the stream, waits to be read. So the socket
is looked at first, and the server is asked only where something waits.

And the connection that came back last goes out first. PostgreSQL plans statements and caches what it knows of tables for
each connection by itself; the library's pool takes turns among all of them, and meets a cold one every time.
"""

import select
from collections import deque
from collections.abc import Callable
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, whose pool checks connections by `refuse_if_lost`."""

    @property
    def pool(self) -> "CheckedPool | None":
        if not self.settings_dict["OPTIONS"].get("pool"):
            return None
        pools: dict[str, CheckedPool] = self._connection_pools  # type: ignore[attr-defined]
        if self.alias not in pools:
            parameters = self.get_connection_params() | {"autocommit": True}
            options = self.settings_dict["OPTIONS"]["pool"]
            # Several threads may come here first: one pool is kept, and the others were never opened.
            configure = self._configure_connection  # type: ignore[attr-defined]
            pools.setdefault(self.alias, CheckedPool(parameters, configure, options))
        return pools[self.alias]

    def close_if_lost(self) -> None:
        """Give up a connection that the server closed, or that an error has left unusable; the next use opens another."""
        if self.connection is None:
            return
        if is_lost(self.connection) or (self.errors_occurred and not self.is_usable()):
            self.close()
        self.errors_occurred = False


class CheckedPool(ConnectionPool):
    """A pool, still closed, that gives out the warmest connection of which the server has not taken leave."""

    def __init__(
        self,
        parameters: dict[str, Any],
        configure: Callable[[psycopg.Connection[Any]], None],
        options: dict[str, Any],
    ) -> None:
        super().__init__(kwargs=parameters, open=False, configure=configure, check=refuse_if_lost, **options)
        self._pool = _LastInFirstOut()


class _LastInFirstOut(deque[psycopg.Connection[Any]]):
    """The pool appends what comes back, and takes from the left."""

    def append(self, connection: psycopg.Connection[Any]) -> None:
        self.appendleft(connection)


def refuse_if_lost(connection: psycopg.Connection[Any]) -> None:
    """Raise where the server closed the connection.

    Raises:
        psycopg.OperationalError: the connection is lost; the pool replaces it.
    """
    if is_lost(connection):
        ConnectionPool.check_connection(connection)


def is_lost(connection: psycopg.Connection[Any]) -> bool:
    """Whether the connection is closed, or the server has something to say while nobody asked: its farewell."""
    return connection.closed or _has_something_to_say(connection.fileno())


def _has_something_to_say(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
