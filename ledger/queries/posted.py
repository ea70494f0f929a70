"""Journals as they stand in the books, whole with their legs, in two statements whatever their number."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind
from ledger.domain.posted import PostedJournal, PostedLeg
from ledger.models import IdempotencyKey, Journal, Leg
from ledger.queries.arrays import spelled
from ledger.queries.compiled import Compiled
from ledger.queries.messages import Message

_KEYS = Compiled(
    lambda: (
        IdempotencyKey.objects.filter(ledger_id__among=[None])
        .filter(key__among=[None])
        .values_list("ledger_id", "key", "id", "fingerprint")
    )
)


KnownKeys = dict[tuple[UUID, str], tuple[UUID, bytes]]


def known_keys(keys: Collection[tuple[UUID, str]]) -> KnownKeys:
    """The sentinels of those of the (ledger, key) pairs that have posted: id and fingerprint."""
    found = _by_key(_KEYS.rows(list({ledger_id for ledger_id, _ in keys}), list({key for _, key in keys})))
    return {place: known for place, known in found.items() if place in keys}


def ask_known_keys(message: Message, ledger_ids: Collection[UUID], keys: Iterable[str]) -> Callable[[], KnownKeys]:
    """The sentinels of those of the keys, which are spelled, that have posted in any of the ledgers, as part of a message."""
    rows = _KEYS.ask_spelled(message, map(spelled, ledger_ids), keys)
    return lambda: _by_key(rows())


def _by_key(rows: list[tuple[Any, ...]]) -> KnownKeys:
    return {(ledger_id, key): (id_, bytes(mark)) for ledger_id, key, id_, mark in rows}


def journals_of_key(key_id: UUID) -> tuple[PostedJournal, ...]:
    """What a key has posted, in its order."""
    return with_legs(Journal.objects.filter(idempotency_key_id=key_id).order_by("ordinal"))


def reversed_among(journal_ids: Collection[UUID]) -> set[UUID]:
    """Those of the journals that are reversed already."""
    if not journal_ids:
        return set()
    rows = Journal.objects.filter(reverses_id__any=list(journal_ids))
    return set(rows.values_list("reverses_id", flat=True))


def with_legs(journals: QuerySet[Journal]) -> tuple[PostedJournal, ...]:
    """The journals of a queryset with their legs, keys and reversals."""
    rows = list(journals.select_related("idempotency_key", "reversed_by"))
    legs = _legs_of([journal.id for journal in rows])
    return tuple(_posted(journal, legs[journal.id]) for journal in rows)


def _legs_of(journal_ids: list[UUID]) -> dict[UUID, list[PostedLeg]]:
    legs: dict[UUID, list[PostedLeg]] = defaultdict(list)
    rows = (
        Leg.objects.filter(journal_id__any=journal_ids)
        .order_by("journal_id", "position")
        .values_list("journal_id", "account__code", "side", "amount", "ccy_id", "ccy__minor_units", "balance_after")
    )
    for journal_id, code, side, amount, ccy, minor_units, balance_after in rows:
        legs[journal_id].append(PostedLeg(code, Side(side), amount, ccy, minor_units, balance_after))
    return legs


def _posted(journal: Journal, legs: list[PostedLeg]) -> PostedJournal:
    reversal = getattr(journal, "reversed_by", None)
    return PostedJournal(
        id=journal.id,
        number=journal.number,
        kind=JournalKind(journal.kind),
        value_date=journal.value_date,
        posted_at=journal.posted_at,
        description=journal.description,
        reference=journal.reference,
        metadata=journal.metadata,
        idempotency_key=journal.idempotency_key.key,
        reverses=journal.reverses_id,
        reversed_by=reversal and reversal.id,
        legs=tuple(legs),
    )
