"""The real books, asked with the reference ledger's words, so that the two can be compared."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections

from ledger import posting, posting_attempts
from ledger.accounts import AccountChange, NewAccount, change_account, open_account
from ledger.domain.accounts import AccountStatus, AccountType, Side
from ledger.domain.checked import Bundle
from ledger.domain.orders import LegOrder, OnClosed, ReversalOrder, TransferOrder
from ledger.domain.posted import PostedTransfer
from ledger.domain.refusals import Refusal
from ledger.group_queue import GroupQueue
from ledger.ledgers import open_ledger
from ledger.models import Account, BookState, Journal, Leg
from ledger.posting_attempts import Failed
from ledger.posting_group import Outcome
from tests.ledger.raw_books import connect
from tests.proofs.reference_ledger import RefAccount, RefJournal, RefReversal, RefTransfer

ACCOUNTS = {
    "BANK": (AccountType.ASSET, "EUR", False),
    "TILL": (AccountType.ASSET, "EUR", True),
    "WALLET": (AccountType.LIABILITY, "EUR", True),
    "REV": (AccountType.REVENUE, "EUR", False),
    "YEN": (AccountType.ASSET, "JPY", False),
    "YEN-REV": (AccountType.REVENUE, "JPY", True),
}
LIMIT = "500"


class QueuesOfTwoProcesses:
    """Two group queues side by side, as two web processes have them: callers of one meet the other at the gate."""

    def __init__(self) -> None:
        self.queues: list[GroupQueue[Bundle, Sequence[Outcome | Failed]]] = [
            GroupQueue(posting_attempts.post, size_max=posting.GROUP_LEGS_MAX) for _ in range(2)
        ]
        self._here = threading.local()

    def this_thread_is_in(self, process: int) -> None:
        self._here.process = process

    def submit(self, bundle: Bundle, *, size: int, timeout_seconds: float) -> Sequence[Outcome | Failed]:
        queue = self.queues[getattr(self._here, "process", 0)]
        return queue.submit(bundle, size=size, timeout_seconds=timeout_seconds)

    def arrived(self) -> list[int]:
        return [queue.arrived for queue in self.queues]


def zone_where_it_is_noon() -> str:
    """A time zone whose day is far from its midnight, so that "today" stays what it was when the test began."""
    offset = datetime.now(UTC).hour - 12
    return f"Etc/GMT{offset:+d}" if offset else "UTC"


@dataclass
class Books:
    """A ledger of its own with the accounts above, and how to ask it."""

    ledger: Any = field(
        default_factory=lambda: open_ledger(f"m-{uuid.uuid4().hex}", "EUR", zone_where_it_is_noon(), LIMIT)
    )

    def __post_init__(self) -> None:
        for code, (type_, ccy, non_negative) in ACCOUNTS.items():
            open_account(NewAccount(self.ledger.id, code, code, ccy, type_, non_negative))

    def reference_accounts(self) -> dict[str, RefAccount]:
        return {code: RefAccount(ccy, str(type_.normal_side), floor) for code, (type_, ccy, floor) in ACCOUNTS.items()}

    def transfer(self, order: RefTransfer) -> tuple[Any, ...]:
        return _answered(lambda: posting.post_transfer(self._order(order)))

    def batch(self, orders: Sequence[RefTransfer], *, atomic: bool) -> list[tuple[Any, ...]]:
        try:
            outcomes = posting.post_batch([self._order(order) for order in orders], atomic=atomic)
        except Refusal as refusal:
            return [("refused", refusal.code, refusal.extra["index"])]
        return [_answer(outcome) for outcome in outcomes]

    def reverse(self, order: RefReversal) -> tuple[Any, ...]:
        target = Journal.objects.filter(ledger=self.ledger, number=order.number).values_list("id", flat=True).first()
        reversal = ReversalOrder(self.ledger.id, target or uuid.UUID(int=order.number), order.key, order.value_date)
        return _answered(lambda: posting.reverse_journal(reversal))

    def set_status(self, code: str, status: str) -> tuple[Any, ...]:
        try:
            changed = change_account(self.ledger.id, code, AccountChange(status=AccountStatus(status)))
        except Refusal as refusal:
            return "refused", refusal.code
        return "changed", str(changed.status)

    def close_through(self, day: date) -> tuple[Any, ...]:
        """As a close does: through the gate, by the owner."""
        with connect("owner") as owner:
            owner.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
            closed = owner.execute(
                "UPDATE ledger_bookstate SET closed_through = greatest(closed_through, %s) WHERE ledger_id = %s"
                " RETURNING closed_through",
                [day, self.ledger.id],
            ).fetchone()
            owner.commit()
        assert closed
        return "closed", closed[0]

    def state(self) -> tuple[Any, ...]:
        """How far the books are, and what every account holds and is."""
        accounts = Account.objects.filter(ledger=self.ledger).values_list("code", "balance_row__balance", "status")
        return BookState.objects.get(ledger=self.ledger).last_number, {code: (*rest,) for code, *rest in accounts}

    def journals(self) -> list[RefJournal]:
        legs: dict[Any, list[Any]] = {}
        rows = Leg.objects.filter(ledger=self.ledger).order_by("journal_id", "position")
        for journal_id, *leg in rows.values_list("journal_id", "account__code", "side", "amount"):
            legs.setdefault(journal_id, []).append(tuple(leg))
        found = Journal.objects.filter(ledger=self.ledger).order_by("number")
        return [
            RefJournal(kind, day, tuple(legs[id_]), reverses)
            for id_, kind, day, reverses in found.values_list("id", "kind", "value_date", "reverses__number")
        ]

    def _order(self, order: RefTransfer) -> TransferOrder:
        legs = tuple(LegOrder(leg.account, Side(leg.side), leg.amount, leg.ccy) for leg in order.legs)
        on_closed = OnClosed(order.on_closed) if order.on_closed else None
        return TransferOrder(self.ledger.id, order.key, legs, order.value_date, on_closed)


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def and_disconnect() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=and_disconnect)
    thread.start()
    return thread


def _answered(post: Callable[[], PostedTransfer]) -> tuple[Any, ...]:
    try:
        return _answer(post())
    except Refusal as refusal:
        return "refused", refusal.code


def _answer(outcome: PostedTransfer | Refusal) -> tuple[Any, ...]:
    if isinstance(outcome, Refusal):
        return "refused", outcome.code
    (journal,) = outcome.journals
    if outcome.duplicate:
        return "duplicate", journal.number
    return "applied", journal.number, journal.value_date, tuple(leg.balance_after for leg in journal.legs)
