"""Reversing either journal of a settlement reverses both: half a settlement is not undone."""

from decimal import Decimal
from uuid import UUID

from fx.domain.conversion import Rounding
from fx.models import Settlement
from fx.queries.settlements import settlement_of
from fx.settlements import NewSettlement, answer_of, write_settlements
from ledger.domain.accounts import Side
from ledger.domain.checked import Companion
from ledger.domain.journals import JournalKind
from ledger.domain.judging import mirror
from ledger.domain.orders import ReversalOrder
from ledger.domain.posted import PostedJournal
from ledger.domain.refusals import NotFound
from ledger.extensions import Plan
from ledger.queries.account_facts import account_facts
from ledger.queries.journal_list import journal_of


class FxReversalPlanner:
    """Fills ledger's place for a planner of reversals that take more than one journal."""

    def plan(self, original: PostedJournal, order: ReversalOrder) -> Plan | None:
        """Both journals of the original's settlement mirrored, the one asked for first; None where it has none."""
        settlement = settlement_of(original.id) if original.kind is JournalKind.TRANSFER else None
        if settlement is None:
            return None
        is_base = settlement.base_journal_id == original.id
        other = _journal(order.ledger_id, settlement.quote_journal_id if is_base else settlement.base_journal_id)
        codes = {leg.account for journal in (original, other) for leg in journal.legs}
        accounts = account_facts(order.ledger_id, codes)
        journals = tuple(
            mirror(journal, accounts, order.value_date, order.description) for journal in (original, other)
        )
        new = _reversed(settlement, base_first=is_base)
        companion = Companion(write_settlements, new, answer_of(new.rate, new.residual))
        return Plan(journals, companion)


def _journal(ledger_id: UUID, journal_id: UUID) -> PostedJournal:
    found = journal_of(ledger_id, journal_id)
    if found is None:
        raise NotFound(f"No journal {journal_id} in this ledger.")
    return found


def _reversed(settlement: Settlement, *, base_first: bool) -> NewSettlement:
    """The same amounts at the same rate, on the other sides."""
    return NewSettlement(
        ledger_id=settlement.ledger_id,
        rate=settlement.conversion_rate,
        base_amount=settlement.base_amount,
        quote_amount=settlement.quote_amount,
        base_side=Side(settlement.base_side).opposite,
        residual=settlement.residual,
        rounding=Rounding(settlement.rounding),
        spread_bps=Decimal(settlement.spread_bps),
        book_value=settlement.book_value,
        base_first=base_first,
        steps=settlement.steps,
        reverses=settlement.id,
    )
