"""Which keys have given hashes: the first statement of every request, so it is compiled once."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.models import ApiKey
from ledger.queries.compiled import Compiled


class KeyFacts(NamedTuple):
    secret_hash: bytes
    id: UUID
    ledger_id: UUID
    scopes: list[str]
    last_used_at: datetime | None
    revoked_at: datetime | None


_BY_HASH = Compiled(
    lambda: (
        ApiKey.objects.filter(secret_hash__any=[None])
        .order_by()
        .values_list("secret_hash", "id", "ledger_id", "scopes", "last_used_at", "revoked_at")
    )
)


def keys_by_hash(secret_hashes: Collection[bytes]) -> dict[bytes, KeyFacts]:
    """Those of the hashes that are keys', revoked or not."""
    keys = (KeyFacts(bytes(secret_hash), *rest) for secret_hash, *rest in _BY_HASH.rows(list(secret_hashes)))
    return {key.secret_hash: key for key in keys}
