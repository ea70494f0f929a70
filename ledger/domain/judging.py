"""The rules that an order meets: each refuses by raising, or the journals to write come back.

`check_order` needs nothing but the order and its accounts' immutable facts, so it runs before any lock is taken.
`judge` runs under the locks, against running balances, and moves them only when the whole order is fine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ledger.domain.accounts import AccountFacts, RunningBalance, Side
from ledger.domain.currencies import unknown_currency
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg, PlannedStep
from ledger.domain.money import EXACT, ZERO, format_amount, parse_amount, require_decimals
from ledger.domain.orders import LegOrder, OnClosed, TransferOrder
from ledger.domain.posted import PostedJournal
from ledger.domain.refusals import (
    AccountNotActive,
    AccountNotFound,
    CurrencyMismatch,
    CurrencyUnknown,
    DayClosed,
    InsufficientFunds,
    InvalidAmount,
    InvalidRequest,
    JournalNotBalanced,
    PostingNotAllowed,
    Refusal,
    ReversalNotAllowed,
    TooFewLegs,
    TooManyCurrencies,
    TooManyLegs,
    TransferLimitExceeded,
    ValueDateInFuture,
)

LEGS_MIN = 2
LEGS_MAX = 1000


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a ledger's books say about dates and limits while a group is judged."""

    today: date
    closed_through: date | None
    transfer_limit: Decimal | None


def check_order(
    order: TransferOrder, accounts: Mapping[str, AccountFacts], currencies: Mapping[str, int]
) -> PlannedJournal:
    """Everything about an order that no posting of others can change.

    Raises:
        TooFewLegs, TooManyLegs, CurrencyUnknown, TooManyCurrencies, InvalidAmount, AccountNotFound,
        CurrencyMismatch, PostingNotAllowed, JournalNotBalanced: the order can never post.
        InvalidRequest: it states a rate, with nothing to convert.
    """
    require_leg_count(order.legs)
    require_known_currencies(order.legs, currencies)
    _require_one_currency(order)
    legs = tuple([check_leg(index, leg, accounts, currencies) for index, leg in enumerate(order.legs)])
    require_balance(legs)
    return PlannedJournal(
        kind=JournalKind.TRANSFER,
        legs=legs,
        value_date=order.value_date,
        on_closed=order.on_closed or OnClosed.REFUSE,
        description=order.description,
        reference=order.reference,
        metadata=order.metadata,
    )


def mirror(
    original: PostedJournal, accounts: Mapping[str, AccountFacts], value_date: date | None, description: str
) -> PlannedJournal:
    """The journal that undoes another: its legs on the other side, the last one first.

    Undone in that order, an account passes through the same balances on the way back: what never went below zero
    on the way there does not on the way back for the order of the legs alone.

    Raises:
        ReversalNotAllowed: the original is a reversal itself.
    """
    if original.kind is JournalKind.REVERSAL:
        raise ReversalNotAllowed("A reversal is not reversed: post the transfer again instead.")
    return PlannedJournal(
        kind=JournalKind.REVERSAL,
        legs=tuple(PlannedLeg(accounts[leg.account], leg.side.opposite, leg.amount) for leg in reversed(original.legs)),
        value_date=value_date,
        on_closed=OnClosed.REFUSE,
        description=description or f"Reversal of {original.number}",
        reference=original.reference,
        metadata={},
        reverses=original.id,
        reverses_number=original.number,
    )


def judge(
    planned: PlannedJournal, book: BookFacts, balances: Mapping[UUID, RunningBalance]
) -> tuple[date, list[PlannedStep]]:
    """The value date and the steps that the journal takes, in order; the running balances are moved along.

    Raises:
        TransferLimitExceeded, ValueDateInFuture, DayClosed, AccountNotActive, InsufficientFunds: nothing moved.
    """
    if planned.kind is JournalKind.TRANSFER and planned.limited:
        _require_within_limit(planned.legs, book.transfer_limit)
    value_date = settle_value_date(planned, book)
    steps: list[PlannedStep] = []
    before: list[tuple[RunningBalance, Decimal]] = []
    try:
        for index, leg in enumerate(planned.legs):
            running = balances[leg.account.id]
            step = _step(index, leg, running)
            before.append((running, running.balance))
            running.balance, running.leg_count = step.balance_after, step.account_seq
            steps.append(step)
    except Refusal:
        for running, balance in reversed(before):
            running.balance, running.leg_count = balance, running.leg_count - 1
        raise
    return value_date, steps


def _step(index: int, leg: PlannedLeg, running: RunningBalance) -> PlannedStep:
    account = leg.account
    if not running.active:
        raise AccountNotActive(
            f"Account {account.code} is frozen or closed: it takes no legs until its status is 'active' again.",
            field=f"legs[{index}].account",
        )
    balance_after = account.balance_after(running.balance, leg.side, leg.amount)
    if account.non_negative and balance_after < ZERO:
        raise InsufficientFunds(
            f"Account {account.code} must not go below zero: it holds "
            f"{format_amount(running.balance, account.minor_units)} {account.ccy} at this step, "
            f"{format_amount(leg.amount, account.minor_units)} {account.ccy} is asked for.",
            field=f"legs[{index}].amount",
        )
    return PlannedStep(leg, balance_after, running.leg_count + 1)


