"""The demo's books: what a visitor without a key finds."""

from contextlib import suppress

from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountType
from ledger.domain.refusals import AccountExists, InvalidRequest
from ledger.ledgers import open_ledger
from ledger.models import Account, Ledger

DEMO_LEDGER = "demo"
DEMO_TRANSFER_LIMIT = "500"
DEMO_CCY = "EUR"
DEMO_DEBIT, DEMO_CREDIT = "DEMO-CASH", "DEMO-REV"


def set_up_demo() -> Ledger:
    """The demo's ledger and its two accounts; whatever is there already stays as it is."""
    # Looked up first: PostgreSQL would log each refusal as an error, at every start.
    ledger = Ledger.objects.filter(code=DEMO_LEDGER).first() or _opened_ledger()
    there = set(Account.objects.filter(ledger=ledger).values_list("code", flat=True))
    for code, name, type_ in (
        (DEMO_DEBIT, "Cash", AccountType.ASSET),
        (DEMO_CREDIT, "Revenue", AccountType.REVENUE),
    ):
        if code not in there:
            # Another process that starts at the same time may have been quicker.
            with suppress(AccountExists):
                open_account(NewAccount(ledger.id, code, name, DEMO_CCY, type_))
    return ledger


def _opened_ledger() -> Ledger:
    try:
        return open_ledger(DEMO_LEDGER, DEMO_CCY, transfer_limit=DEMO_TRANSFER_LIMIT)
    except InvalidRequest:
        return Ledger.objects.get(code=DEMO_LEDGER)
