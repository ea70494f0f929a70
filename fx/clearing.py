"""The verb that opens clearing accounts: one per currency and ledger, when it is first needed."""

from collections.abc import Collection
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from fx.models import ClearingAccount
from fx.queries.clearing_accounts import clearing_accounts
from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountFacts, AccountType
from ledger.domain.refusals import AccountExists, PostingNotAllowed
from ledger.extensions import is_rehearsal
from ledger.queries.account_facts import account_facts, minor_units

# As a trading account is: its normal side is credit, so that a positive balance is what the ledger is long.
TYPE = AccountType.EQUITY


def require_clearing_accounts(ledger_id: UUID, ccys: Collection[str]) -> dict[str, AccountFacts]:
    """The ledger's clearing accounts of the currencies, by currency; those that are missing are opened.

    In a rehearsal nothing is opened: facts of accounts that are yet to be stand in for those that are missing.

    Raises:
        PostingNotAllowed: an account of the code that the setting gives is there and is something else.
    """
    found = clearing_accounts(ledger_id, ccys)
    missing = sorted(set(ccys) - found.keys())
    if not missing:
        return found
    if is_rehearsal():
        return found | {ccy: _yet_to_be(ledger_id, ccy) for ccy in missing}
    for ccy in missing:
        _open(ledger_id, ccy)
    return clearing_accounts(ledger_id, ccys)


def _code(ccy: str) -> str:
    code: str = settings.FX_CLEARING_ACCOUNT.format(ccy=ccy)
    return code


def _open(ledger_id: UUID, ccy: str) -> None:
    new = NewAccount(ledger_id, _code(ccy), f"FX clearing {ccy}", ccy, TYPE)
    try:
        # Together, so that nobody ever sees the account without knowing that it is closed to orders.
        with transaction.atomic():
            ClearingAccount.objects.create(account_id=open_account(new).id, ledger_id=ledger_id, ccy_id=ccy)
    except AccountExists:
        # Who was first meanwhile has committed: the unique index made us wait for that.
        if ccy not in clearing_accounts(ledger_id, {ccy}):
            raise _taken(ccy) from None


def _yet_to_be(ledger_id: UUID, ccy: str) -> AccountFacts:
    """The facts of the account that `_open` would open; the same each time, so that one file knows it as one account."""
    code = _code(ccy)
    if account_facts(ledger_id, {code}):
        raise _taken(ccy)
    decimals = minor_units({ccy})[ccy]
    id_ = uuid5(ledger_id, code)
    return AccountFacts(id_, code, ccy, decimals, TYPE.normal_side, non_negative=False, closed_to_orders=True)


def _taken(ccy: str) -> PostingNotAllowed:
    return PostingNotAllowed(
        f"The clearing account of {ccy} cannot be opened: there is another account {_code(ccy)!r}. Set "
        "FX_CLEARING_ACCOUNT to codes that nobody uses.",
        field="legs",
    )
