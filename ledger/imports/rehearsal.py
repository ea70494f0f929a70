"""What would become of a file's journals, found out without writing anything."""

from collections.abc import Sequence
from copy import copy
from uuid import UUID

from ledger.domain.accounts import RunningBalance
from ledger.domain.checked import CheckedOrder
from ledger.domain.journals import PlannedJournal
from ledger.domain.judging import judge
from ledger.domain.money import ZERO
from ledger.domain.refusals import Refusal
from ledger.imports.answers import Answer, posted_before, replay
from ledger.queries.book_facts import book_facts, running_balances


class Rehearsal:
    """Judges orders by the posting rules against the books as they stand, each on top of those before it.

    The balances of the file's accounts are kept, its keys are not: a key that comes twice is known for one only within
    a batch.
    """

    def __init__(self, ledger_id: UUID) -> None:
        self._book = book_facts(ledger_id)
        self._balances: dict[UUID, RunningBalance] = {}

    def answers_of(self, orders: Sequence[CheckedOrder]) -> list[Answer]:
        """One answer for each order, as a `Poster` would give it if nobody else posted."""
        before = posted_before(orders)
        self._read_balances_of([planned for order in orders for planned in order.journals])
        in_batch: dict[str, bytes] = {}
        answers: list[Answer] = []
        for index, order in enumerate(orders):
            if index in before:
                answers.append(before[index])
            elif order.idempotency_key in in_batch:
                answers.append(replay(order, in_batch[order.idempotency_key]))
            else:
                answers.append(self._judged(order))
                if answers[-1] == "applied":
                    in_batch[order.idempotency_key] = order.fingerprint
        return answers

    def _judged(self, order: CheckedOrder) -> Answer:
        if order.refusal is not None:
            return order.refusal
        balances = {
            leg.account.id: copy(self._balances[leg.account.id]) for plan in order.journals for leg in plan.legs
        }
        try:
            for planned in order.journals:
                judge(planned, self._book, balances)
        except Refusal as refusal:
            return refusal
        self._balances |= balances
        return "applied"

    def _read_balances_of(self, plans: Sequence[PlannedJournal]) -> None:
        missing = {leg.account.id for plan in plans for leg in plan.legs} - self._balances.keys()
        if missing:
            self._balances |= running_balances(missing)
        # Every account in the books has a balance row: one without is yet to be opened by its posting, and begins at zero.
        for account_id in missing:
            self._balances.setdefault(account_id, RunningBalance(ZERO, 0, active=True))
