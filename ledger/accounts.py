"""The verbs that open and change accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from ledger import locks
from ledger.domain.account_codes import require_account_code
from ledger.domain.accounts import AccountStatus, AccountType
from ledger.domain.currencies import unknown_currency
from ledger.domain.metadata import require_small
from ledger.domain.refusals import (
    AccountExists,
    AccountNotEmpty,
    AccountNotFound,
    CurrencyUnknown,
    InvalidRequest,
    NotFound,
    Refusal,
)
from ledger.models import Account, Currency
from ledger.posting_failures import constraint_of
from ledger.queries.account_ancestors import ancestors
from ledger.queries.account_rows import AccountRow, account_row

NAME_LENGTH_MAX = 255


class Unchanged:
    """Says that a change leaves a column alone, where None would be a value."""


UNCHANGED: Final = Unchanged()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open. `parent` is the code of an account of the same ledger."""

    ledger_id: UUID
    code: str
    name: str
    ccy: str
    type: AccountType = AccountType.ASSET
    non_negative: bool = False
    parent: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What to change about an account; metadata is replaced as a whole, and a parent of None clears it."""

    name: str | Unchanged = UNCHANGED
    status: AccountStatus | Unchanged = UNCHANGED
    parent: str | Unchanged | None = UNCHANGED
    metadata: Mapping[str, Any] | Unchanged = UNCHANGED


def open_account(new: NewAccount) -> AccountRow:
    """Open an account with a balance of zero. Not a posting: nothing is replayed, a repeat says `account_exists`.

    Raises:
        InvalidRequest: a code, name or metadata out of bounds.
        CurrencyUnknown: no such currency. AccountNotFound: no such parent in this ledger.
        AccountExists: the ledger has an account of this code already.
    """
    require_account_code(new.code)
    require_name(new.name)
    require_small(new.metadata)
    _require_currency(new.ccy)
    with transaction.atomic():
        parent_id = _parent_id(new.ledger_id, new.parent)
        try:
            with transaction.atomic():
                Account.objects.create(
                    ledger_id=new.ledger_id,
                    code=new.code,
                    name=new.name,
                    ccy_id=new.ccy,
                    type=new.type,
                    non_negative=new.non_negative,
                    parent_id=parent_id,
                    metadata=dict(new.metadata),
                )
        except IntegrityError as error:
            raise _refusal_of(error, new.code) or error from error
        return _row(new.ledger_id, new.code)


def change_account(
    ledger_id: UUID, code: str, change: AccountChange, *, only_from: Collection[AccountStatus] = tuple(AccountStatus)
) -> AccountRow:
    """Change what may change about an account; repeating a change changes nothing more.

    `only_from` narrows a change of status to accounts that are in one of these: who may unfreeze may not reopen.

    Freezing and closing wait for postings on the account that are in flight, and hold off later ones.

    Raises:
        NotFound: the ledger has no such account.
        InvalidRequest: a name or metadata out of bounds, a parent that lies below the account, a status to change
        from that is not the account's.
        AccountNotFound: no such parent in this ledger.
        AccountNotEmpty: closing needs a balance of zero.
    """
    if isinstance(change.name, str):
        require_name(change.name)
    if not isinstance(change.metadata, Unchanged):
        require_small(change.metadata)
    try:
        with transaction.atomic():
            _change(ledger_id, code, change, only_from)
            return _row(ledger_id, code)
    except IntegrityError as error:
        raise _refusal_of(error, code) or error from error


def _change(ledger_id: UUID, code: str, change: AccountChange, only_from: Collection[AccountStatus]) -> None:
    account_id = _row(ledger_id, code).id
    columns: dict[str, Any] = {
        "name": change.name,
        "status": change.status,
        "metadata": change.metadata if isinstance(change.metadata, Unchanged) else dict(change.metadata),
    }
    columns = {column: value for column, value in columns.items() if value is not UNCHANGED}
    if not isinstance(change.parent, Unchanged):
        columns["parent_id"] = _new_parent_id(ledger_id, account_id, change.parent)
    if "status" in columns:
        # PostgreSQL takes this lock too, when it follows the status; taken first, the wait for a posting in flight
        # holds nobody else up at the account's row.
        locks.balance_of(account_id)
        _require_status(account_id, only_from)
    if columns:
        Account.objects.filter(id=account_id).update(**columns)


def _require_status(account_id: UUID, statuses: Collection[AccountStatus]) -> None:
    """Refuse another status than these; under the lock that every change of status takes first."""
    status = Account.objects.values_list("status", flat=True).get(id=account_id)
    if status not in statuses:
        raise InvalidRequest(f"The account is {status}.", field="status")


def _new_parent_id(ledger_id: UUID, account_id: UUID, parent: str | None) -> UUID | None:
    """The parent to be, under a lock that keeps two changes from closing a circle together."""
    locks.account_tree(ledger_id)
    parent_id = _parent_id(ledger_id, parent)
    if parent_id is not None and account_id in ancestors(parent_id):
        raise InvalidRequest("An account's parent cannot be the account itself or lie below it.", field="parent")
    return parent_id


def _parent_id(ledger_id: UUID, parent: str | None) -> UUID | None:
    if parent is None:
        return None
    found = Account.objects.filter(ledger_id=ledger_id, code=parent).values_list("id", flat=True).first()
    if found is None:
        raise AccountNotFound(f"No account {parent[:128]!r} in this ledger.", field="parent")
    return found


def require_name(name: str) -> None:
    """Refuse a name that says nothing, or more than a name does.

    Raises:
        InvalidRequest: blank, or longer than 255 characters.
    """
    if not name.strip() or len(name) > NAME_LENGTH_MAX:
        raise InvalidRequest(f"A name has 1 to {NAME_LENGTH_MAX} characters.", field="name")


def _require_currency(ccy: str) -> None:
    if not Currency.objects.filter(code=ccy).exists():
        raise CurrencyUnknown(unknown_currency(ccy), field="ccy")


def _row(ledger_id: UUID, code: str) -> AccountRow:
    row = account_row(ledger_id, code)
    if row is None:
        raise NotFound(f"No account {code!r} in this ledger.")
    return row


def _refusal_of(error: IntegrityError, code: str) -> Refusal | None:
    """What PostgreSQL's refusal means to callers; None where it is a bug of ours."""
    match constraint_of(error):
        case "account_code_is_unique_in_its_ledger":
            return AccountExists(f"This ledger has an account {code!r} already.", field="code")
        case "account_must_be_empty_to_close":
            return AccountNotEmpty(
                f"Account {code} is not empty: only a balance of zero can be closed.", field="status"
            )
        case _:
            return None
