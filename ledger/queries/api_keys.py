"""Which keys have given hashes: the first statement of every request, so it is compiled once."""

from collections.abc import Callable, Collection
from typing import Any

from ledger.domain.presented import KeyFacts
from ledger.models import ApiKey
from ledger.queries.compiled import Compiled
from ledger.queries.messages import Message

_BY_HASH = Compiled(
    lambda: (
        ApiKey.objects.filter(secret_hash__among=[None])
        .order_by()
        .values_list("secret_hash", "id", "ledger_id", "scopes", "last_used_at", "revoked_at")
    )
)


KeysByHash = dict[bytes, KeyFacts]


def keys_by_hash(secret_hashes: Collection[bytes]) -> KeysByHash:
    """Those of the hashes that are keys', revoked or not."""
    return _by_hash(_BY_HASH.rows(list(secret_hashes)))


def ask_keys_by_hash(message: Message, secret_hashes: Collection[bytes]) -> Callable[[], KeysByHash]:
    """`keys_by_hash` as part of a message; none is asked for where there is no hash."""
    if not secret_hashes:
        return dict
    rows = _BY_HASH.ask(message, list(secret_hashes))
    return lambda: _by_hash(rows())


def _by_hash(rows: list[tuple[Any, ...]]) -> KeysByHash:
    keys = (KeyFacts(bytes(secret_hash), *rest) for secret_hash, *rest in rows)
    return {key.secret_hash: key for key in keys}
