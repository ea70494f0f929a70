"""Revaluation: what a ledger's foreign currency is worth on a day, beyond what it was carried at, posted for that day."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from fx import telemetry
from fx.domain.conversion import as_text
from fx.models import Revaluation
from fx.queries.exposures import Exposures, exposures
from fx.queries.policies import policies
from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountFacts, AccountType, Side
from ledger.domain.checked import CheckedOrder
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg
from ledger.domain.money import EXACT, ZERO
from ledger.domain.orders import OnClosed, digest
from ledger.domain.posted import PostedJournal
from ledger.domain.refusals import AccountExists, PostingNotAllowed, Refusal, ValueDateInFuture
from ledger.models import Account, Journal
from ledger.models.columns import new_id
from ledger.posting import Unit, unit
from ledger.queries.account_facts import account_facts, minor_units

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Revalued:
    """A day's whole unrealised result, what this run posted of it, and its journals: none where nothing was missing."""

    day: date
    base_ccy: str
    minor_units: int
    result: Decimal
    posted: Decimal
    journals: tuple[PostedJournal, ...]


@dataclass(frozen=True, slots=True)
class _Accounts:
    valuation: AccountFacts
    unrealised: AccountFacts


def revalue(ledger_id: UUID, day: date) -> Revalued:
    """Post the day's unrealised result in the ledger's base currency, and its reversal on the next day.

    The result is what the monetary balances in other currencies are worth at the day's closing rate less what they are
    carried at, a gain above zero. What was posted for the day before is not posted again: run twice, it changes
    nothing; after a change to the day, it posts the difference.

    Raises:
        FxRateMissing: a rate is missing; says which and of which day.
        DayClosed: there is something to post, and the day is closed: reopen it first.
        ValueDateInFuture: the day is yet to come.
        PostingNotAllowed: the accounts' codes are taken by accounts of another kind.
        Everything else as `ledger.posting.unit`.
    """
    try:
        revalued = _revalue(ledger_id, day)
    except Refusal as refusal:
        telemetry.REVALUATIONS_TOTAL.labels(refusal.code).inc()
        raise
    telemetry.REVALUATIONS_TOTAL.labels("posted" if revalued.journals else "unchanged").inc()
    return revalued


def _revalue(ledger_id: UUID, day: date) -> Revalued:
    policy = policies({ledger_id})[ledger_id]
    if day > policy.today:
        raise ValueDateInFuture(f"{day} is later than today, {policy.today} in the ledger's time zone.", field="date")
    decimals = minor_units({policy.base_ccy})[policy.base_ccy]
    # The sums are read before the gate, which is not for reading: under it they are read again only if need be.
    before = exposures(ledger_id, policy, decimals, day)
    accounts = _require_accounts(ledger_id, policy.base_ccy) if before.exposures else None

    def work(books: Unit) -> Revalued:
        found = exposures(ledger_id, policy, decimals, day) if _has_moved(ledger_id, before, day) else before
        steps = Revaluation.objects.filter(ledger_id=ledger_id, date=day)
        recognised = steps.aggregate(total=Sum("amount"))["total"] or ZERO
        amount = EXACT.subtract(found.unrealised, recognised)
        journals: tuple[PostedJournal, ...] = ()
        if amount and accounts is not None:
            ordinal = steps.count() + 1
            journals = books.post(_order(ledger_id, day, ordinal, amount, accounts)).journals
            _record(ledger_id, day, ordinal, found, amount, journals)
        return Revalued(day, policy.base_ccy, decimals, found.unrealised, amount, journals)

    return unit(work)


def _has_moved(ledger_id: UUID, before: Exposures, day: date) -> bool:
    later = Journal.objects.filter(ledger_id=ledger_id, number__gt=before.known_through, value_date__lte=day)
    return later.exists()


def _order(ledger_id: UUID, day: date, ordinal: int, amount: Decimal, accounts: _Accounts) -> CheckedOrder:
    """Valuation against unrealised result on the day, and the same the other way round on the next."""
    gained = amount > 0
    legs = (
        PlannedLeg(accounts.valuation, Side.DEBIT if gained else Side.CREDIT, amount.copy_abs()),
        PlannedLeg(accounts.unrealised, Side.CREDIT if gained else Side.DEBIT, amount.copy_abs()),
    )
    first, words = new_id(), f"FX revaluation {day}"
    journals = (
        _journal(JournalKind.REVALUATION, legs, day, words, id_=first),
        _journal(
            JournalKind.REVERSAL,
            tuple(PlannedLeg(leg.account, leg.side.opposite, leg.amount) for leg in reversed(legs)),
            day + ONE_DAY,
            f"Reversal of {words}",
            reverses=first,
        ),
    )
    mark = digest("revaluation", day.isoformat(), ordinal, as_text(amount))
    return CheckedOrder(ledger_id, f"fx-revaluation {day} {ordinal}", mark, journals)


def _journal(
    kind: JournalKind,
    legs: tuple[PlannedLeg, ...],
    day: date,
    description: str,
    *,
    id_: UUID | None = None,
    reverses: UUID | None = None,
) -> PlannedJournal:
    return PlannedJournal(
        kind=kind,
        legs=legs,
        value_date=day,
        on_closed=OnClosed.REFUSE,
        description=description,
        reference="",
        metadata={},
        reverses=reverses,
        id=id_,
        may_be_future=reverses is not None,
    )


def _record(
    ledger_id: UUID, day: date, ordinal: int, found: Exposures, amount: Decimal, journals: tuple[PostedJournal, ...]
) -> None:
    Revaluation.objects.create(
        ledger_id=ledger_id,
        date=day,
        ordinal=ordinal,
        result=found.unrealised,
        amount=amount,
        positions=_as_json(found),
        journal_id=journals[0].id,
        reversal_id=journals[1].id,
    )


def _as_json(found: Exposures) -> Any:
    return [
        {
            "ccy": exposure.ccy,
            "balance": as_text(exposure.balance),
            "rate": exposure.rate and as_text(exposure.rate.rate),
            "rate_date": exposure.rate and exposure.rate.rate_date.isoformat(),
            "source": exposure.rate and exposure.rate.source,
            "value": as_text(exposure.value),
            "carried": as_text(exposure.carried),
            "unrealised": as_text(exposure.unrealised),
        }
        for exposure in found.exposures
    ]


def _require_accounts(ledger_id: UUID, base_ccy: str) -> _Accounts:
    return _Accounts(
        _require_account(ledger_id, settings.FX_VALUATION_ACCOUNT, "FX valuation", base_ccy, AccountType.ASSET),
        _require_account(ledger_id, settings.FX_UNREALISED_ACCOUNT, "FX unrealised", base_ccy, AccountType.REVENUE),
    )


def _require_account(ledger_id: UUID, code: str, name: str, ccy: str, type_: AccountType) -> AccountFacts:
    if not Account.objects.filter(ledger_id=ledger_id, code=code).exists():
        with suppress(AccountExists):
            open_account(NewAccount(ledger_id, code, name, ccy, type_))
    found = Account.objects.get(ledger_id=ledger_id, code=code)
    if found.ccy_id != ccy or found.type != type_ or found.non_negative:
        raise PostingNotAllowed(
            f"Account {code} is not an account of type {type_} in {ccy} that may go below zero, as a revaluation needs."
        )
    return account_facts(ledger_id, {code})[code]
