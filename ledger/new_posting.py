"""One order as the books take it: what a group writes, and what its caller is shown afterwards."""

from datetime import date, datetime
from uuid import UUID

from ledger.domain.checked import CheckedOrder, Draft
from ledger.domain.journals import PlannedJournal, PlannedStep
from ledger.domain.posted import PostedJournal, PostedLeg, PostedTransfer
from ledger.domain.records import record


@record
class NewPosting:
    """An order with the dates and steps of its journals, the number of the first of them, and their instant."""

    order: CheckedOrder
    draft: Draft
    dated: tuple[tuple[date, list[PlannedStep]], ...]
    first_number: int
    posted_at: datetime

    def journals(self) -> tuple[PostedJournal, ...]:
        """Its journals, as they stand in the books once the group is committed."""
        return tuple([self._journal(index, planned) for index, planned in enumerate(self.order.journals)])

    def answer(self, *, duplicate: bool) -> PostedTransfer:
        """What its caller is told; nothing of it is made before somebody looks."""
        companion = self.order.companion
        return PostedTransfer(self.journals, duplicate=duplicate, extra={} if companion is None else companion.answer)

    def _journal(self, index: int, planned: PlannedJournal) -> PostedJournal:
        value_date, steps = self.dated[index]
        return PostedJournal(
            id=UUID(self.draft.journal_ids[index]),
            number=self.first_number + index,
            kind=planned.kind,
            value_date=value_date,
            posted_at=self.posted_at,
            description=planned.description,
            reference=planned.reference,
            metadata=planned.metadata,
            idempotency_key=self.order.idempotency_key,
            reverses=planned.reverses,
            reversed_by=None,
            legs=tuple([_posted_leg(step) for step in steps]),
        )


def _posted_leg(step: PlannedStep) -> PostedLeg:
    leg = step.leg
    account = leg.account
    return PostedLeg(account.code, leg.side, leg.amount, account.ccy, account.minor_units, step.balance_after)
