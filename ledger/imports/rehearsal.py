"""What would become of a file's journals, found out without writing anything."""

from collections.abc import Sequence
from uuid import UUID

from ledger.domain.accounts import RunningBalance
from ledger.domain.journals import PlannedJournal
from ledger.domain.judging import check_order, judge
from ledger.domain.orders import TransferOrder
from ledger.domain.refusals import Refusal
from ledger.imports.answers import Answer, posted_before, replay
from ledger.queries.account_facts import account_facts, minor_units
from ledger.queries.book_facts import book_facts, running_balances


class Rehearsal:
    """Judges orders by the posting rules against the books as they stand, each on top of those before it.

    The balances of the file's accounts are kept, its keys are not: a key that comes twice is known for one only within
    a batch.
    """

    def __init__(self, ledger_id: UUID) -> None:
        self._ledger_id = ledger_id
        self._book = book_facts(ledger_id)
        self._balances: dict[UUID, RunningBalance] = {}

    def answers_of(self, orders: Sequence[TransferOrder]) -> list[Answer]:
        """One answer for each order, as `post_all` would give it if nobody else posted."""
        before = posted_before(orders)
        planned = [self._planned(order) for order in orders]
        self._read_balances_of([plan for plan in planned if isinstance(plan, PlannedJournal)])
        in_batch: dict[str, bytes] = {}
        answers: list[Answer] = []
        for index, (order, plan) in enumerate(zip(orders, planned, strict=True)):
            if index in before:
                answers.append(before[index])
            elif order.idempotency_key in in_batch:
                answers.append(replay(order, in_batch[order.idempotency_key]))
            else:
                answers.append(self._judged(plan))
                if answers[-1] == "applied":
                    in_batch[order.idempotency_key] = order.fingerprint()
        return answers

    def _planned(self, order: TransferOrder) -> PlannedJournal | Refusal:
        accounts = account_facts(self._ledger_id, {leg.account for leg in order.legs})
        try:
            return check_order(order, accounts, minor_units({leg.ccy for leg in order.legs}))
        except Refusal as refusal:
            return refusal

    def _judged(self, plan: PlannedJournal | Refusal) -> Answer:
        if isinstance(plan, Refusal):
            return plan
        try:
            judge(plan, self._book, self._balances)
        except Refusal as refusal:
            return refusal
        return "applied"

    def _read_balances_of(self, plans: Sequence[PlannedJournal]) -> None:
        missing = {leg.account.id for plan in plans for leg in plan.legs} - self._balances.keys()
        if missing:
            self._balances |= running_balances(missing)