def settle_value_date(planned: PlannedJournal, book: BookFacts) -> date:
    """The business date to post on: the one asked for, else today, else the next open day.

    Raises:
        ValueDateInFuture: later than today, and not because the earlier days are closed.
        DayClosed: the date asked for is closed, and the order does not ask for the next open day instead.
    """
    asked = planned.value_date
    if asked is not None and asked > book.today and not planned.may_be_future:
        raise ValueDateInFuture(
            f"{asked} is later than today, {book.today} in the ledger's time zone.", field="value_date"
        )
    wanted = asked or book.today
    if book.closed_through is None or wanted > book.closed_through:
        return wanted
    if asked is not None and planned.on_closed is OnClosed.REFUSE:
        raise DayClosed(
            f"{asked} is closed: the books are closed through {book.closed_through}. Send a later value_date, "
            "or on_closed: 'next_open_day'.",
            field="value_date",
            closed_through=book.closed_through.isoformat(),
        )
    return book.closed_through + timedelta(days=1)


def require_balance(legs: Sequence[PlannedLeg]) -> None:
    """Refuse legs whose debits are not their credits, per currency.

    Raises:
        JournalNotBalanced: says both sums and their difference.
    """
    sums: dict[tuple[str, Side], Decimal] = {}
    for leg in legs:
        place = leg.account.ccy, leg.side
        sums[place] = EXACT.add(sums.get(place, ZERO), leg.amount)
    for ccy in {ccy for ccy, _ in sums}:
        debit, credit = (sums.get((ccy, side), ZERO) for side in Side)
        if debit != credit:
            raise JournalNotBalanced(
                f"Debits are {debit:f} {ccy} and credits {credit:f} {ccy}: they differ by "
                f"{EXACT.subtract(debit, credit).copy_abs():f}.",
                field="legs",
            )


def require_leg_count(legs: Sequence[LegOrder]) -> None:
    if len(legs) < LEGS_MIN:
        raise TooFewLegs(f"A transfer has at least {LEGS_MIN} legs; this one has {len(legs)}.", field="legs")
    if len(legs) > LEGS_MAX:
        raise TooManyLegs(f"A transfer has at most {LEGS_MAX} legs; this one has {len(legs)}.", field="legs")


def require_known_currencies(legs: Sequence[LegOrder], currencies: Mapping[str, int]) -> None:
    for index, leg in enumerate(legs):
        if leg.ccy not in currencies:
            raise CurrencyUnknown(unknown_currency(leg.ccy), field=f"legs[{index}].ccy")


def _require_one_currency(order: TransferOrder) -> None:
    currencies = order.currencies
    if len(currencies) > 1:
        named = ", ".join(sorted(currencies)[:10])
        raise TooManyCurrencies(f"A transfer is in one currency or between two; this one has {named}.", field="legs")
    if order.fx is not None:
        raise InvalidRequest("A rate is stated only in a transfer between two currencies.", field="fx")


def check_leg(
    index: int, leg: LegOrder, accounts: Mapping[str, AccountFacts], currencies: Mapping[str, int]
) -> PlannedLeg:
    """The leg with its amount read and its account found; `index` is its place in the order."""
    field = f"legs[{index}].amount"
    if leg.amount is None:
        raise InvalidAmount("An amount may be left out only in a transfer between two currencies.", field=field)
    amount = parse_amount(leg.amount, field=field)
    require_decimals(amount, currencies[leg.ccy], leg.ccy, field=field)
    return PlannedLeg(check_account(index, leg, accounts), leg.side, amount)


def check_account(index: int, leg: LegOrder, accounts: Mapping[str, AccountFacts]) -> AccountFacts:
    """The account that the leg names, if an order may name it; `index` is the leg's place in the order."""
    account = accounts.get(leg.account)
    if account is None:
        raise AccountNotFound(f"No account {leg.account[:128]!r} in this ledger.", field=f"legs[{index}].account")
    if account.ccy != leg.ccy:
        raise CurrencyMismatch(
            f"Account {account.code} is in {account.ccy}, the leg in {leg.ccy}.", field=f"legs[{index}].ccy"
        )
    if account.closed_to_orders:
        raise PostingNotAllowed(
            f"Account {account.code} is not for direct posting: the books post to it by themselves.",
            field=f"legs[{index}].account",
        )
    return account


def _require_within_limit(legs: Sequence[PlannedLeg], limit: Decimal | None) -> None:
    if limit is None:
        return
    total = ZERO
    for leg in legs:
        if leg.side is Side.DEBIT:
            total = EXACT.add(total, leg.amount)
    if total > limit:
        ccy = legs[0].account.ccy
        raise TransferLimitExceeded(
            f"This ledger moves at most {EXACT.normalize(limit):f} {ccy} per transfer; this one moves {total:f} {ccy}. Send "
            "several, or have an operator raise the limit.",
            field="legs",
        )
