"""The demo's books: what a visitor without a key finds."""

from contextlib import suppress

from django.contrib.auth.models import Group, User

from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountType
from ledger.domain.refusals import AccountExists, InvalidRequest
from ledger.groups import GroupName, make_groups
from ledger.ledgers import open_ledger
from ledger.models import Account, Ledger

DEMO_LEDGER = "demo"
DEMO_TRANSFER_LIMIT = "500"
DEMO_CCY = "EUR"
DEMO_DEBIT, DEMO_CREDIT = "DEMO-CASH", "DEMO-REV"
# Known to everybody, like the demo's calls without a key; therefore never outside demo mode.
USERNAME = "accountant"
PASSWORD = "doublex-demo"  # noqa: S105


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


def let_accountant_in() -> None:
    """The demo's accountant may log in by the known password; one who chose another keeps it."""
    accountant, is_new = User.objects.get_or_create(
        username=USERNAME, defaults={"is_staff": True, "first_name": "Demo", "last_name": "Accountant"}
    )
    if is_new or not accountant.has_usable_password():
        accountant.set_password(PASSWORD)
        accountant.save(update_fields=["password"])
    make_groups()
    accountant.groups.add(Group.objects.get(name=GroupName.ACCOUNTANTS))


def shut_accountant_out() -> bool:
    """Take the known password from the demo's accountant, and end his sessions with it; whether he had it still."""
    accountant = User.objects.filter(username=USERNAME).first()
    if accountant is None or not accountant.has_usable_password() or not accountant.check_password(PASSWORD):
        return False
    accountant.set_unusable_password()
    accountant.save(update_fields=["password"])
    return True


def _opened_ledger() -> Ledger:
    try:
        return open_ledger(DEMO_LEDGER, DEMO_CCY, transfer_limit=DEMO_TRANSFER_LIMIT)
    except InvalidRequest:
        return Ledger.objects.get(code=DEMO_LEDGER)
