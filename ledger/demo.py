"""The demo's books: what a visitor without a key finds."""

from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountType
from ledger.domain.refusals import AccountExists, InvalidRequest
from ledger.ledgers import open_ledger
from ledger.models import Ledger

DEMO_LEDGER = "demo"
DEMO_TRANSFER_LIMIT = "500"
DEMO_CCY = "EUR"
DEMO_DEBIT, DEMO_CREDIT = "DEMO-CASH", "DEMO-REV"


def set_up_demo() -> Ledger:
    """The demo's ledger and its two accounts; whatever is there already stays as it is."""
    try:
        ledger = open_ledger(DEMO_LEDGER, DEMO_CCY, transfer_limit=DEMO_TRANSFER_LIMIT)
    except InvalidRequest:
        ledger = Ledger.objects.get(code=DEMO_LEDGER)
    for code, name, type_ in (
        (DEMO_DEBIT, "Cash", AccountType.ASSET),
        (DEMO_CREDIT, "Revenue", AccountType.REVENUE),
    ):
        try:
            open_account(NewAccount(ledger.id, code, name, DEMO_CCY, type_))
        except AccountExists:
            continue
    return ledger
