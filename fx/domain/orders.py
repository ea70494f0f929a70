"""An order in two currencies, read: which amount is given, which is converted, and what each currency is left with."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.journals import PlannedLeg
from ledger.domain.judging import check_account, check_leg, require_known_currencies, require_leg_count
from ledger.domain.money import EXACT, ZERO
from ledger.domain.orders import TransferOrder
from ledger.domain.refusals import InvalidAmount, JournalNotBalanced, TooManyCurrencies


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """The leg whose amount is to be computed; `index` is its place in the order."""

    index: int
    account: AccountFacts
    side: Side


@dataclass(frozen=True, slots=True)
class Crossing:
    """The order's legs, in their places, and its direction: from what is given (`base`) to what is converted (`quote`).

    `quote` is the currency of the leg without an amount; where all have one, that of the legs that are not in the first
    leg's currency. Nets are debits less credits of the legs with an amount.
    """

    legs: tuple[PlannedLeg | OpenLeg, ...]
    base: str
    quote: str
    base_net: Decimal
    quote_net: Decimal
    open_leg: OpenLeg | None

    @property
    def first_ccy(self) -> str:
        return self.legs[0].account.ccy


def read_crossing(
    order: TransferOrder, accounts: Mapping[str, AccountFacts], currencies: Mapping[str, int]
) -> Crossing:
    """The order, as far as it can be read without a rate.

    Raises:
        TooFewLegs, TooManyLegs, CurrencyUnknown, InvalidAmount, AccountNotFound, CurrencyMismatch, PostingNotAllowed:
            as for a transfer in one currency. Two legs without an amount are one too many.
        TooManyCurrencies: each currency balances by itself, so that nothing is converted.
        JournalNotBalanced: one currency balances by itself and the other does not, or both are left on the same side.
    """
    require_leg_count(order.legs)
    require_known_currencies(order.legs, currencies)
    legs: list[PlannedLeg | OpenLeg] = []
    open_leg: OpenLeg | None = None
    for index, leg in enumerate(order.legs):
        if leg.amount is not None:
            legs.append(check_leg(index, leg, accounts, currencies))
            continue
        if open_leg is not None:
            raise InvalidAmount(
                "One leg at most may leave its amount out: the other one would have to be guessed.",
                field=f"legs[{index}].amount",
            )
        open_leg = OpenLeg(index, check_account(index, leg, accounts), leg.side)
        legs.append(open_leg)
    first = order.legs[0].ccy
    (other,) = order.currencies - {first}
    base, quote = (first, other) if open_leg is None or open_leg.account.ccy == other else (other, first)
    crossing = Crossing(tuple(legs), base, quote, _net(legs, base), _net(legs, quote), open_leg)
    _require_something_to_convert(crossing)
    return crossing


def _net(legs: list[PlannedLeg | OpenLeg], ccy: str) -> Decimal:
    net = ZERO
    for leg in legs:
        if isinstance(leg, PlannedLeg) and leg.account.ccy == ccy:
            net = EXACT.add(net, leg.amount) if leg.side is Side.DEBIT else EXACT.subtract(net, leg.amount)
    return net


def _require_something_to_convert(crossing: Crossing) -> None:
    base, quote = crossing.base_net, crossing.quote_net
    if crossing.open_leg is None and not base and not quote:
        raise TooManyCurrencies(
            f"{crossing.base} and {crossing.quote} each balance by themselves: send them as two transfers.",
            field="legs",
        )
    if not base or (crossing.open_leg is None and (not quote or (base > 0) is (quote > 0))):
        raise JournalNotBalanced(
            f"Debits less credits are {base:f} {crossing.base} and {quote:f} {crossing.quote}: one has to be above zero "
            "and the other below, so that one currency pays for the other.",
            field="legs",
        )
