"""A key that a request presents, and what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.domain.refusals import KeyRefused


class KeyFacts(NamedTuple):
    """An API key as it was looked up. All but the last two never change; PostgreSQL refuses it."""

    secret_hash: bytes
    id: UUID
    ledger_id: UUID
    scopes: list[str]
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(eq=False, slots=True)
class PresentedKey:
    """A key that this process has looked up before, presented by a request.

    Whether it still holds is asked in the message that does the request's work, which saves a look-up of its own.
    Until `settle` was told what a look-up found that began after the request came, nothing may be done or said on its
    strength.
    """

    secret_hash: bytes
    found: KeyFacts | None = None

    def settle(self, found: KeyFacts | None) -> KeyRefused | None:
        """Take note of what was found; what comes back refuses a key that is unknown or revoked."""
        if found is None or found.revoked_at is not None:
            self.found = None
            return KeyRefused("This key is unknown or revoked.")
        self.found = found
        return None
