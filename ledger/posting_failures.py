"""What a failure of PostgreSQL means for a posting: try again, say busy, refuse by name, or say it is unknown."""

from types import TracebackType
from typing import Self

import psycopg
from django.db import Error, IntegrityError, InterfaceError, InternalError, OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests

from ledger.domain.refusals import (
    AccountNotActive,
    Busy,
    DayClosed,
    InsufficientFunds,
    OutcomeUnknown,
    Refusal,
)
from ledger.extensions import extensions

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
CLASSES_OF_LOST_CONNECTION = ("08", "57P")

# A group judges by the same rules and under locks, so only a writer who takes no gate can make these happen.
_REFUSALS: dict[str, type[Refusal]] = {
    "account_must_be_active": AccountNotActive,
    "account_must_not_go_below_zero": InsufficientFunds,
    "journal_day_must_be_open": DayClosed,
}


def sqlstate_of(error: BaseException) -> str | None:
    cause = error.__cause__
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def constraint_of(error: BaseException) -> str | None:
    """The name of the invariant that PostgreSQL says was violated."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def is_worth_retrying(error: BaseException) -> bool:
    """Whether the same group may go through when tried again: it met a writer or lost its connection."""
    if not isinstance(error, Error):
        return False
    if sqlstate_of(error) in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED) or is_lost_connection(error):
        return True
    return isinstance(error, IntegrityError) and constraint_of(error) == "key_posts_once"


def is_lost_connection(error: BaseException) -> bool:
    # A pooler whose server died adds an error of its own to the server's: the driver calls two answers an InternalError.
    if not isinstance(error, OperationalError | InterfaceError | InternalError) or is_pool_exhausted(error):
        return False
    sqlstate = sqlstate_of(error)
    return sqlstate is None or sqlstate.startswith(CLASSES_OF_LOST_CONNECTION)


def is_pool_exhausted(error: BaseException) -> bool:
    """Whether no connection came free in time: nothing was sent, and asking again at once would only wait again."""
    return isinstance(error.__cause__, PoolTimeout | TooManyRequests)


def is_out_of_time(error: BaseException) -> bool:
    """Whether it waited as long as it may, for a lock, a statement or a connection: whoever comes next would too."""
    return sqlstate_of(error) in (LOCK_NOT_AVAILABLE, QUERY_CANCELED) or is_pool_exhausted(error)


def as_refusal(error: Error) -> Refusal | None:
    """The refusal that callers know for what PostgreSQL said; None where it is a bug of ours."""
    if isinstance(error, IntegrityError):
        name = constraint_of(error) or ""
        refusal = _REFUSALS.get(name) or extensions.refusals.get(name)
        return refusal(str(error).partition("\n")[0]) if refusal else None
    if is_out_of_time(error) or is_worth_retrying(error):
        return Busy("The books are busy; nothing was written. Try again in a moment.")
    return None


class CommitWatch:
    """Tells a connection lost before the commit, when nothing was written, from one lost during it."""

    def __init__(self) -> None:
        self.committing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self.committing and is_lost_connection(error):
            raise OutcomeUnknown(
                "The database went away while it was committing. Repeat with the same key: it answers what happened."
            ) from error
