"""How one currency pays for the other: what passes through each clearing account, what is earned, what is left over.

No bare operator on an amount here: abs(), - and sum() round to 28 digits, and an amount may have 38.
"""

from dataclasses import dataclass
from decimal import Decimal

from fx.domain.conversion import CONVERSION, ConversionRate, Rounding, as_text, rounded, share
from fx.domain.orders import Crossing, OpenLeg
from fx.domain.rates import ONE
from fx.domain.refusals import AmountTooSmall, FxRateMismatch
from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.journals import PlannedLeg
from ledger.domain.judging import LEGS_MAX
from ledger.domain.money import EXACT, INTEGER_DIGITS_MAX, ZERO
from ledger.domain.refusals import InvalidAmount, JournalNotBalanced, TooManyLegs

AMOUNT_BOUND = Decimal(10) ** INTEGER_DIGITS_MAX


@dataclass(frozen=True, slots=True)
class Terms:
    """How the ledger converts a pair. `income` is the account that the spread is posted to, in one of the two."""

    rounding: Rounding
    tolerance_bps: Decimal
    spread_bps: Decimal = ZERO
    income: AccountFacts | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The amounts on the two clearing accounts, both above zero, and every other leg, in the order's own order.

    `base_side` is the side of the base currency's clearing leg; the other one is on the opposite side.
    """

    base_amount: Decimal
    quote_amount: Decimal
    base_side: Side
    residual: Decimal
    legs: tuple[PlannedLeg, ...]

    def half(self, clearing: AccountFacts) -> tuple[PlannedLeg, ...]:
        """The legs of the journal in the clearing account's currency, its own leg last."""
        return tuple(leg for leg in self.legs if leg.account.ccy == clearing.ccy)


def settle(crossing: Crossing, rate: ConversionRate, terms: Terms, minor_units: dict[str, int]) -> Settled:
    """The order converted at the rate; the amount left out is computed, or those given are held against the rate.

    The clearing accounts take what the legs leave of each currency, and the spread on top: it is always earned, so
    whoever receives gets less by it, and whoever pays pays more.

    Raises:
        AmountTooSmall: it converts to nothing, or to less than the other legs leave room for.
        FxRateMismatch: the amounts given are off the rate by more than the tolerance.
        InvalidAmount: it converts to more than an amount can be.
        JournalNotBalanced: the other legs of the converted currency are more than what it converts to.
    """
    base_side = Side.CREDIT if crossing.base_net > 0 else Side.DEBIT
    base_spread = _spread(crossing.base_net.copy_abs(), crossing.base, terms, minor_units)
    base_amount = _with_spread(crossing.base_net.copy_abs(), base_spread, base_side)
    if base_amount <= 0:
        raise AmountTooSmall(f"Nothing of the {crossing.base} is left to convert after the spread.", field="legs")
    exact = rate.exact(base_amount)
    converted = rounded(exact, minor_units[crossing.quote], terms.rounding)
    if converted <= 0:
        raise _too_small(crossing, base_amount)
    if converted >= AMOUNT_BOUND:
        raise InvalidAmount(f"It converts to {converted:f} {crossing.quote}, more than an amount can be.", field="legs")
    quote_spread = _spread(exact, crossing.quote, terms, minor_units)
    # Seen from the legs, the clearing account's own side: what they need is what clears less what is earned, or more.
    needed = _with_spread(converted, quote_spread, base_side.opposite, inverse=True)
    if crossing.open_leg is not None:
        legs = _with_computed_leg(crossing, crossing.open_leg, needed, base_side, base_amount)
        quote_amount = converted
    else:
        legs = tuple(leg for leg in crossing.legs if isinstance(leg, PlannedLeg))
        quote_amount = _with_spread(crossing.quote_net.copy_abs(), quote_spread, base_side.opposite)
        _require_agreement(crossing, rate, terms, minor_units, base_amount, quote_amount, needed)
    income = _income_leg(terms, base_spread or quote_spread)
    return Settled(base_amount, quote_amount, base_side, rate.residual(base_amount, quote_amount), (*legs, *income))


