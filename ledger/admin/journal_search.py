"""What an accountant may type to find a journal: each by an index of its own, so that five million hide nothing."""

from contextlib import suppress
from uuid import UUID

from django.db.models import Q

from ledger.models import IdempotencyKey

_BIGINT_MAX = 2**63 - 1


def matching(ledger_id: UUID, text: str) -> Q:
    """The ledger's journals of that number, reference, idempotency key or id, whole and not in part."""
    found = Q(reference=text)
    if text.isascii() and text.isdecimal() and int(text) <= _BIGINT_MAX:
        found |= Q(number=int(text))
    if key := IdempotencyKey.objects.filter(ledger_id=ledger_id, key=text).first():
        found |= Q(idempotency_key=key)
    with suppress(ValueError):
        found |= Q(id=UUID(text))
    return found
