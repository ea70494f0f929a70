"""One SERIALIZABLE transaction that posts a group of orders: gate, keys, locks, judgement, one INSERT, commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger import locks
from ledger.domain.accounts import RunningBalance
from ledger.domain.checked import Bundle, CheckedOrder
from ledger.domain.journals import PlannedStep
from ledger.domain.judging import BookFacts, judge
from ledger.domain.posted import PostedBefore, PostedTransfer
from ledger.domain.refusals import AlreadyReversed, IdempotencyConflict, Refusal
from ledger.new_posting import NewPosting
from ledger.posting_failures import CommitWatch
from ledger.posting_rows import draft, spelled_accounts, spelled_key, write, write_companions
from ledger.queries.api_keys import KeysByHash, ask_keys_by_hash
from ledger.queries.messages import Message, transaction_in_messages
from ledger.queries.posted import ask_known_keys, reversed_among

Outcome = PostedTransfer | PostedBefore | Refusal


@dataclass(slots=True)
class _Book:
    """A ledger's books while the group is judged: the next number, the instant, and what the rules ask for."""

    facts: BookFacts
    posted_at: datetime
    last_number: int

    @classmethod
    def of(cls, locked: locks.LockedBook) -> "_Book":
        today = locked.read_at.astimezone(ZoneInfo(locked.timezone)).date()
        return cls(
            facts=BookFacts(today, locked.closed_through, locked.transfer_limit),
            # The clock may have been set back since the last posting; the books' order may not.
            posted_at=max(locked.read_at, locked.last_posted_at or locked.read_at),
            last_number=locked.last_number,
        )


@dataclass(slots=True)
class _Group:
    """Everything the group knows under its locks, and what it is going to write."""

    books: Mapping[UUID, _Book]
    balances: dict[UUID, RunningBalance]
    known_keys: Mapping[tuple[UUID, str], tuple[UUID, bytes]]
    reversed_ids: set[UUID]
    keys: KeysByHash
    new: dict[tuple[UUID, str], NewPosting] = field(default_factory=dict)

    def answers(self, bundle: Bundle) -> list[Outcome]:
        """What becomes of each of the bundle's orders; an atomic one is refused as a whole, by its first refusal."""
        presented = bundle.presented
        if presented and (refused := presented.settle(self.keys.get(presented.secret_hash))):
            return [refused] * len(bundle.orders)
        if not bundle.atomic:
            return [self._answer(order) for order in bundle.orders]
        outcomes: list[Outcome] = []
        undo = self._undo_point()
        for index, order in enumerate(bundle.orders):
            outcome = self._answer(order)
            if isinstance(outcome, Refusal):
                undo()
                outcome.extra["index"] = index
                return [outcome] * len(bundle.orders)
            outcomes.append(outcome)
        return outcomes

    def _answer(self, order: CheckedOrder) -> Outcome:
        """A refusal leaves the group as if the order had never been in it."""
        known = self.known_keys.get(order.key)
        if known is not None:
            return self._replay(order, known[1], lambda: PostedBefore(known[0]))
        mate = self.new.get(order.key)
        if mate is not None:
            return self._replay(order, mate.order.fingerprint, lambda: mate.answer(duplicate=True))
        if order.refusal is not None:
            return order.refusal
        try:
            return self._post(order)
        except Refusal as refusal:
            return refusal

    @staticmethod
    def _replay(order: CheckedOrder, fingerprint: bytes, answer: Callable[[], Outcome]) -> Outcome:
        if fingerprint != order.fingerprint:
            return IdempotencyConflict(
                f"The key {order.idempotency_key!r} has posted something else already; use a new key.",
                field="idempotency_key",
            )
        return answer()

    def _post(self, order: CheckedOrder) -> PostedTransfer:
        book = self.books[order.ledger_id]
        for planned in order.journals:
            if planned.reverses in self.reversed_ids:
                number = "" if planned.reverses_number is None else f"{planned.reverses_number}, "
                raise AlreadyReversed(
                    f"Journal {number}{planned.reverses} is reversed already, and a journal is reversed once: its "
                    "reversed_by names the reversal."
                )
        dated = tuple(self._judged(order, book))
        drafted = order.draft or draft(order.idempotency_key, order.fingerprint, order.journals)
        new = NewPosting(order, drafted, dated, book.last_number + 1, book.posted_at)
        book.last_number += len(dated)
        self.reversed_ids.update(planned.reverses for planned in order.journals if planned.reverses)
        self.new[order.key] = new
        return new.answer(duplicate=False)

    def _judged(self, order: CheckedOrder, book: _Book) -> list[tuple[date, list[PlannedStep]]]:
        """The dates and steps of the order's journals; a refusal of a later one takes the earlier ones back."""
        if len(order.journals) == 1:
            return [judge(planned, book.facts, self.balances) for planned in order.journals]
        before = {id_: replace(self.balances[id_]) for id_ in _account_ids([order])}
        try:
            return [judge(planned, book.facts, self.balances) for planned in order.journals]
        except Refusal:
            for id_, running in before.items():
                self.balances[id_] = running
            raise

    def _undo_point(self) -> Callable[[], None]:
        """Remember the group as it is; calling what comes back makes it so again."""
        reversed_ids, new = set(self.reversed_ids), dict(self.new)
        balances = {id_: (running.balance, running.leg_count) for id_, running in self.balances.items()}
        numbers = {id_: book.last_number for id_, book in self.books.items()}

        def undo() -> None:
            self.reversed_ids, self.new = reversed_ids, new
            for id_, (balance, leg_count) in balances.items():
                self.balances[id_].balance, self.balances[id_].leg_count = balance, leg_count
            for id_, number in numbers.items():
                self.books[id_].last_number = number

        return undo


