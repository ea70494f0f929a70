"""A key that a request presents is good for what the latest look-up says, and for no longer."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ledger.domain.presented import KeyFacts, PresentedKey
from ledger.domain.refusals import KeyRefused

HOLDS = KeyFacts(b"hash", UUID(int=1), UUID(int=2), ["post"], last_used_at=None, revoked_at=None)
REVOKED = HOLDS._replace(revoked_at=datetime(2026, 3, 15, tzinfo=UTC))


def test_a_key_that_was_found_holds_and_its_facts_are_kept() -> None:
    presented = PresentedKey(b"hash")
    assert presented.found is None, "nothing is known of it before it was looked up"
    assert presented.settle(HOLDS) is None
    assert presented.found is HOLDS


@pytest.mark.parametrize("found", [None, REVOKED], ids=["unknown", "revoked"])
def test_a_key_that_is_unknown_or_revoked_is_refused_and_what_was_known_of_it_forgotten(
    found: KeyFacts | None,
) -> None:
    presented = PresentedKey(b"hash", HOLDS)
    refusal = presented.settle(found)
    assert isinstance(refusal, KeyRefused)
    assert (refusal.code, refusal.detail) == ("not_authenticated", "This key is unknown or revoked.")
    assert presented.found is None
