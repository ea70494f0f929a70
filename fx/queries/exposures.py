"""What a ledger holds in other currencies than its own, and what that was worth when it came in: IAS 21's two figures.

Monetary are assets and liabilities; an account's metadata may say otherwise, {"monetary": false} or true. What is not
monetary (income, expense, equity, a machine) stays at the rate of its day, and is what the monetary balances came from,
together with the conversions.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When

from fx.domain.conversion import CONVERSION, ConversionRate, Rounding, rounded
from fx.domain.rates import RateFound
from fx.domain.refusals import FxRateMissing
from fx.models import ClearingAccount, Settlement
from fx.queries.policies import Policy
from fx.queries.positions import carried_values
from fx.queries.rate_lookup import rates_as_of
from ledger.domain.accounts import AccountType, Side
from ledger.domain.money import EXACT, ZERO
from ledger.models import Account, BookState, Leg

# What came in, as (currency, day, amount): positive where it made the monetary balances grow.
Movement = tuple[str, date, Decimal]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A currency's monetary balance (debits less credits), its value at the day's rate, and its value when it came in.

    Both values are in base currency, each rounded once.
    """

    ccy: str
    balance: Decimal
    rate: RateFound | None
    value: Decimal
    carried: Decimal

    @property
    def unrealised(self) -> Decimal:
        return EXACT.subtract(self.value, self.carried)


@dataclass(frozen=True, slots=True)
class Exposures:
    """All of them, and the number of the ledger's last journal that they know for certain."""

    known_through: int
    exposures: list[Exposure]

    @property
    def unrealised(self) -> Decimal:
        return reduce(EXACT.add, (exposure.unrealised for exposure in self.exposures), ZERO)


def exposures(ledger_id: UUID, policy: Policy, minor_units: int, day: date) -> Exposures:
    """The ledger's exposures at the end of a day; `minor_units` are those of its base currency.

    Raises:
        FxRateMissing: a currency has no rate as of the day, or had none on a day when it was earned or spent.
    """
    # First: what is posted while the sums are read may be in them, but is not vouched for.
    known_through = BookState.objects.values_list("last_number", flat=True).get(ledger_id=ledger_id)
    base = policy.base_ccy
    balances = _monetary_balances(ledger_id, base, day)
    conversions = carried_values(ledger_id, day)
    movements = [*_earned_and_spent(ledger_id, base, day), *_conversions_without_value(ledger_id, day)]
    carried = _at_the_rates_of_their_days(base, movements)
    for ccy, conversion in conversions.items():
        carried[ccy] = CONVERSION.add(carried[ccy], conversion.value)
    carried.pop(base, None)
    ccys = sorted(balances.keys() | carried.keys())
    rates = rates_as_of({(ccy, base) for ccy in ccys}, day, pivot=base)
    found = [
        _exposure(ccy, balances.get(ccy, ZERO), rates.get((ccy, base)), carried[ccy], minor_units, policy.rounding)
        for ccy in ccys
    ]
    for exposure in found:
        if exposure.rate is None and exposure.balance:
            raise _missing(exposure.ccy, base, day)
    return Exposures(known_through, found)


def _exposure(
    ccy: str, balance: Decimal, rate: RateFound | None, carried: Decimal, minor_units: int, rounding: Rounding
) -> Exposure:
    value = ZERO if rate is None else ConversionRate.found(rate).exact(balance)
    return Exposure(ccy, balance, rate, rounded(value, minor_units, rounding), rounded(carried, minor_units, rounding))


def _accounts(ledger_id: UUID, base: str, *, monetary: bool) -> QuerySet[Account, Any]:
    """The ids of the ledger's accounts in other currencies than its own that are monetary, or of those that are not."""
    by_type = Q(type__in=[AccountType.ASSET.value, AccountType.LIABILITY.value])
    is_monetary = Case(
        When(metadata__monetary=True, then=Value(value=True)),
        When(metadata__monetary=False, then=Value(value=False)),
        When(by_type, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )
    clears = Exists(ClearingAccount.objects.filter(account_id=OuterRef("id")))
    rows = Account.objects.filter(ledger_id=ledger_id).exclude(ccy_id=base).exclude(clears)
    return rows.annotate(is_monetary=is_monetary).filter(is_monetary=monetary).values("id")


def _debits_less_credits() -> Sum:
    return Sum(Case(When(side=Side.DEBIT, then=F("amount")), default=-F("amount")))


def _monetary_balances(ledger_id: UUID, base: str, day: date) -> dict[str, Decimal]:
    accounts = _accounts(ledger_id, base, monetary=True)
    legs = Leg.objects.filter(account_id__in=accounts, value_date__lte=day).order_by().values("ccy_id")
    return dict(legs.annotate(balance=_debits_less_credits()).values_list("ccy_id", "balance"))


def _earned_and_spent(ledger_id: UUID, base: str, day: date) -> list[Movement]:
    accounts = _accounts(ledger_id, base, monetary=False)
    legs = Leg.objects.filter(account_id__in=accounts, value_date__lte=day).order_by().values("ccy_id", "value_date")
    rows = legs.annotate(moved=_debits_less_credits()).values_list("ccy_id", "value_date", "moved")
    return [(ccy, on, EXACT.minus(moved)) for ccy, on, moved in rows]


def _conversions_without_value(ledger_id: UUID, day: date) -> list[Movement]:
    """Conversions for which no rate to the base currency was known when they were made; by now there may be one."""
    made = Settlement.objects.filter(ledger_id=ledger_id, base_journal__value_date__lte=day, book_value=None)
    movements: list[Movement] = []
    for settlement in made.select_related("base_journal"):
        on = settlement.base_journal.value_date
        base, quote = settlement.base_amount, settlement.quote_amount
        bought = settlement.base_side == Side.CREDIT
        movements.append((settlement.base_id, on, base if bought else EXACT.minus(base)))
        movements.append((settlement.quote_id, on, EXACT.minus(quote) if bought else quote))
    return movements


def _at_the_rates_of_their_days(base: str, movements: list[Movement]) -> dict[str, Decimal]:
    by_day: dict[date, list[Movement]] = defaultdict(list)
    for movement in movements:
        by_day[movement[1]].append(movement)
    values: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for on, of_day in sorted(by_day.items()):
        rates = rates_as_of({(ccy, base) for ccy, _, _ in of_day}, on, pivot=base)
        for ccy, _, amount in of_day:
            found = rates.get((ccy, base))
            if found is None and amount:
                raise _missing(ccy, base, on)
            if found is not None:
                values[ccy] = CONVERSION.add(values[ccy], ConversionRate.found(found).exact(amount))
    return values


def _missing(ccy: str, base: str, on: date) -> FxRateMissing:
    return FxRateMissing(
        f"No rate of {ccy}/{base} is known as of {on} that is young enough: import or enter one, then try again.",
        field="date",
    )
