"""What an account holds: now, from its one balance row, or as of a business date or an instant, from its legs."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from ledger import telemetry
from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.money import EXACT, ZERO
from ledger.models import Balance, Leg
from ledger.queries.account_facts import account_facts
from ledger.queries.posting_order import legs_posted_by


class AccountBalance(NamedTuple):
    """Totals in major units of `ccy`; `balance` is positive on the account's normal side."""

    account: str
    ccy: str
    minor_units: int
    balance: Decimal
    debits: Decimal
    credits: Decimal
    source: str = "live"


@telemetry.GET_BALANCE_SECONDS.time()
def balance_as_of(ledger_id: UUID, code: str, as_of: date | datetime) -> AccountBalance | None:
    """What the account held: by value date through the end of a date, by posting order at an instant."""
    account = account_facts(ledger_id, {code}).get(code)
    if account is None:
        return None
    if isinstance(as_of, datetime):
        return _at_instant(account, as_of)
    debits, credits_ = _totals(Leg.objects.filter(account_id=account.id, value_date__lte=as_of))
    return _of_legs(account, debits, credits_)


def balance_before_day(account: AccountFacts, day: date | None, legs_known: int) -> Decimal:
    """What the first `legs_known` of the account's legs come to by value date, those dated before the day alone."""
    if day is None:
        return ZERO
    legs = Leg.objects.filter(account_id=account.id, value_date__lt=day, account_seq__lte=legs_known)
    return _of_legs(account, *_totals(legs)).balance


def balance_after_leg(account_id: UUID, account_seq: int) -> Decimal:
    """What the account held once the leg so numbered was posted; zero before its first."""
    legs = Leg.objects.filter(account_id=account_id, account_seq__lte=account_seq).order_by("-account_seq")
    return legs.values_list("balance_after", flat=True).first() or ZERO


def _at_instant(account: AccountFacts, instant: datetime) -> AccountBalance:
    """The balance is the last leg's own; the totals are summed over whichever side of it has fewer legs."""
    count = legs_posted_by(account.id, instant)
    balance = balance_after_leg(account.id, count)
    now = Balance.objects.get(account_id=account.id)
    legs = Leg.objects.filter(account_id=account.id)
    if count <= now.leg_count - count:
        debits, _ = _totals(legs.filter(account_seq__lte=count))
    else:
        later, _ = _totals(legs.filter(account_seq__gt=count, account_seq__lte=now.leg_count))
        debits = EXACT.subtract(now.debits, later)
    signed = balance if account.normal_side is Side.DEBIT else EXACT.minus(balance)
    return _of_legs(account, debits, EXACT.subtract(debits, signed))


def _totals(legs: QuerySet[Leg]) -> tuple[Decimal, Decimal]:
    """The sums of the legs' debits and credits."""
    totals = legs.aggregate(
        debits=Sum("amount", filter=Q(side=Side.DEBIT)), credits=Sum("amount", filter=Q(side=Side.CREDIT))
    )
    return totals["debits"] or ZERO, totals["credits"] or ZERO


def _of_legs(account: AccountFacts, debits: Decimal, credits_: Decimal) -> AccountBalance:
    difference = EXACT.subtract(debits, credits_)
    balance = difference if account.normal_side is Side.DEBIT else EXACT.minus(difference)
    return AccountBalance(account.code, account.ccy, account.minor_units, balance, debits, credits_, source="legs")
