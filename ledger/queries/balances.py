"""What an account holds: now, from its one balance row, or as of a business date or an instant, from its legs."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import DateTimeField, Func, Q, Sum

from ledger import telemetry
from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.money import EXACT, ZERO
from ledger.models import Account, Leg
from ledger.queries.account_facts import account_facts
from ledger.queries.compiled import Compiled


class AccountBalance(NamedTuple):
    """Totals in major units of `ccy`; `balance` is positive on the account's normal side."""

    account: str
    ccy: str
    minor_units: int
    balance: Decimal
    debits: Decimal
    credits: Decimal
    source: str = "live"


class StatementTimestamp(Func):
    """The instant at which the statement began, where `now()` is the start of its transaction."""

    function = "statement_timestamp"
    output_field = DateTimeField()


_LIVE = Compiled(
    lambda: (
        Account.objects.filter(ledger_id__any=[None])
        .filter(code__any=[None])
        .order_by()
        .values_list(
            "code",
            "ccy_id",
            "ccy__minor_units",
            "balance_row__balance",
            "balance_row__debits",
            "balance_row__credits",
            StatementTimestamp(),
        )
    )
)


@telemetry.GET_BALANCE_SECONDS.time()
def live_balance(ledger_id: UUID, code: str) -> tuple[AccountBalance, datetime] | None:
    """What the account holds now, and which instant that is."""
    rows = _LIVE.rows([ledger_id], [code])
    if not rows:
        return None
    *totals, read_at = rows[0]
    return AccountBalance(*totals), read_at


@telemetry.GET_BALANCE_SECONDS.time()
def balance_as_of(ledger_id: UUID, code: str, as_of: date | datetime) -> AccountBalance | None:
    """What the account held: by value date through the end of a date, by posting order at an instant."""
    facts = account_facts(ledger_id, {code}).get(code)
    if facts is None:
        return None
    known = Q(journal__posted_at__lte=as_of) if isinstance(as_of, datetime) else Q(value_date__lte=as_of)
    totals = Leg.objects.filter(known, account_id=facts.id).aggregate(
        debits=Sum("amount", filter=Q(side=Side.DEBIT)), credits=Sum("amount", filter=Q(side=Side.CREDIT))
    )
    return _of_legs(facts, totals["debits"] or ZERO, totals["credits"] or ZERO)


def _of_legs(facts: AccountFacts, debits: Decimal, credits_: Decimal) -> AccountBalance:
    difference = EXACT.subtract(debits, credits_)
    balance = difference if facts.normal_side is Side.DEBIT else EXACT.minus(difference)
    return AccountBalance(facts.code, facts.ccy, facts.minor_units, balance, debits, credits_, source="legs")
