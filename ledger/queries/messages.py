"""Several statements in one message to PostgreSQL: one round trip, and one turn of the driver's machinery.

The gate is held between a posting's messages, so every round trip that is saved is time for others. PostgreSQL runs a
message's statements one after the other, each with a snapshot of its own as the isolation level wants it, and stops at
the first that fails.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from psycopg import abc, adapt, generators
from psycopg.errors import error_from_result
from psycopg.pq import Escaping, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Rows = list[tuple[Any, ...]]

# What each connection has prepared: there a statement is parsed once and planned five times.
_prepared: WeakKeyDictionary[psycopg.Connection, set[str]] = WeakKeyDictionary()


class Message:
    """Statements that are sent together, on this thread's connection.

    Values are written into the text by libpq's own quoting: PostgreSQL takes no parameters with several statements.
    """

    def __init__(self) -> None:
        # Looked up once: every look through Django's proxy costs as much as a statement's text.
        self._django = connections[DEFAULT_DB_ALIAS]
        self._django.ensure_connection()
        self._driver: psycopg.Connection = self._django.connection
        self._quote = Escaping(self._driver.pgconn).escape_literal
        self._write_out = self._execute if settings.DATABASE_PREPARED_STATEMENTS else _filled
        self._texts: list[bytes] = []
        self._unprepared: dict[str, str] = {}
        self._rows: list[Rows] = []

    def command(self, text: str) -> None:
        """Add a command that takes no values."""
        self._texts.append(text.encode())

    def add(self, sql: str, values: Sequence[str]) -> Callable[[], Rows]:
        """Add a statement with a value for each of its %s; what comes back gives its rows, once all was sent."""
        literals = [self._quote(value.encode()) for value in values]
        index = len(self._texts)
        self._texts.append(self._write_out(sql, literals))
        return lambda: self._rows[index]

    def send(self) -> None:
        """Run everything that was added.

        Raises:
            django.db.Error: what the first statement that failed says; those behind it did not run.
        """
        with self._django.wrap_database_errors:
            for name, sql in self._unprepared.items():
                self._driver.execute(f"PREPARE {name} AS {sql}".encode(), prepare=False)
                _prepared[self._driver].add(name)
            results = _results(self._driver, b"; ".join(self._texts))
            rows = adapt.Transformer(self._driver)
            self._rows = [_rows_of(result, rows) for result in results]

    def _execute(self, sql: str, literals: list[bytes]) -> bytes:
        name = _name_of(sql)
        if name not in _prepared.setdefault(self._driver, set()):
            numbers = count(1)
            self._unprepared[name] = "".join(
                f"${next(numbers)}{part}" if place else part for place, part in enumerate(sql.split("%s"))
            )
        return b"EXECUTE %s (%s)" % (name.encode(), b", ".join(literals))


@cache
def _name_of(sql: str) -> str:
    """The name under which every connection prepares the statement: there are as many as our code has."""
    return f"message_{sha256(sql.encode()).hexdigest()[:16]}"


@contextmanager
def transaction_in_messages() -> Iterator[None]:
    """A durable `atomic` block whose first message says BEGIN and whose last may say COMMIT.

    The driver would say BEGIN ahead of the first message, in a round trip of its own.
    """
    with transaction.atomic(durable=True):
        connection.connection.autocommit = True
        yield


def _filled(sql: str, literals: list[bytes]) -> bytes:
    """The statement with its values in their places: for connections that keep nothing prepared."""
    first, *others = sql.encode().split(b"%s")
    return first + b"".join(literal + part for literal, part in zip(literals, others, strict=True))


def _results(driver: psycopg.Connection, text: bytes) -> list[PGresult]:
    """What PostgreSQL answers, by the driver's own road without its cursor, which costs three times as much."""
    if not driver.autocommit and driver.pgconn.transaction_status == TransactionStatus.IDLE:
        # What the cursor would say, ahead of the first words of a transaction that Django began.
        driver.wait(_exchange(driver, b"BEGIN"))
    results = driver.wait(_exchange(driver, text))
    if results[-1].status == ExecStatus.FATAL_ERROR:
        raise error_from_result(results[-1], encoding=driver.info.encoding)
    return results


def _exchange(driver: psycopg.Connection, text: bytes) -> abc.PQGen[list[PGresult]]:
    driver.pgconn.send_query(text)
    results: list[PGresult] = yield from generators.execute(driver.pgconn)
    return results


def _rows_of(result: PGresult, rows: abc.Transformer) -> Rows:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    rows.set_pgresult(result)
    return rows.load_rows(0, result.ntuples, tuple)
