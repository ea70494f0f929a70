"""Which account is meant by a code, and how many decimals a currency has.

Both never change once they exist (PostgreSQL refuses it), so each process remembers what it has seen. What it has
not seen it asks for, each time: an account opened a moment ago is found.
"""

from collections.abc import Collection
from uuid import UUID

from ledger.domain.accounts import AccountFacts, AccountType
from ledger.extensions import extensions
from ledger.models import Account, Currency
from ledger.queries.compiled import Compiled

REMEMBERED_ACCOUNTS_MAX = 200_000
_accounts: dict[tuple[UUID, str], AccountFacts] = {}
_minor_units: dict[str, int] = {}
_ACCOUNTS = Compiled(
    lambda: (
        Account.objects.filter(ledger_id__any=[None])
        .filter(code__any=[None])
        .order_by()
        .values_list("id", "code", "ccy_id", "ccy__minor_units", "type", "non_negative")
    )
)


def account_facts(ledger_id: UUID, codes: Collection[str]) -> dict[str, AccountFacts]:
    """The facts of those of the codes that the ledger has."""
    found = {code: facts for code in codes if (facts := _accounts.get((ledger_id, code)))}
    missing = [code for code in codes if code not in found]
    if missing:
        found |= _read_accounts(ledger_id, missing)
    return found


def minor_units(codes: Collection[str]) -> dict[str, int]:
    """The decimals of those of the currencies that exist."""
    if not _minor_units.keys() >= set(codes):
        _minor_units.update(Currency.objects.values_list("code", "minor_units"))
    return {code: _minor_units[code] for code in codes if code in _minor_units}


def _read_accounts(ledger_id: UUID, codes: list[str]) -> dict[str, AccountFacts]:
    # A NUL cannot be part of a code, and PostgreSQL does not even take it as a parameter.
    askable = [code for code in codes if "\x00" not in code]
    rows = _ACCOUNTS.rows([ledger_id], askable)
    closed = extensions.closed_to_orders([row[0] for row in rows]) if extensions.closed_to_orders and rows else ()
    facts = {
        code: AccountFacts(id_, code, ccy, minor, AccountType(type_).normal_side, non_negative, id_ in closed)
        for id_, code, ccy, minor, type_, non_negative in rows
    }
    if len(_accounts) > REMEMBERED_ACCOUNTS_MAX:
        _accounts.clear()
    _accounts.update({(ledger_id, code): fact for code, fact in facts.items()})
    return facts
