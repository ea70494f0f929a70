"""Postings written by hand in SQL, past all of our Python: what an attacker with the app's password would send."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import IsolationLevel

from ledger.models import Account, Balance, BookState, Journal, Ledger, Leg

ISOLATION_LEVELS = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
at_every_isolation_level = pytest.mark.parametrize("level", ISOLATION_LEVELS, ids=lambda level: level.name.lower())

KEY = "INSERT INTO ledger_idempotencykey (id, ledger_id, key, fingerprint, journal_count) VALUES (%(key_id)s, %(ledger)s, %(key)s, '\\x00', %(journal_count)s)"
JOURNAL = """INSERT INTO ledger_journal (id, ledger_id, number, kind, idempotency_key_id, ordinal, value_date, posted_at,
    description, reference, metadata, leg_count, reverses_id)
    VALUES (%(id)s, %(ledger)s, %(number)s, %(kind)s, %(key_id)s, %(ordinal)s, %(value_date)s, clock_timestamp(),
    '', '', '{}', %(leg_count)s, %(reverses)s)"""
LEG = """INSERT INTO ledger_leg (ledger_id, journal_id, position, account_id, side, amount, ccy, value_date, account_seq,
    balance_after) VALUES """
LEG_ROW = "('{ledger}', '{journal}', {position}, '{account}', '{side}', {amount}, '{ccy}', '{value_date}', {seq}, {balance_after})"


@contextmanager
def connect(alias: str = "default", level: IsolationLevel | None = None) -> Iterator[psycopg.Connection]:
    """A connection of its own with the role of `alias`, outside Django."""
    parameters = connections[alias].get_connection_params()
    wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}
    with psycopg.connect(**wanted) as connection:
        connection.isolation_level = level
        try:
            yield connection
        finally:
            connection.rollback()


@dataclass
class RawLeg:
    """One leg; what is None is filled in truthfully when the posting is written."""

    account: Account
    side: str
    amount: Any
    ccy: str | None = None
    position: int | None = None
    seq: int | None = None
    balance_after: Any = None
    value_date: str | None = None
    ledger: Any = None


@dataclass
class RawPosting:
    """A truthful posting of one journal, whose every column can be made to lie."""

    ledger: Ledger
    legs: list[RawLeg]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    key_id: uuid.UUID = field(default_factory=uuid.uuid4)
    journal_id: uuid.UUID = field(default_factory=uuid.uuid4)
    value_date: str = "2026-01-15"
    number: int | None = None
    ordinal: int = 1
    journal_count: int = 1
    leg_count: int | None = None
    reverses: uuid.UUID | None = None

    def statement(self, connection: psycopg.Connection, *, with_key: bool = True, with_journal: bool = True) -> str:
        """The one statement that writes key, journal and legs together."""
        values = {
            "key_id": self.key_id,
            "ledger": self.ledger.id,
            "key": self.key,
            "journal_count": self.journal_count,
            "id": self.journal_id,
            "number": self.number or BookState.objects.get(ledger=self.ledger).last_number + 1,
            "ordinal": self.ordinal,
            "value_date": self.value_date,
            "kind": "reversal" if self.reverses else "transfer",
            "reverses": self.reverses,
            "leg_count": len(self.legs) if self.leg_count is None else self.leg_count,
        }
        cursor = psycopg.ClientCursor(connection)
        parts = [f"k AS ({cursor.mogrify(KEY, values)})"] if with_key else []
        parts += [f"j AS ({cursor.mogrify(JOURNAL, values)})"] if with_journal else []
        tail = LEG + ", ".join(self._rows()) if self.legs else "SELECT"
        return f"WITH {', '.join(parts)} {tail}" if parts else tail

    def write(self, connection: psycopg.Connection, **parts: bool) -> None:
        connection.execute(self.statement(connection, **parts))

    def _rows(self) -> Iterator[str]:
        running: dict[Any, tuple[Any, int]] = {}
        for position, leg in enumerate(self.legs, 1):
            stored = Balance.objects.get(account=leg.account)
            balance, count = running.get(leg.account.id, (stored.balance, stored.leg_count))
            if isinstance(leg.amount, str):
                after = balance
            else:
                after = balance + leg.amount if leg.side == leg.account.normal_side else balance - leg.amount
            running[leg.account.id] = after, count + 1
            yield LEG_ROW.format(
                ledger=leg.ledger or self.ledger.id,
                journal=self.journal_id,
                position=position if leg.position is None else leg.position,
                account=leg.account.id,
                side=leg.side,
                amount=f"'{leg.amount}'",
                ccy=leg.ccy or leg.account.ccy_id,
                value_date=leg.value_date or self.value_date,
                seq=count + 1 if leg.seq is None else leg.seq,
                balance_after=after if leg.balance_after is None else f"'{leg.balance_after}'",
            )


@dataclass(frozen=True)
class Footprint:
    """What a ledger's books hold: equal before and after means that nothing was written."""

    journals: int
    legs: int
    last_number: int
    balances: tuple[Any, ...]

    @classmethod
    def of(cls, ledger: Ledger) -> "Footprint":
        return cls(
            Journal.objects.filter(ledger=ledger).count(),
            Leg.objects.filter(ledger=ledger).count(),
            BookState.objects.get(ledger=ledger).last_number,
            tuple(
                Balance.objects.filter(account__ledger=ledger)
                .order_by("account_id")
                .values_list("account_id", "debits", "credits", "leg_count")
            ),
        )


def refused(
    ledger: Ledger, constraint: str, attack: Callable[[psycopg.Connection], Any], level: IsolationLevel | None = None
) -> None:
    """Run the attack as the app's role, see it refused by that very invariant, and see that nothing changed."""
    before = Footprint.of(ledger)
    with connect(level=level) as connection, pytest.raises(psycopg.errors.Error) as refusal:
        attack(connection)
        connection.commit()
    assert refusal.value.diag.constraint_name == constraint, refusal.value
    assert Footprint.of(ledger) == before


def run_and_commit(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement)
    connection.commit()


def wait_until_blocked(connection: psycopg.Connection) -> None:
    """Return once the connection's backend waits for a lock: that is what forces an interleaving."""
    pid = connection.info.backend_pid
    with connect("owner") as observer:
        observer.autocommit = True
        for _ in range(1000):
            if observer.execute("SELECT 1 WHERE cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("the other transaction never had to wait")


class InBackground:
    """Runs `work` in a thread; `outcome()` is its exception or None."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._error: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self._error = error

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def outcome(self) -> BaseException | None:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self._error
