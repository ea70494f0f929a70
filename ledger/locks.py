"""Every row lock of the books, in the one order that cannot deadlock: gate, book states, balances, each by id."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func, Model, QuerySet

from ledger.domain.accounts import RunningBalance
from ledger.models import Balance, BookState
from ledger.queries.compiled import Compiled
from ledger.queries.messages import Message

Row = TypeVar("Row", bound=Model)

# Before anything that takes a snapshot: waiting here is what makes the rest conflict-free. EXCLUSIVE and not stronger,
# so that pg_dump does not stop postings.
_ENTER = ("BEGIN ISOLATION LEVEL SERIALIZABLE", "LOCK TABLE ledger_gate IN EXCLUSIVE MODE")


class LockedBook(NamedTuple):
    """Where a ledger's books stand, and what its ledger allows, at the instant `read_at` of the database's clock."""

    ledger_id: UUID
    last_number: int
    last_posted_at: datetime | None
    closed_through: date | None
    timezone: str
    transfer_limit: Decimal | None
    read_at: datetime


class ClockTimestamp(Func):
    """The instant at which the row is read, where `now()` is the start of the transaction."""

    function = "clock_timestamp"
    output_field = DateTimeField()


_BOOKS = Compiled(
    lambda: (
        BookState.objects.select_for_update(of=("self",))
        .filter(ledger_id__among=[None])
        .order_by("ledger_id")
        .values_list(
            "ledger_id",
            "last_number",
            "last_posted_at",
            "closed_through",
            "ledger__timezone",
            "ledger__transfer_limit",
            ClockTimestamp(),
        )
    )
)
_BALANCES = Compiled(
    lambda: (
        Balance.objects.select_for_update()
        .filter(account_id__among=[None])
        .order_by("account_id")
        .values_list("account_id", "balance", "leg_count", "active")
    )
)


def ask_gate(message: Message) -> None:
    """Begin a SERIALIZABLE transaction and wait for the gate: the very first words of every posting."""
    for command in _ENTER:
        message.command(command)


def pass_gate() -> None:
    """`ask_gate` in a message of its own."""
    message = Message()
    ask_gate(message)
    message.send()


def ask_books(message: Message, ledger_ids: Collection[UUID]) -> Callable[[], list[LockedBook]]:
    """Lock the ledgers' books; what comes back gives them, once the message was sent."""
    rows = _BOOKS.ask(message, list(ledger_ids))
    return lambda: [LockedBook(*row) for row in rows()]


def ask_balances(message: Message, account_ids: Iterable[str]) -> Callable[[], dict[UUID, RunningBalance]]:
    """Lock the balance rows of the accounts, whose ids are spelled; what comes back gives them as running balances."""
    rows = _BALANCES.ask_spelled(message, account_ids)
    return lambda: {account_id: RunningBalance(*running) for account_id, *running in rows()}


def balance_of(account_id: UUID) -> Balance:
    """One account's balance row, locked: for verbs that freeze or close it."""
    return Balance.objects.select_for_update().get(account_id=account_id)


def account_tree(ledger_id: UUID) -> None:
    """The shape of a ledger's tree of accounts: whoever moves an account in it goes alone.

    An advisory lock and not the book's row: moving an account is no reason for postings to wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account_tree {ledger_id}"])


def without_waiting(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that nobody else has locked, locked: for what is not worth waiting for."""
    taken = rows.select_for_update(skip_locked=True)
    return rows.filter(pk__in=list(taken.values_list("pk", flat=True)))
