"""The verbs that make, revoke and check API keys.

A key is 32 random bytes behind a prefix that secret scanners can find. At rest it is a plain SHA-256: slow, salted
hashes protect what people can guess, and nobody guesses 256 random bits. The plain hash is also what lets one unique
index find the key, which takes the same time whether an attacker's key is nearly right or not at all.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error, transaction
from django.db.models import Q
from django.utils import timezone

from ledger import locks
from ledger.domain.presented import KeyFacts, PresentedKey
from ledger.domain.refusals import InvalidRequest, NotFound
from ledger.domain.scopes import Scope
from ledger.group_queue import GroupQueue
from ledger.models import ApiKey, Ledger
from ledger.queries.api_keys import keys_by_hash

PREFIX = "dx_"
SECRET_BYTES = 32
# Long enough to tell a ledger's keys apart, and far too short to guess the rest.
SHOWN_LENGTH = len(PREFIX) + 8
NAME_LENGTH_MAX = 255
USE_RECORDED_EVERY = timedelta(minutes=1)
LOOKUP_TIMEOUT_SECONDS = 5.0
LOOKED_UP_TOGETHER_MAX = 1_000
REMEMBERED_KEYS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the ledger that every read and write of the request is bound to, what it may do there, by which key.

    `presented` is a key that is yet to be confirmed; see `recognise`.
    """

    ledger_id: UUID
    scopes: frozenset[Scope]
    key_id: UUID | None = None
    presented: PresentedKey | None = None


def create_api_key(ledger_code: str, scopes: Collection[str], name: str = "") -> str:
    """Make a key to one ledger and return it: this is the only time that anybody sees it.

    Raises:
        InvalidRequest: no such ledger, no scope, an unknown scope, too long a name.
    """
    ledger = Ledger.objects.filter(code=ledger_code).first()
    if ledger is None:
        raise InvalidRequest(f"there is no ledger {ledger_code[:80]!r}; `ledgers` lists them", field="ledger")
    if len(name) > NAME_LENGTH_MAX:
        raise InvalidRequest(f"at most {NAME_LENGTH_MAX} characters", field="name")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    ApiKey.objects.create(
        ledger=ledger,
        name=name,
        prefix=secret[:SHOWN_LENGTH],
        secret_hash=_hash(secret),
        scopes=[scope.value for scope in _known_scopes(scopes)],
    )
    return secret


def revoke_api_key(prefix_or_id: str) -> ApiKey:
    """Refuse the key from now on; the next request with it is refused already. Revoking twice changes nothing.

    Raises:
        NotFound: no key has this id or begins like this.
        InvalidRequest: several keys begin like this.
    """
    keys = list(ApiKey.objects.filter(_named(prefix_or_id)).select_related("ledger")[:2])
    if not keys:
        raise NotFound(f"no key has the id or the prefix {prefix_or_id[:60]!r}; `api_key list` shows them")
    if len(keys) > 1:
        raise InvalidRequest(f"several keys begin with {prefix_or_id!r}; name one by its id", field="key")
    ApiKey.objects.filter(id=keys[0].id, revoked_at=None).update(revoked_at=timezone.now())
    keys[0].refresh_from_db(fields=["revoked_at"])
    return keys[0]


def authenticate(secret: str) -> Caller | None:
    """Whom the key belongs to; None if it is unknown or revoked.

    Looked up by index, together with the keys of requests that came while another look-up was in flight, and never
    from a cache: a revoked key is refused at once, in every process. That it was used is written at most once a minute.

    Raises:
        Busy: the look-up had to wait for too long.
    """
    secret_hash = _hash(secret)
    found = _looked_up(secret_hash)
    if found is None or found.revoked_at is not None:
        return None
    _record_use(found, timezone.now())
    caller = Caller(found.ledger_id, frozenset(map(Scope, found.scopes)), found.id)
    if len(_known) >= REMEMBERED_KEYS_MAX:
        _known.clear()
    _known[secret_hash] = caller
    return caller


def recognise(secret: str) -> Caller | None:
    """As `authenticate`, but whom this process has met before is believed for now, with the key as `presented`.

    For a request whose work looks the key up in the same message: `post_transfer`, `live_balance`. Whatever else it does
    or answers has to wait for `confirm`.
    """
    secret_hash = _hash(secret)
    known = _known.get(secret_hash)
    return replace(known, presented=PresentedKey(secret_hash)) if known else authenticate(secret)


def confirm(caller: Caller) -> None:
    """Look up the key of a caller who was only recognised, unless his request's work has done so.

    Raises:
        KeyRefused: it is unknown or revoked. Busy: the look-up had to wait for too long.
    """
    presented = caller.presented
    if presented is None:
        return
    if presented.found is None and (refusal := presented.settle(_looked_up(presented.secret_hash))):
        _known.pop(presented.secret_hash, None)
        raise refusal
    if presented.found:
        _record_use(presented.found, timezone.now())


def _looked_up(secret_hash: bytes) -> KeyFacts | None:
    return _lookups.submit(secret_hash, size=1, timeout_seconds=LOOKUP_TIMEOUT_SECONDS)


def _look_up(secret_hashes: Sequence[bytes]) -> list[KeyFacts | None]:
    found = keys_by_hash(set(secret_hashes))
    return [found.get(secret_hash) for secret_hash in secret_hashes]


# Whom a key stands for never changes; whether it still does is asked each time.
_known: dict[bytes, Caller] = {}
_lookups: GroupQueue[bytes, KeyFacts | None] = GroupQueue(_look_up, size_max=LOOKED_UP_TOGETHER_MAX)


def _record_use(key: KeyFacts, now: datetime) -> None:
    stale = now - USE_RECORDED_EVERY
    if key.last_used_at is not None and key.last_used_at >= stale:
        return
    # The condition is repeated so that of many requests at the turn of the minute only one writes; and none waits for the
    # row or fails for it, because by now there may be an answer that has to get through.
    due = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=stale), id=key.id)
    with suppress(Error), transaction.atomic():
        locks.without_waiting(due).update(last_used_at=now)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _known_scopes(scopes: Collection[str]) -> list[Scope]:
    known = ", ".join(Scope)
    for scope in scopes:
        if scope not in list(Scope):
            raise InvalidRequest(f"{scope!r} is no scope; the scopes are {known}", field="scopes")
    if not scopes:
        raise InvalidRequest(f"name at least one scope of {known}", field="scopes")
    return sorted({Scope(scope) for scope in scopes})


def _named(prefix_or_id: str) -> Q:
    try:
        return Q(id=UUID(prefix_or_id))
    except ValueError:
        return Q(prefix=prefix_or_id[:SHOWN_LENGTH])
