"""The one statement that writes a group: its keys, journals and legs, each as a set.

They arrive together because PostgreSQL's triggers check them together: a journal without its legs, or a key without
its journals, is refused at the end of the very statement (docs/architecture.md).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.domain.accounts import AccountFacts
from ledger.domain.checked import Companion, WriteRows
from ledger.domain.posted import PostedJournal
from ledger.queries.arrays import array

_KEYS = ("id::uuid", "ledger_id::uuid", "key::text", "fingerprint::bytea", "journal_count::smallint")
_JOURNALS = (
    "id::uuid",
    "ledger_id::uuid",
    "number::bigint",
    "kind::text",
    "idempotency_key_id::uuid",
    "ordinal::smallint",
    "value_date::date",
    "posted_at::timestamptz",
    "description::text",
    "reference::text",
    "metadata::jsonb",
    "reverses_id::uuid",
    "leg_count::smallint",
)
_LEGS = (
    "ledger_id::uuid",
    "journal_id::uuid",
    "position::smallint",
    "account_id::uuid",
    "side::text",
    "amount::numeric",
    "ccy::text",
    "value_date::date",
    "account_seq::bigint",
    "balance_after::numeric",
)


def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column.split("::")[0]}"' for column in columns)
    arrays = ", ".join(f"%s::{column.split('::')[1]}[]" for column in columns)
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - constants only


_WRITE_GROUP = (
    f"WITH keys AS ({_insert('ledger_idempotencykey', _KEYS)}), "
    f"journals AS ({_insert('ledger_journal', _JOURNALS)}) "
    f"{_insert('ledger_leg', _LEGS)}"
)


@dataclass(frozen=True, slots=True)
class NewLeg:
    account: AccountFacts
    account_seq: int


@dataclass(frozen=True, slots=True)
class NewPosting:
    """One key with its journals, and what their legs need beyond what is shown to callers."""

    key_id: UUID
    ledger_id: UUID
    fingerprint: bytes
    journals: tuple[PostedJournal, ...]
    legs: tuple[tuple[NewLeg, ...], ...]
    companion: Companion | None = None


def write_companions(postings: Collection[NewPosting]) -> None:
    """Insert what other apps write with the postings, a set for each of them.

    Ahead of the journals, so that the triggers on legs see these rows and refuse at the statement, not at the commit.
    """
    rows: dict[WriteRows, list[tuple[Any, tuple[PostedJournal, ...]]]] = defaultdict(list)
    for posting in postings:
        if posting.companion is not None:
            rows[posting.companion.write].append((posting.companion.content, posting.journals))
    for write_rows, of_postings in rows.items():
        write_rows(of_postings)


def write(postings: Iterable[NewPosting]) -> None:
    """Insert the postings, all in one statement."""
    keys: list[tuple[Any, ...]] = []
    journals: list[tuple[Any, ...]] = []
    legs: list[tuple[Any, ...]] = []
    for posting in postings:
        first = posting.journals[0]
        keys.append(
            (
                posting.key_id,
                posting.ledger_id,
                first.idempotency_key,
                posting.fingerprint,
                len(posting.journals),
            )
        )
        for ordinal, (journal, new_legs) in enumerate(zip(posting.journals, posting.legs, strict=True), 1):
            journals.append(_journal_row(posting, journal, ordinal))
            legs.extend(_leg_rows(posting.ledger_id, journal, new_legs))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_GROUP, [*_columns(keys), *_columns(journals), *_columns(legs)])


def _columns(rows: list[tuple[Any, ...]]) -> list[str]:
    return [array(column) for column in zip(*rows, strict=True)]


def _journal_row(posting: NewPosting, journal: PostedJournal, ordinal: int) -> tuple[Any, ...]:
    return (
        journal.id,
        posting.ledger_id,
        journal.number,
        journal.kind.value,
        posting.key_id,
        ordinal,
        journal.value_date,
        journal.posted_at,
        journal.description,
        journal.reference,
        json.dumps(dict(journal.metadata)) if journal.metadata else "{}",
        journal.reverses,
        len(journal.legs),
    )


def _leg_rows(ledger_id: UUID, journal: PostedJournal, new_legs: tuple[NewLeg, ...]) -> Iterable[tuple[Any, ...]]:
    for position, (leg, new) in enumerate(zip(journal.legs, new_legs, strict=True), 1):
        yield (
            ledger_id,
            journal.id,
            position,
            new.account.id,
            leg.side.value,
            leg.amount,
            leg.ccy,
            journal.value_date,
            new.account_seq,
            leg.balance_after,
        )
