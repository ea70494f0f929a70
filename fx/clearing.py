"""The verb that opens clearing accounts: one per currency and ledger, when it is first needed."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction

from fx.models import ClearingAccount
from fx.queries.clearing_accounts import clearing_accounts
from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountFacts, AccountType
from ledger.domain.refusals import AccountExists, PostingNotAllowed


def require_clearing_accounts(ledger_id: UUID, ccys: Collection[str]) -> dict[str, AccountFacts]:
    """The ledger's clearing accounts of the currencies, by currency; those that are missing are opened.

    Raises:
        PostingNotAllowed: an account of the code that the setting gives is there and is something else.
    """
    found = clearing_accounts(ledger_id, ccys)
    for ccy in sorted(set(ccys) - found.keys()):
        _open(ledger_id, ccy)
    return found if len(found) == len(ccys) else clearing_accounts(ledger_id, ccys)


def _open(ledger_id: UUID, ccy: str) -> None:
    code = settings.FX_CLEARING_ACCOUNT.format(ccy=ccy)
    # Equity, as a trading account is: its normal side is credit, so that a positive balance is what the ledger is long.
    new = NewAccount(ledger_id, code, f"FX clearing {ccy}", ccy, AccountType.EQUITY)
    try:
        # Together, so that nobody ever sees the account without knowing that it is closed to orders.
        with transaction.atomic():
            ClearingAccount.objects.create(account_id=open_account(new).id, ledger_id=ledger_id, ccy_id=ccy)
    except AccountExists:
        # Who was first meanwhile has committed: the unique index made us wait for that.
        if ccy not in clearing_accounts(ledger_id, {ccy}):
            raise PostingNotAllowed(
                f"The clearing account of {ccy} cannot be opened: there is another account {code!r}. Set "
                "FX_CLEARING_ACCOUNT to codes that nobody uses.",
                field="legs",
            ) from None
