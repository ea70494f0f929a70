"""What each failure of PostgreSQL means: tried again, told as busy, refused by name, unknown, or a bug of ours."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from psycopg import errors

from ledger.domain import refusals
from ledger.extensions import extensions
from ledger.posting_failures import (
    CommitWatch,
    as_refusal,
    constraint_of,
    is_lost_connection,
    is_worth_retrying,
    sqlstate_of,
)


def failure(kind: type[Error], cause: BaseException | None) -> Error:
    """As Django raises it: its own class, with the driver's error as the cause."""
    error = kind("what PostgreSQL said\nDETAIL: more\nHINT: and more")
    error.__cause__ = cause
    return error


class Violation(psycopg.IntegrityError):
    """An integrity error that names its constraint, as one read from the wire does."""

    def __init__(self, constraint: str) -> None:
        super().__init__("refused")
        self.constraint = constraint

    @property
    def diag(self) -> Any:
        return SimpleNamespace(constraint_name=self.constraint)


BUSY = "The books are busy; nothing was written. Try again in a moment."


@pytest.mark.parametrize(
    ("error", "again", "lost", "busy"),
    [
        (failure(OperationalError, errors.SerializationFailure()), True, False, True),
        (failure(OperationalError, errors.DeadlockDetected()), True, False, True),
        (failure(OperationalError, errors.LockNotAvailable()), False, False, True),
        (failure(OperationalError, errors.QueryCanceled()), False, False, True),
        (failure(OperationalError, errors.AdminShutdown()), True, True, True),
        (failure(OperationalError, errors.CannotConnectNow()), True, True, True),
        (failure(OperationalError, errors.ConnectionFailure()), True, True, True),
        (failure(OperationalError, psycopg.OperationalError("the connection is closed")), True, True, True),
        (failure(OperationalError, None), True, True, True),
        (failure(InterfaceError, None), True, True, True),
        (failure(InternalError, psycopg.InternalError("received 2 results from command 'COMMIT'")), True, True, True),
        (failure(InternalError, errors.InFailedSqlTransaction()), False, False, False),
        (failure(OperationalError, errors.DiskFull()), False, False, False),
        (failure(OperationalError, errors.TooManyConnections()), False, False, False),
        (failure(ProgrammingError, errors.UndefinedTable()), False, False, False),
        (failure(DataError, errors.NumericValueOutOfRange()), False, False, False),
        (failure(IntegrityError, Violation("key_posts_once")), True, False, False),
        (failure(IntegrityError, Violation("journal_must_balance")), False, False, False),
    ],
    ids=lambda value: type(value.__cause__).__name__ if isinstance(value, Error) else None,
)
def test_a_failure_is_tried_again_or_told_as_busy(error: Error, again: bool, lost: bool, busy: bool) -> None:
    assert (is_worth_retrying(error), is_lost_connection(error)) == (again, lost)
    refusal = as_refusal(error)
    assert (refusal and (type(refusal), refusal.detail)) == ((refusals.Busy, BUSY) if busy else None)


@pytest.mark.parametrize(
    ("constraint", "reason"),
    [
        ("account_must_be_active", refusals.AccountNotActive),
        ("account_must_not_go_below_zero", refusals.InsufficientFunds),
        ("journal_day_must_be_open", refusals.DayClosed),
        ("journal_must_balance", None),
        (None, None),
    ],
)
def test_an_invariant_that_callers_know_is_refused_by_its_name_in_postgresqls_words(
    constraint: str, reason: type[refusals.Refusal] | None
) -> None:
    error = failure(IntegrityError, Violation(constraint))
    assert constraint_of(error) == constraint
    refusal = as_refusal(error)
    assert (refusal and (type(refusal), refusal.detail)) == (reason and (reason, "what PostgreSQL said"))


def test_an_invariant_of_another_app_is_refused_by_the_name_that_the_app_gave_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(extensions.refusals, "row_needs_another", refusals.PostingNotAllowed)
    refusal = as_refusal(failure(IntegrityError, Violation("row_needs_another")))
    assert (type(refusal), refusal and refusal.detail) == (refusals.PostingNotAllowed, "what PostgreSQL said")


def test_what_is_no_error_of_the_database_is_not_tried_again() -> None:
    error = ValueError("a bug")
    assert not is_worth_retrying(error)
    assert not is_lost_connection(error)
    assert (sqlstate_of(error), constraint_of(error)) == (None, None)


def test_the_state_is_the_drivers() -> None:
    assert sqlstate_of(failure(OperationalError, errors.SerializationFailure())) == "40001"
    assert sqlstate_of(failure(OperationalError, ValueError())) is None
    assert constraint_of(failure(IntegrityError, ValueError())) is None


LOST = failure(OperationalError, errors.AdminShutdown())


@pytest.mark.parametrize(
    ("committing", "error", "told"),
    [
        (True, LOST, refusals.OutcomeUnknown),
        (False, LOST, OperationalError),
        (True, failure(OperationalError, errors.SerializationFailure()), OperationalError),
    ],
)
def test_a_connection_lost_while_committing_leaves_the_outcome_unknown(
    committing: bool, error: Error, told: type[Exception]
) -> None:
    with pytest.raises(told) as raised, CommitWatch() as watch:
        assert not watch.committing
        watch.committing = committing
        raise error
    if isinstance(raised.value, refusals.OutcomeUnknown):
        assert raised.value.__cause__ is error
        assert raised.value.detail == (
            "The database went away while it was committing. Repeat with the same key: it answers what happened."
        )


def test_a_commit_that_goes_through_says_nothing() -> None:
    with CommitWatch() as watch:
        watch.committing = True