def post_group(bundles: Sequence[Bundle], *, gate_first: bool = False) -> list[list[Outcome]]:
    """Post those of the orders that the books allow, in queue order, durably; one outcome for each of each bundle.

    With `gate_first` the bundles are looked at only behind the gate: more may join them while it is awaited, for one
    round trip more.

    Raises:
        django.db.Error: nothing was written. OutcomeUnknown: the commit's own reply was lost.
    """
    with CommitWatch() as watch, transaction_in_messages():
        message = Message()
        if gate_first:
            locks.pass_gate()
        else:
            locks.ask_gate(message)
        group = _lock(message, bundles)
        outcomes = [group.answers(bundle) for bundle in bundles]
        if group.new:
            last = Message()
            write_companions(last, group.new.values())
            write(last, group.new.values())
            # In the same message, so that the gate is not held for one more round trip.
            last.command("COMMIT")
            watch.committing = True
            last.send()
    return outcomes


def post_under_gate(bundles: Sequence[Bundle]) -> list[list[Outcome]]:
    """`post_group` inside a transaction that has passed the gate and commits later."""
    group = _lock(Message(), bundles)
    outcomes = [group.answers(bundle) for bundle in bundles]
    if group.new:
        message = Message()
        write_companions(message, group.new.values())
        write(message, group.new.values())
        message.send()
    return outcomes


def _lock(message: Message, bundles: Sequence[Bundle]) -> _Group:
    """Send the message, and with it the questions for what the orders touch, locked."""
    orders = [order for bundle in bundles for order in bundle.orders]
    presented = ask_keys_by_hash(message, {bundle.presented.secret_hash for bundle in bundles if bundle.presented})
    ledger_ids = {order.ledger_id for order in orders}
    keys = ask_known_keys(message, ledger_ids, map(spelled_key, orders))
    books = locks.ask_books(message, ledger_ids)
    balances = locks.ask_balances(message, [spelled_accounts(order) for order in orders if order.journals])
    message.send()
    return _Group(
        known_keys=keys(),
        books={locked.ledger_id: _Book.of(locked) for locked in books()},
        balances=balances(),
        keys=presented(),
        reversed_ids=reversed_among(_reversed_by(orders)),
    )


def _reversed_by(orders: Sequence[CheckedOrder]) -> list[UUID]:
    return [planned.reverses for order in orders for planned in order.journals if planned.reverses]


def _account_ids(orders: Sequence[CheckedOrder]) -> set[UUID]:
    return {leg.account.id for order in orders for planned in order.journals for leg in planned.legs}
