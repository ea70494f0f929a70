"""Every reason why the books say no, one class each, with the stable `code` that callers see."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The books refuse. Nothing was written.

    `field` is the path of the offending field in the caller's request ("legs[1].amount"), where there is one;
    `extra` holds figures that a machine may want to read.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, *, field: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.extra = extra


def forget_the_way(error: BaseException) -> None:
    """Drop the frames that the error came through, and those of what it followed from.

    An error that is kept as an answer is held by such a frame, so that it holds itself, and with it all that the frames hold.
    """
    before: BaseException | None = error
    while before is not None and before.__traceback__ is not None:
        before.__traceback__ = None
        before = before.__context__


class NotFound(Refusal):
    code = "not_found"


class JournalNotBalanced(Refusal):
    code = "journal_not_balanced"


class TooFewLegs(Refusal):
    code = "too_few_legs"


class TooManyLegs(Refusal):
    code = "too_many_legs"


class TooManyCurrencies(Refusal):
    code = "too_many_currencies"


class CurrencyMismatch(Refusal):
    code = "currency_mismatch"


class CurrencyUnknown(Refusal):
    code = "currency_unknown"


class InvalidAmount(Refusal):
    code = "invalid_amount"


class AccountNotFound(Refusal):
    code = "account_not_found"


class IdempotencyConflict(Refusal):
    code = "idempotency_conflict"


class ValueDateInFuture(Refusal):
    code = "value_date_in_future"


class TransferLimitExceeded(Refusal):
    code = "transfer_limit_exceeded"


class InsufficientFunds(Refusal):
    code = "insufficient_funds"


class DayClosed(Refusal):
    code = "day_closed"


class AccountNotActive(Refusal):
    code = "account_not_active"


class AccountNotEmpty(Refusal):
    code = "account_not_empty"


class AlreadyReversed(Refusal):
    code = "already_reversed"


class PostingNotAllowed(Refusal):
    """The account takes no leg that an order names: another app keeps it."""

    code = "posting_not_allowed"


class ReversalNotAllowed(PostingNotAllowed):
    """A reversal is not reversed: post the transfer again instead."""


class AccountExists(Refusal):
    code = "account_exists"


class InvalidRequest(Refusal):
    """Malformed in a way that only the domain can see, such as an unknown parent account."""

    code = "validation_error"


class ParseError(Refusal):
    """The body is not the JSON that it should be."""

    code = "parse_error"


class TooLarge(Refusal):
    code = "too_large"


class KeyRefused(Refusal):
    """The caller's key is unknown or revoked."""

    code = "not_authenticated"


class ScopeMissing(Refusal):
    """The caller's key is good, but not for this."""

    code = "scope_missing"


class FxRateForbidden(Refusal):
    """Stating a rate needs a scope of its own."""

    code = "fx_rate_forbidden"


class Busy(Refusal):
    """Too much work is waiting. Nothing was written; the same request may be sent again."""

    code = "busy"


class OutcomeUnknown(Refusal):
    """The commit's own reply was lost. Repeating with the same key tells what happened."""

    code = "outcome_unknown"