def halves(
    settled: Settled, crossing: Crossing, base_clearing: AccountFacts, quote_clearing: AccountFacts
) -> tuple[tuple[PlannedLeg, ...], tuple[PlannedLeg, ...]]:
    """The legs of the journal in the base currency and of the one in the quote currency, each with its clearing leg.

    Raises:
        TooManyLegs: with the books' own legs, one of the journals has more than a journal can have.
    """
    base = (*settled.half(base_clearing), PlannedLeg(base_clearing, settled.base_side, settled.base_amount))
    quote = (
        *settled.half(quote_clearing),
        PlannedLeg(quote_clearing, settled.base_side.opposite, settled.quote_amount),
    )
    for ccy, legs in ((crossing.base, base), (crossing.quote, quote)):
        if len(legs) > LEGS_MAX:
            raise TooManyLegs(f"With the clearing leg, the {ccy} journal has more than {LEGS_MAX} legs.", field="legs")
    return base, quote


def _spread(amount: Decimal, ccy: str, terms: Terms, minor_units: dict[str, int]) -> Decimal:
    if terms.income is None or terms.income.ccy != ccy:
        return ZERO
    return rounded(share(amount, terms.spread_bps), minor_units[ccy], terms.rounding)


def _with_spread(amount: Decimal, spread: Decimal, clearing_side: Side, *, inverse: bool = False) -> Decimal:
    """What clears, given what the legs come to; `inverse`, what the legs come to, given what clears.

    Income is a credit: beside a clearing debit it is part of what the clearing account gives out.
    """
    adds = (clearing_side is Side.DEBIT) is not inverse
    return EXACT.add(amount, spread) if adds else EXACT.subtract(amount, spread)


def _with_computed_leg(
    crossing: Crossing, open_leg: OpenLeg, needed: Decimal, base_side: Side, base_amount: Decimal
) -> tuple[PlannedLeg, ...]:
    # The legs of the converted currency have to come to `needed`, on the clearing account's other side: base_side.
    signed = needed if base_side is Side.DEBIT else EXACT.minus(needed)
    missing = EXACT.subtract(signed, crossing.quote_net)
    amount = missing if open_leg.side is Side.DEBIT else EXACT.minus(missing)
    if amount == 0 or needed <= 0:
        raise _too_small(crossing, base_amount)
    if amount < 0:
        raise JournalNotBalanced(
            f"It converts to {needed:f} {crossing.quote}, and with the other legs the one without an amount would have to "
            f"be {amount:f}.",
            field=f"legs[{open_leg.index}].amount",
        )
    computed = PlannedLeg(open_leg.account, open_leg.side, amount)
    return tuple(leg if isinstance(leg, PlannedLeg) else computed for leg in crossing.legs)


def _require_agreement(
    crossing: Crossing,
    rate: ConversionRate,
    terms: Terms,
    minor_units: dict[str, int],
    base_amount: Decimal,
    quote_amount: Decimal,
    needed: Decimal,
) -> None:
    """In one direction or in the other: who began with the quote amount has the rounding on the base amount."""
    for given, exact, ccy in (
        (quote_amount, rate.exact(base_amount), crossing.quote),
        (base_amount, rate.exact_back(quote_amount) if quote_amount > 0 else ZERO, crossing.base),
    ):
        room = max(ONE.scaleb(-minor_units[ccy]), share(exact, terms.tolerance_bps))
        if quote_amount > 0 and CONVERSION.subtract(given, exact).copy_abs() <= room:
            return
    given = crossing.quote_net.copy_abs()
    raise FxRateMismatch(
        f"{crossing.base_net.copy_abs():f} {crossing.base} come to {needed:f} {crossing.quote} at {as_text(rate.rate)[:40]} "
        f"{crossing.base}/{crossing.quote} ({rate.source}, {rate.rate_date}); the legs say {given:f}. Leave one amount "
        "out to have it computed.",
        field="legs",
        expected=f"{needed:f}",
        given=f"{given:f}",
    )


def _income_leg(terms: Terms, spread: Decimal) -> tuple[PlannedLeg, ...]:
    return (PlannedLeg(terms.income, Side.CREDIT, spread),) if terms.income is not None and spread > 0 else ()


def _too_small(crossing: Crossing, base_amount: Decimal) -> AmountTooSmall:
    field = "legs" if crossing.open_leg is None else f"legs[{crossing.open_leg.index}].amount"
    return AmountTooSmall(
        f"{base_amount:f} {crossing.base} are less than the smallest unit of {crossing.quote}.", field=field
    )
