"""A transfer between two currencies becomes two journals, joined through the currencies' clearing accounts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from fx.clearing import require_clearing_accounts
from fx.domain.conversion import ConversionRate, rounded
from fx.domain.orders import Crossing, read_crossing
from fx.domain.rates import RateFound, parse_rate
from fx.domain.refusals import FxRateMissing, InvalidRate
from fx.domain.settling import Settled, Terms, halves, settle
from fx.queries.policies import Policy, policies
from fx.queries.rate_lookup import Pair, rates_as_of
from fx.queries.settlements import settlement_of
from fx.settlements import NewSettlement, answer_of, steps_of, write_settlements
from ledger.domain.checked import Companion
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg
from ledger.domain.orders import OnClosed, StatedRate, TransferOrder
from ledger.domain.posted import PostedJournal
from ledger.domain.refusals import InvalidRequest, Refusal
from ledger.extensions import Plan
from ledger.queries.account_facts import account_facts, minor_units

Rates = Mapping[tuple[str, date], Mapping[Pair, RateFound]]


@dataclass(frozen=True, slots=True)
class _Read:
    """An order that could be read, with its ledger's policy and the day whose rate counts."""

    order: TransferOrder
    crossing: Crossing
    policy: Policy
    on: date

    @property
    def pairs(self) -> set[Pair]:
        """The rates that it needs: its own, unless it states one, and one to the ledger's base currency."""
        base, quote = self.crossing.base, self.crossing.quote
        own = {(base, quote)} if self.order.fx is None else set()
        return own if self.policy.base_ccy in (base, quote) else own | {(base, self.policy.base_ccy)}


class FxTransferPlanner:
    """Fills ledger's place for a planner of transfers between two currencies."""

    def plan(self, orders: Sequence[TransferOrder]) -> list[Plan | Refusal]:
        """Each order's two journals and its settlement; the rates of all of them are read as one set.

        Refusals: as `fx.domain.orders.read_crossing` and `fx.domain.settling.settle`; FxRateMissing where no rate is
        known; InvalidRequest for a stated rate that is none.
        """
        policy_of = policies({order.ledger_id for order in orders})
        read = [_read(order, policy_of[order.ledger_id]) for order in orders]
        rates = _rates([one for one in read if isinstance(one, _Read)])
        return [one if isinstance(one, Refusal) else _plan(one, rates) for one in read]

    def answer(self, journals: Sequence[PostedJournal]) -> Mapping[str, Any]:
        settlement = settlement_of(journals[0].id)
        return {} if settlement is None else answer_of(settlement.conversion_rate, settlement.residual)


def _read(order: TransferOrder, policy: Policy) -> _Read | Refusal:
    accounts = account_facts(order.ledger_id, {leg.account for leg in order.legs})
    try:
        crossing = read_crossing(order, accounts, minor_units(order.currencies))
    except Refusal as refusal:
        return refusal
    today = policy.today
    # A day that is yet to come is refused under the books' own lock; until then today's rate stands in.
    return _Read(order, crossing, policy, min(order.value_date or today, today))


def _rates(read: Sequence[_Read]) -> Rates:
    wanted: dict[tuple[str, date], set[Pair]] = defaultdict(set)
    for one in read:
        wanted[one.policy.base_ccy, one.on] |= one.pairs
    return {(pivot, on): rates_as_of(pairs, on, pivot=pivot) for (pivot, on), pairs in wanted.items() if pairs}


def _plan(read: _Read, rates: Rates) -> Plan | Refusal:
    order, crossing = read.order, read.crossing
    known = rates.get((read.policy.base_ccy, read.on), {})
    terms = read.policy.terms(crossing.base, crossing.quote, with_spread=order.fx is None)
    decimals = minor_units({crossing.base, crossing.quote, read.policy.base_ccy})
    try:
        rate = _rate(read, known)
        settled = settle(crossing, rate, terms, decimals)
        clearing = require_clearing_accounts(order.ledger_id, {crossing.base, crossing.quote})
        base_legs, quote_legs = halves(settled, crossing, clearing[crossing.base], clearing[crossing.quote])
    except Refusal as refusal:
        return refusal
    base_first = crossing.first_ccy == crossing.base
    legs = (base_legs, quote_legs) if base_first else (quote_legs, base_legs)
    new = _new_settlement(
        order.ledger_id, rate, settled, terms, _book_value(read, settled, known, decimals), base_first
    )
    companion = Companion(write_settlements, new, answer_of(rate, settled.residual))
    return Plan(tuple(_journal(read, half) for half in legs), companion)


def _rate(read: _Read, known: Mapping[Pair, RateFound]) -> ConversionRate:
    base, quote, stated = read.crossing.base, read.crossing.quote, read.order.fx
    if stated is not None:
        value = _stated_value(stated)
        return ConversionRate.stated(base, quote, value, read.on, inverted=_is_inverted(stated, base, quote))
    found = known.get((base, quote))
    if found is None:
        raise FxRateMissing(
            f"No rate of {base}/{quote} is known as of {read.on}, neither its own nor through "
            f"{read.policy.base_ccy}, that is young enough.",
            field="legs",
        )
    return ConversionRate.found(found)


def _stated_value(stated: StatedRate) -> Decimal:
    try:
        return parse_rate(stated.rate, field="fx.rate")
    except InvalidRate as refusal:
        raise InvalidRequest(refusal.detail, field="fx.rate") from None


def _is_inverted(stated: StatedRate, base: str, quote: str) -> bool:
    if stated.pair not in (None, f"{base}/{quote}", f"{quote}/{base}"):
        raise InvalidRequest(
            f"{stated.pair[:60]!r} is not this transfer's pair: write {base}/{quote} or {quote}/{base}.",
            field="fx.pair",
        )
    return stated.pair == f"{quote}/{base}"


def _book_value(
    read: _Read, settled: Settled, known: Mapping[Pair, RateFound], decimals: Mapping[str, int]
) -> Decimal | None:
    """What the conversion is worth in the ledger's base currency; None where no rate leads there."""
    base_ccy = read.policy.base_ccy
    if base_ccy == read.crossing.base:
        return settled.base_amount
    if base_ccy == read.crossing.quote:
        return settled.quote_amount
    found = known.get((read.crossing.base, base_ccy))
    if found is None:
        return None
    exact = ConversionRate.found(found).exact(settled.base_amount)
    return rounded(exact, decimals[base_ccy], read.policy.rounding)


def _new_settlement(
    ledger_id: UUID, rate: ConversionRate, settled: Settled, terms: Terms, book_value: Decimal | None, base_first: bool
) -> NewSettlement:
    return NewSettlement(
        ledger_id=ledger_id,
        rate=rate,
        base_amount=settled.base_amount,
        quote_amount=settled.quote_amount,
        base_side=settled.base_side,
        residual=settled.residual,
        rounding=terms.rounding,
        spread_bps=terms.spread_bps,
        book_value=book_value,
        base_first=base_first,
        steps=steps_of(rate.steps),
    )


def _journal(read: _Read, legs: tuple[PlannedLeg, ...]) -> PlannedJournal:
    order, base_ccy = read.order, read.policy.base_ccy
    return PlannedJournal(
        kind=JournalKind.TRANSFER,
        legs=legs,
        value_date=order.value_date,
        on_closed=order.on_closed or OnClosed.REFUSE,
        description=order.description,
        reference=order.reference,
        metadata=order.metadata,
        # The limit is a figure in the base currency where that is one of the two: the other one is the same money.
        limited=legs[0].account.ccy == base_ccy or base_ccy not in order.currencies,
    )
