"""What only the tables' owner can do: switch the guards off and write lies into the books."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.ledger.raw_books import connect


@contextmanager
def unguarded(*tables: str) -> Iterator[psycopg.Connection]:
    """A transaction of the owner's in which the tables' triggers are off. They are on again when it commits."""
    with connect("owner") as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield owner
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner.commit()
