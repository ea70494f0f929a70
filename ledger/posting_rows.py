"""The one statement that writes a group: its keys, journals and legs, each as a set.

They arrive together because PostgreSQL's triggers check them together: a journal without its legs, or a key without
its journals, is refused at the end of the very statement (docs/architecture.md).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from ledger.domain.checked import CheckedOrder, Draft, WriteRows
from ledger.domain.journals import PlannedJournal
from ledger.domain.posted import PostedJournal
from ledger.models.columns import new_hexadecimal_id
from ledger.new_posting import NewPosting
from ledger.queries.arrays import spelled
from ledger.queries.messages import Message

# Each book, key and journal is given once, and whatever belongs to it names it by its place there, from 1.
# The parameters are in the order of a draft's columns, each table's followed by what is known behind the gate only.
_WRITE_GROUP = """
WITH given AS MATERIALIZED (
    SELECT %s::uuid[] AS ledgers, %s::timestamptz[] AS instants,
           %s::uuid[] AS keys, %s::text[] AS key_texts, %s::bytea[] AS fingerprints, %s::smallint[] AS journal_counts,
           %s::int[] AS books_of_keys,
           %s::uuid[] AS journals, %s::smallint[] AS ordinals, %s::text[] AS kinds, %s::text[] AS descriptions,
           %s::text[] AS reference_texts, %s::jsonb[] AS metadata, %s::uuid[] AS reversed, %s::smallint[] AS leg_counts,
           %s::int[] AS keys_of_journals, %s::bigint[] AS numbers, %s::date[] AS days,
           %s::smallint[] AS positions, %s::uuid[] AS accounts, %s::text[] AS sides, %s::numeric[] AS amounts,
           %s::text[] AS currencies,
           %s::int[] AS journals_of_legs, %s::bigint[] AS seqs, %s::numeric[] AS balances
), new_keys AS (
    INSERT INTO ledger_idempotencykey (id, ledger_id, key, fingerprint, journal_count)
    SELECT k.id, ledgers[k.book], k.key, k.fingerprint, k.journal_count
      FROM given, unnest(keys, key_texts, fingerprints, journal_counts, books_of_keys)
           AS k(id, key, fingerprint, journal_count, book)
), new_journals AS (
    INSERT INTO ledger_journal (id, ledger_id, idempotency_key_id, ordinal, kind, description, reference, metadata,
                                reverses_id, leg_count, number, posted_at, value_date)
    SELECT j.id, ledgers[books_of_keys[j.key]], keys[j.key], j.ordinal, j.kind, j.description, j.reference, j.metadata,
           j.reverses_id, j.leg_count, j.number, instants[books_of_keys[j.key]], j.day
      FROM given, unnest(journals, ordinals, kinds, descriptions, reference_texts, metadata, reversed, leg_counts,
                         keys_of_journals, numbers, days)
           AS j(id, ordinal, kind, description, reference, metadata, reverses_id, leg_count, key, number, day)
)
INSERT INTO ledger_leg (ledger_id, journal_id, position, value_date, account_id, side, amount, ccy, account_seq,
                        balance_after)
SELECT ledgers[books_of_keys[keys_of_journals[l.journal]]], journals[l.journal], l.position, days[l.journal],
       l.account_id, l.side, l.amount, l.ccy, l.account_seq, l.balance_after
  FROM given, unnest(positions, accounts, sides, amounts, currencies, journals_of_legs, seqs, balances)
       AS l(position, account_id, side, amount, ccy, journal, account_seq, balance_after)
"""


def draft(key: str, fingerprint: bytes, planned_journals: Sequence[PlannedJournal]) -> Draft:
    """What an order of these journals adds to the columns that are drafted, with ids made here."""
    ids = tuple([planned.id.hex if planned.id else new_hexadecimal_id() for planned in planned_journals])
    keys = [(new_hexadecimal_id(), spelled(key), spelled(fingerprint), str(len(ids)))]
    journals: list[tuple[str, ...]] = []
    legs: list[tuple[str, ...]] = []
    for ordinal, (journal_id, planned) in enumerate(zip(ids, planned_journals, strict=True), 1):
        journals.append((journal_id, str(ordinal), *_content(planned)))
        legs += [
            (str(position), leg.account.id.hex, leg.side, f"{leg.amount:f}", spelled(leg.account.ccy))
            for position, leg in enumerate(planned.legs, 1)
        ]
    return Draft(ids, _columns(keys), _columns(journals), _columns(legs))


def _content(planned: PlannedJournal) -> tuple[str, ...]:
    return (
        planned.kind,
        spelled(planned.description),
        spelled(planned.reference),
        spelled(json.dumps(dict(planned.metadata)) if planned.metadata else "{}"),
        spelled(planned.reverses),
        str(len(planned.legs)),
    )


def _columns(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple([",".join(column) for column in zip(*rows, strict=True)])


def spelled_key(order: CheckedOrder) -> str:
    """The order's idempotency key as an array's member."""
    return order.draft.keys[1] if order.draft else spelled(order.idempotency_key)


def spelled_accounts(order: CheckedOrder) -> str:
    """The ids of the accounts on its legs, as an array's members."""
    if order.draft:
        return order.draft.legs[1]
    return ",".join([leg.account.id.hex for planned in order.journals for leg in planned.legs])


def write_companions(message: Message, postings: Collection[NewPosting]) -> None:
    """Make what other apps write with the postings part of the message, a set for each of them.

    Ahead of the journals, so that the triggers on legs see these rows and refuse at the statement, not at the commit.
    """
    rows: dict[WriteRows, list[tuple[Any, tuple[PostedJournal, ...]]]] = defaultdict(list)
    for posting in postings:
        if companion := posting.order.companion:
            rows[companion.write].append((companion.content, posting.journals()))
    for write_rows, of_postings in rows.items():
        write_rows(message, of_postings)


def write(message: Message, postings: Collection[NewPosting]) -> None:
    """Make the insertion of the postings, all in one statement, part of the message."""
    books: dict[UUID, tuple[str, str, str]] = {}
    books_of_keys: list[tuple[str, ...]] = []
    journals: list[tuple[str, ...]] = []
    legs: list[tuple[str, ...]] = []
    for key, posting in enumerate(postings, 1):
        ledger_id = posting.order.ledger_id
        if ledger_id not in books:
            books[ledger_id] = (str(len(books) + 1), ledger_id.hex, posting.posted_at.isoformat())
        books_of_keys.append(books[ledger_id][:1])
        for number, (value_date, steps) in enumerate(posting.dated, posting.first_number):
            journals.append((str(key), str(number), value_date.isoformat()))
            journal = str(len(journals))
            legs += [(journal, str(step.account_seq), f"{step.balance_after:f}") for step in steps]
    drafts = [posting.draft for posting in postings]
    columns = [
        *_columns([book[1:] for book in books.values()]),
        *_columns([drafted.keys for drafted in drafts]),
        *_columns(books_of_keys),
        *_columns([drafted.journals for drafted in drafts]),
        *_columns(journals),
        *_columns([drafted.legs for drafted in drafts]),
        *_columns(legs),
    ]
    message.add(_WRITE_GROUP, [f"{{{column}}}" for column in columns])
