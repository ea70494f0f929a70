"""Which account is meant by a code, and how many decimals a currency has.

Both never change once they exist (PostgreSQL refuses it), so each process remembers what it has seen. What it has
not seen it asks for, each time: an account opened a moment ago is found. Callers that ask while another look-up is in
flight are answered together.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from ledger.domain.accounts import AccountFacts, AccountType
from ledger.extensions import extensions
from ledger.group_queue import GroupQueue
from ledger.models import Account, Currency
from ledger.queries.compiled import Compiled

REMEMBERED_ACCOUNTS_MAX = 200_000
TIMEOUT_SECONDS = 5.0
LOOKED_UP_TOGETHER_MAX = 10_000

Place = tuple[UUID, str]

_accounts: dict[Place, AccountFacts] = {}
_minor_units: dict[str, int] = {}
_ACCOUNTS = Compiled(
    lambda: (
        Account.objects.filter(ledger_id__among=[None])
        .filter(code__among=[None])
        .order_by()
        .values_list("ledger_id", "id", "code", "ccy_id", "ccy__minor_units", "type", "non_negative")
    )
)


def account_facts(ledger_id: UUID, codes: Collection[str]) -> dict[str, AccountFacts]:
    """The facts of those of the codes that the ledger has.

    Raises:
        Busy: the look-up had to wait for too long.
    """
    found = {code: facts for code in codes if (facts := _accounts.get((ledger_id, code)))}
    # A NUL cannot be part of a code, and PostgreSQL does not even take it as a value.
    missing = [(ledger_id, code) for code in codes if code not in found and "\x00" not in code]
    if missing:
        looked_up = _look_ups.submit(missing, size=len(missing), timeout_seconds=TIMEOUT_SECONDS)
        found |= {code: facts for (_, code), facts in zip(missing, looked_up, strict=True) if facts}
    return found


def minor_units(codes: Collection[str]) -> dict[str, int]:
    """The decimals of those of the currencies that exist."""
    if not _minor_units.keys() >= set(codes):
        _minor_units.update(Currency.objects.values_list("code", "minor_units"))
    return {code: _minor_units[code] for code in codes if code in _minor_units}


def _look_up(groups: Sequence[list[Place]]) -> list[list[AccountFacts | None]]:
    asked = {place for places in groups for place in places}
    rows = _ACCOUNTS.rows(list({ledger_id for ledger_id, _ in asked}), list({code for _, code in asked}))
    ids = [row[1] for row in rows]
    closed = extensions.closed_to_orders(ids) if extensions.closed_to_orders and rows else ()
    found: dict[Place, AccountFacts] = {
        (ledger_id, code): AccountFacts(
            id_, code, ccy, minor, AccountType(type_).normal_side, non_negative, id_ in closed
        )
        for ledger_id, id_, code, ccy, minor, type_, non_negative in rows
    }
    # Inside a transaction it may be a row that is never committed.
    if not connection.in_atomic_block:
        _remember(found)
    return [[found.get(place) for place in places] for places in groups]


def _remember(found: dict[Place, AccountFacts]) -> None:
    if len(_accounts) > REMEMBERED_ACCOUNTS_MAX:
        _accounts.clear()
    _accounts.update(found)


_look_ups: GroupQueue[list[Place], list[AccountFacts | None]] = GroupQueue(_look_up, size_max=LOOKED_UP_TOGETHER_MAX)
