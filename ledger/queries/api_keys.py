"""Which key has a given hash: the first statement of every request, so it is compiled once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.models import ApiKey
from ledger.queries.compiled import Compiled


class KeyFacts(NamedTuple):
    id: UUID
    ledger_id: UUID
    scopes: list[str]
    last_used_at: datetime | None
    revoked_at: datetime | None


_BY_HASH = Compiled(
    lambda: (
        ApiKey.objects.filter(secret_hash__any=[None])
        .order_by()
        .values_list("id", "ledger_id", "scopes", "last_used_at", "revoked_at")
    )
)


def key_facts(secret_hash: bytes) -> KeyFacts | None:
    """The key of that hash, revoked or not."""
    rows = _BY_HASH.rows([secret_hash])
    return KeyFacts(*rows[0]) if rows else None
