"""How ledgers convert: their base currency and day, rounding and tolerance, and the spread of each pair."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from fx.domain.conversion import Rounding
from fx.domain.settling import Terms
from fx.models import LedgerSettings, Spread
from ledger.domain.accounts import AccountFacts
from ledger.domain.money import ZERO
from ledger.models import Ledger
from ledger.queries.account_facts import account_facts
from ledger.queries.compiled import Compiled
from ledger.queries.messages import Message

_SETTINGS = Compiled(
    lambda: LedgerSettings.objects.filter(ledger_id__among=[None]).values_list("ledger_id", "tolerance_bps", "rounding")
)
_SPREADS = Compiled(
    lambda: (
        Spread.objects.filter(ledger_id__among=[None])
        .order_by()
        .values_list("ledger_id", "base_id", "quote_id", "bps", "income_account__code")
    )
)
# A ledger's base currency and time zone never change.
_books: dict[UUID, tuple[str, str]] = {}


@dataclass(slots=True)
class Policy:
    """How one ledger converts; spreads by the pair's two currencies, the one that comes first in the alphabet first."""

    base_ccy: str
    timezone: str
    rounding: Rounding = Rounding.HALF_EVEN
    tolerance_bps: Decimal = ZERO
    spreads: dict[tuple[str, str], tuple[Decimal, AccountFacts]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return datetime.now(ZoneInfo(self.timezone)).date()

    def terms(self, base: str, quote: str, *, with_spread: bool = True) -> Terms:
        low, high = sorted((base, quote))
        bps, income = self.spreads.get((low, high), (ZERO, None)) if with_spread else (ZERO, None)
        return Terms(self.rounding, self.tolerance_bps, bps, income)


def policies(ledger_ids: Collection[UUID]) -> dict[UUID, Policy]:
    """The policies of the ledgers, as they are now."""
    found = {id_: Policy(*books) for id_, books in _books_of(ledger_ids).items()}
    message = Message()
    settings, spreads = (statement.ask(message, list(ledger_ids)) for statement in (_SETTINGS, _SPREADS))
    message.send()
    for ledger_id, tolerance_bps, rounding in settings():
        found[ledger_id].tolerance_bps, found[ledger_id].rounding = tolerance_bps, Rounding(rounding)
    for ledger_id, base, quote, bps, code in spreads():
        if bps:
            found[ledger_id].spreads[base, quote] = bps, account_facts(ledger_id, {code})[code]
    return found


def _books_of(ledger_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    missing = [id_ for id_ in ledger_ids if id_ not in _books]
    if missing:
        rows = Ledger.objects.filter(id__any=missing).values_list("id", "base_ccy_id", "timezone")
        _books.update({id_: (base_ccy, timezone) for id_, base_ccy, timezone in rows})
    return {id_: _books[id_] for id_ in ledger_ids}
