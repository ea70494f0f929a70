"""What a ledger is long or short of each currency through its clearing accounts, and what that is worth on a day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce

from fx.domain.conversion import ConversionRate, rounded
from fx.domain.rates import RateFound
from fx.models import ClearingAccount, Settlement
from fx.queries.policies import policies
from fx.queries.rate_lookup import rates_as_of
from ledger.domain.accounts import Side
from ledger.domain.money import EXACT, ZERO
from ledger.models import Leg
from ledger.queries.account_facts import minor_units


@dataclass(frozen=True, slots=True)
class Position:
    """One currency's clearing balance, positive when the ledger is long of it: bought more than it sold.

    `value` is the balance at the day's rate and `carried` what its conversions were worth when they were made, both in
    the ledger's base currency; `unrealised` is their difference, a gain above zero. `problem` says why one is None.
    """

    ccy: str
    account: str
    minor_units: int
    balance: Decimal
    rate: RateFound | None
    value: Decimal | None
    carried: Decimal | None
    unrealised: Decimal | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Positions:
    """All of a ledger's positions on a day; `unrealised` is None where one of them cannot be valued."""

    base_ccy: str
    minor_units: int
    on: date
    positions: list[Position]

    @property
    def unrealised(self) -> Decimal | None:
        total = ZERO
        for position in self.positions:
            if position.unrealised is None:
                return None
            total = EXACT.add(total, position.unrealised)
        return total


@dataclass(slots=True)
class Carried:
    """What the conversions of a currency were worth in base currency; `unknown` counts those without a figure."""

    value: Decimal = ZERO
    unknown: int = 0


def fx_positions(ledger_id: UUID, on: date | None = None) -> Positions:
    """The positions at the end of a day, by value date; the ledger's today unless given."""
    policy = policies({ledger_id})[ledger_id]
    base, day = policy.base_ccy, on or policy.today
    accounts = dict(ClearingAccount.objects.filter(ledger_id=ledger_id).values_list("ccy_id", "account__code"))
    balances, carried = clearing_balances(ledger_id, day), carried_values(ledger_id, day)
    rates = rates_as_of({(ccy, base) for ccy in accounts}, day, pivot=base)
    decimals = minor_units({base, *accounts})

    def position(ccy: str) -> Position:
        balance, rate, was = balances.get(ccy, ZERO), rates.get((ccy, base)), carried.get(ccy, Carried())
        value = None
        if rate is not None or not balance:
            exact = ConversionRate.found(rate).exact(balance) if rate is not None else ZERO
            value = rounded(exact, decimals[base], policy.rounding)
        worth = None if was.unknown else was.value
        unrealised = None if value is None or worth is None else EXACT.subtract(value, worth)
        problem = _problem(ccy, base, day, value, was)
        return Position(ccy, accounts[ccy], decimals[ccy], balance, rate, value, worth, unrealised, problem)

    return Positions(base, decimals[base], day, [position(ccy) for ccy in sorted(accounts)])


def clearing_balances(ledger_id: UUID, day: date) -> dict[str, Decimal]:
    """The clearing accounts' balances by currency at the end of a day: credits less debits."""
    accounts = ClearingAccount.objects.filter(ledger_id=ledger_id).values("account_id")
    rows = (
        Leg.objects.filter(account_id__in=accounts, value_date__lte=day)
        .order_by()
        .values("ccy_id")
        .annotate(balance=_signed(Q(side=Side.CREDIT), F("amount")))
    )
    return dict(rows.values_list("ccy_id", "balance"))


def carried_values(ledger_id: UUID, day: date) -> dict[str, Carried]:
    """What the conversions through the end of a day were worth when made, by currency: bought less sold."""
    carried: dict[str, Carried] = defaultdict(Carried)
    made = Settlement.objects.filter(ledger_id=ledger_id, base_journal__value_date__lte=day).order_by()
    for ccy, bought in (("base_id", Q(base_side=Side.CREDIT)), ("quote_id", Q(base_side=Side.DEBIT))):
        rows = made.values(ccy).annotate(
            value=Coalesce(_signed(bought, F("book_value")), ZERO), unknown=Count("id", filter=Q(book_value=None))
        )
        for code, value, unknown in rows.values_list(ccy, "value", "unknown"):
            carried[code].value = EXACT.add(carried[code].value, value)
            carried[code].unknown += unknown
    return carried


def _signed(is_positive: Q, amount: F) -> Sum:
    return Sum(Case(When(is_positive, then=amount), default=-amount))


def _problem(ccy: str, base: str, day: date, value: Decimal | None, carried: Carried) -> str | None:
    if value is None:
        return f"No rate of {ccy}/{base} is known as of {day} that is young enough."
    if carried.unknown:
        return f"{carried.unknown} conversions of {ccy} were made on days without a rate to {base}."
    return None
