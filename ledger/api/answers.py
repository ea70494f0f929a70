"""What the endpoints answer, member by member: mypy holds `rendering` to it, and the schema is made of it.

At run time these are plain dicts.
"""

from datetime import date
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from uuid import UUID

from ledger.wire_fields import (
    AccountCode,
    AccountName,
    AccountStatusWord,
    AccountTypeWord,
    Amount,
    Currency,
    IdempotencyKey,
    Instant,
    JournalKindWord,
    Metadata,
    SideWord,
    Total,
    shown,
)


class Links(TypedDict):
    """A page's neighbours; null where there is none."""

    next: Annotated[str | None, shown("The URL of the page behind this one.", format="uri")]
    previous: Annotated[str | None, shown("The URL of the page before this one.", format="uri")]


class Account(TypedDict):
    """An account with its live balance."""

    id: UUID
    code: AccountCode
    name: AccountName
    ccy: Currency
    type: AccountTypeWord
    normal_side: Annotated[SideWord, shown("The side on which the balance is positive.")]
    non_negative: Annotated[bool, shown("Whether it is never taken below zero.")]
    status: AccountStatusWord
    parent: AccountCode | None
    metadata: Metadata
    balance: Total
    created_at: Instant


class AccountPage(Links):
    """Accounts by code, all of one instant."""

    results: list[Account]


class Balance(TypedDict):
    """What an account holds, or held."""

    account: AccountCode
    ccy: Currency
    balance: Total
    as_of: Annotated[
        Any,
        shown(
            "The date that was asked for, or the instant that the figures are of.",
            "2026-01-31T12:00:00.123456Z",
            type="string",
            anyOf=[{"format": "date"}, {"format": "date-time"}],
        ),
    ]
    snapshot_source: Annotated[
        str, shown("Where the figures come from.", "live", enum=["live", "snapshot", "snapshot+legs", "legs"])
    ]
    debits: Total
    credits: Total


class StatementLine(TypedDict):
    """A leg, and what the account holds after it in the statement's order."""

    date: Annotated[date, shown("The value date, or by posting order the ledger's day on which it was posted.")]
    value_date: date
    posted_at: Instant
    journal_id: UUID
    number: Annotated[int, shown("The journal's number.", 1, minimum=1)]
    position: Annotated[int, shown("The leg's place in its journal.", 1, minimum=1)]
    side: SideWord
    amount: Amount
    balance: Total
    description: str
    reference: str


# Made by a call: `from` is no name that a class could have.
StatementPeriod = TypedDict("StatementPeriod", {"from": date | None, "to": date | None})


class Statement(StatementPeriod, Links):
    """A page of an account's lines: its opening balance and its lines make its closing balance."""

    account: AccountCode
    ccy: Currency
    by: Annotated[str, shown("The order of the lines.", "value", enum=["value", "posted"])]
    opening: Total
    lines: list[StatementLine]
    closing: Total


class Leg(TypedDict):
    """One line of a journal, and what it left on its account."""

    account: AccountCode
    side: SideWord
    amount: Amount
    ccy: Currency
    balance_after: Total


class JournalNumber(TypedDict):
    """A journal's id, and its number in the ledger, which counts up without a gap in posting order."""

    id: UUID
    number: Annotated[int, shown("From 1.", 1, minimum=1)]


class Conversion(TypedDict):
    """How one currency became the other."""

    pair: Annotated[str, shown("From which currency to which.", "EUR/USD")]
    rate: Annotated[str, shown("Units of the second for one unit of the first, unrounded.", "1.0853")]
    rate_date: date
    source: Annotated[str, shown("Who quoted it, or `stated`.", "ECB")]
    path: Annotated[str, shown("How the rate was found.", "direct", enum=["direct", "inverse", "cross", "stated"])]
    residual: Annotated[str, shown("What was posted beyond the exact amount, in the second currency.", "-0.0039")]


class Transfer(TypedDict):
    """What became of an order: its journals are on disk."""

    journal_id: Annotated[UUID, shown("The first journal's id.")]
    journals: list[JournalNumber]
    number: Annotated[int, shown("The first journal's number.", 1, minimum=1)]
    status: Annotated[
        Literal["applied", "duplicate"], shown("`duplicate`: it had been posted before, and nothing was written now.")
    ]
    value_date: date
    created_at: Instant
    legs: list[Leg]
    fx: NotRequired[Annotated[Conversion, shown("Only between two currencies.")]]


class Journal(TypedDict):
    """One balanced posting, which never changes."""

    id: UUID
    number: Annotated[int, shown("Gapless per ledger, in posting order.", 1, minimum=1)]
    kind: JournalKindWord
    value_date: date
    posted_at: Instant
    description: str
    reference: str
    metadata: Metadata
    idempotency_key: IdempotencyKey
    reverses: Annotated[UUID | None, shown("The journal that this one undoes.")]
    reversed_by: Annotated[UUID | None, shown("The journal that undoes this one.")]
    legs: list[Leg]


class JournalPage(Links):
    """Journals, newest first."""

    results: list[Journal]


class Problem(TypedDict):
    """RFC 9457's problem, with a stable code. Some have further members."""

    type: Annotated[str, shown("`urn:doublex:error:` and the code.", "urn:doublex:error:not_found", format="uri")]
    title: str
    status: Annotated[int, shown("The HTTP status.", 404)]
    detail: Annotated[str, shown("For people; may change.")]
    code: Annotated[str, shown("For machines; never changes its meaning.", "not_found")]
    field: Annotated[str | None, shown("The path of the offending field, such as `legs[0].amount`.")]
    index: NotRequired[Annotated[int, shown("Which transfer of an atomic batch was refused, from 0.", minimum=0)]]
    closed_through: NotRequired[Annotated[date, shown("With `day_closed`: the last closed day.")]]


class RefusedTransfer(TypedDict):
    """An item of an independent batch that was refused."""

    status: Literal["refused"]
    error: Problem


class BatchResults(TypedDict):
    """One outcome per transfer, in the order of the request."""

    results: Annotated[
        list[Any],
        shown(
            "As a single transfer would have been answered, or refused.",
            items={"oneOf": [{"$ref": f"#/components/schemas/{part}"} for part in ("Transfer", "RefusedTransfer")]},
        ),
    ]
