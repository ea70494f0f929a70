"""Several statements that see the books as of one instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_instant(*, is_long: bool = False) -> Iterator[None]:
    """A read-only REPEATABLE READ transaction.

    A long one is not ended by the role's statement time-out, and may sort in memory what is larger than usual.

    Raises:
        RuntimeError: called inside an open transaction, whose isolation cannot be changed any more.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if is_long:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
