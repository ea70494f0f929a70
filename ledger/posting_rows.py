"""The one statement that writes a group: its keys, journals and legs, each as a set.

They arrive together because PostgreSQL's triggers check them together: a journal without its legs, or a key without
its journals, is refused at the end of the very statement (docs/architecture.md).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from ledger.domain.checked import Companion, WriteRows
from ledger.domain.journals import PlannedStep
from ledger.domain.posted import PostedJournal
from ledger.domain.records import record
from ledger.queries.arrays import array_of_spelled, spelled
from ledger.queries.messages import Message

_KEYS = ("id::uuid", "ledger_id::uuid", "key::text", "fingerprint::bytea", "journal_count::smallint")
_JOURNALS = (
    "id::uuid",
    "ledger_id::uuid",
    "idempotency_key_id::uuid",
    "ordinal::smallint",
    "value_date::date",
    "number::bigint",
    "kind::text",
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
    "value_date::date",
    "account_id::uuid",
    "account_seq::bigint",
    "side::text",
    "amount::numeric",
    "ccy::text",
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


@record
class NewPosting:
    """One key with its journals, and each one's steps: they have what its legs need beyond what callers are shown."""

    key_id: UUID
    ledger_id: UUID
    fingerprint: bytes
    journals: tuple[PostedJournal, ...]
    steps: tuple[list[PlannedStep], ...]
    companion: Companion | None = None


def write_companions(message: Message, postings: Collection[NewPosting]) -> None:
    """Make what other apps write with the postings part of the message, a set for each of them.

    Ahead of the journals, so that the triggers on legs see these rows and refuse at the statement, not at the commit.
    """
    rows: dict[WriteRows, list[tuple[Any, tuple[PostedJournal, ...]]]] = defaultdict(list)
    for posting in postings:
        if posting.companion is not None:
            rows[posting.companion.write].append((posting.companion.content, posting.journals))
    for write_rows, of_postings in rows.items():
        write_rows(message, of_postings)


def write(message: Message, postings: Iterable[NewPosting]) -> None:
    """Make the insertion of the postings, all in one statement, part of the message."""
    keys: list[tuple[str, ...]] = []
    journals: list[tuple[str, ...]] = []
    legs: list[tuple[str, ...]] = []
    for posting in postings:
        ledger_id, key_id = posting.ledger_id.hex, posting.key_id.hex
        key = spelled(posting.journals[0].idempotency_key)
        keys.append((key_id, ledger_id, key, spelled(posting.fingerprint), str(len(posting.journals))))
        for ordinal, (journal, steps) in enumerate(zip(posting.journals, posting.steps, strict=True), 1):
            journal_id, value_date = journal.id.hex, journal.value_date.isoformat()
            journals.append((journal_id, ledger_id, key_id, str(ordinal), value_date, *_content(journal)))
            for position, step in enumerate(steps, 1):
                place = (ledger_id, journal_id, str(position), value_date)
                legs.append((*place, step.leg.account.id.hex, str(step.account_seq), *_effect(step)))
    message.add(_WRITE_GROUP, [*_columns(keys), *_columns(journals), *_columns(legs)])


def _content(journal: PostedJournal) -> tuple[str, ...]:
    return (
        str(journal.number),
        journal.kind,
        journal.posted_at.isoformat(),
        spelled(journal.description),
        spelled(journal.reference),
        spelled(json.dumps(dict(journal.metadata)) if journal.metadata else "{}"),
        spelled(journal.reverses),
        str(len(journal.legs)),
    )


def _effect(step: PlannedStep) -> tuple[str, ...]:
    leg = step.leg
    return leg.side, f"{leg.amount:f}", spelled(leg.account.ccy), f"{step.balance_after:f}"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    return [array_of_spelled(column) for column in zip(*rows, strict=True)]
