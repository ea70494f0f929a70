"""Why a call did not go through: one class with the problem's `code`, and a few of its own for those people catch."""

from typing import Any


class DoubleXError(Exception):
    """Any failure of a call. `idempotency_key` is what a posting was sent with: repeat with it, and it posts once."""

    idempotency_key: str | None = None


class NoAnswer(DoubleXError):
    """No answer came, however often it was tried: a posting may or may not be in the books.

    Send it again with `idempotency_key`, at any later time, to find out.
    """


class UnexpectedAnswer(DoubleXError):
    """What answered is not the ledger: not its JSON, or a status that it does not use."""


class ApiError(DoubleXError):
    """The ledger refuses. Act on `code`, which never changes its meaning; `detail` is for people.

    `field` is the path of the offending field; `problem` has every member that the ledger sent. `after_lost_answer` says
    that an earlier attempt of the same call may have gone through without our hearing of it.
    """

    def __init__(self, problem: dict[str, Any], *, retry_after_seconds: int | None = None) -> None:
        self.problem = problem
        self.code: str = problem["code"]
        self.status: int = problem["status"]
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        self.field: str | None = problem.get("field")
        self.retry_after_seconds = retry_after_seconds
        self.after_lost_answer = False
        super().__init__(f"{self.code}: {self.detail}" + (f" ({self.field})" if self.field else ""))


class InvalidRequest(ApiError):
    """A field or parameter is missing, unknown, of the wrong type or out of bounds."""


class NotAuthenticated(ApiError):
    """No key, or one that is unknown or revoked."""


class ScopeMissing(ApiError):
    """The key may not do this."""


class NotFound(ApiError):
    """The ledger has nothing of this name or id."""


class AccountNotFound(ApiError):
    """A transfer names an account that the ledger does not have."""


class AccountExists(ApiError):
    """The ledger has an account of this code."""


class AccountNotActive(ApiError):
    """The account is frozen or closed."""


class InsufficientFunds(ApiError):
    """An account that must not go below zero would."""


class JournalNotBalanced(ApiError):
    """Debits are not credits."""


class IdempotencyConflict(ApiError):
    """The key was used for something else."""


class AlreadyReversed(ApiError):
    """A journal is reversed once."""


class DayClosed(ApiError):
    """The value date is closed; `problem["closed_through"]` says up to when."""


class Busy(ApiError):
    """Too much at once, and nothing was written: it stayed so however often it was tried."""


class OutcomeUnknown(ApiError):
    """The reply of the commit was lost, each time; repeat with the same key."""


_CLASSES: dict[str, type[ApiError]] = {
    "validation_error": InvalidRequest,
    "not_authenticated": NotAuthenticated,
    "scope_missing": ScopeMissing,
    "not_found": NotFound,
    "account_not_found": AccountNotFound,
    "account_exists": AccountExists,
    "account_not_active": AccountNotActive,
    "insufficient_funds": InsufficientFunds,
    "journal_not_balanced": JournalNotBalanced,
    "idempotency_conflict": IdempotencyConflict,
    "already_reversed": AlreadyReversed,
    "day_closed": DayClosed,
    "busy": Busy,
    "outcome_unknown": OutcomeUnknown,
}


def error_of(problem: dict[str, Any], *, retry_after_seconds: int | None = None) -> ApiError:
    """The exception for a problem, of its code's class."""
    return _CLASSES.get(problem["code"], ApiError)(problem, retry_after_seconds=retry_after_seconds)
