import hashlib
import re
import threading

import pytest
from django.db import connections

from ledger import api_keys
from ledger.api_keys import PREFIX, authenticate, create_api_key, revoke_api_key
from ledger.domain.refusals import InvalidRequest, NotFound
from ledger.domain.scopes import Scope
from ledger.models import ApiKey, Ledger
from tests.ledger.raw_books import InBackground, connect


def test_a_key_is_long_random_and_can_be_told_by_its_prefix(ledger: Ledger) -> None:
    keys = {create_api_key(ledger.code, ["read"]) for _ in range(10)}
    assert len(keys) == 10
    assert all(re.fullmatch(rf"{PREFIX}[\w-]{{43}}", key) for key in keys)


def test_only_the_hash_of_a_key_is_kept(ledger: Ledger) -> None:
    key = create_api_key(ledger.code, ["read"], name="reports")
    row = ApiKey.objects.filter(ledger=ledger).values().get()
    assert bytes(row["secret_hash"]) == hashlib.sha256(key.encode()).digest()
    assert key.startswith(row["prefix"])
    assert len(row["prefix"]) < 12
    assert not any(key in str(value) for value in row.values())


def test_a_key_reaches_its_own_ledger_with_its_own_scopes(ledger: Ledger) -> None:
    caller = authenticate(create_api_key(ledger.code, ["post", "read", "read"]))
    assert caller is not None
    assert caller.ledger_id == ledger.id
    assert caller.scopes == {Scope.READ, Scope.POST}


@pytest.mark.parametrize("wrong", ["", "dx_", "x" * 5000, "ä", "\udcff"])
def test_what_is_no_key_is_nobodys(wrong: str) -> None:
    assert authenticate(wrong) is None


def test_one_character_more_or_less_is_nobodys(ledger: Ledger) -> None:
    key = create_api_key(ledger.code, ["read"])
    assert authenticate(key) is not None
    assert authenticate(key[:-1]) is None
    assert authenticate(key + "x") is None
    assert authenticate(key.swapcase()) is None


def test_a_key_is_revoked_by_its_prefix_or_its_id_for_ever(ledger: Ledger) -> None:
    by_prefix, by_id = (create_api_key(ledger.code, ["read"]) for _ in range(2))
    revoke_api_key(by_prefix[:11])
    revoked = revoke_api_key(str(ApiKey.objects.get(prefix=by_id[:11]).id))
    assert authenticate(by_prefix) is None
    assert authenticate(by_id) is None
    assert revoke_api_key(str(revoked.id)).revoked_at == revoked.revoked_at


def test_the_whole_key_names_itself_too(ledger: Ledger) -> None:
    key = create_api_key(ledger.code, ["read"])
    revoke_api_key(key)
    assert authenticate(key) is None


def test_a_prefix_that_several_keys_share_revokes_none(ledger: Ledger) -> None:
    keys = [create_api_key(ledger.code, ["read"]) for _ in range(2)]
    ids = ApiKey.objects.filter(ledger=ledger)
    with_prefix = "dx_same" + ledger.code[-4:]
    for key in ids:
        ApiKey.objects.create(
            ledger=ledger, prefix=with_prefix, secret_hash=bytes(key.secret_hash)[::-1], scopes=["read"]
        )
    with pytest.raises(InvalidRequest):
        revoke_api_key(with_prefix)
    assert all(authenticate(key) for key in keys)


def test_revoking_what_is_not_there_says_so() -> None:
    with pytest.raises(NotFound):
        revoke_api_key("dx_nothing0")


@pytest.mark.parametrize(
    ("scopes", "name", "field"), [([], "", "scopes"), (["read", "write"], "", "scopes"), (["read"], "x" * 256, "name")]
)
def test_a_key_that_cannot_be_is_refused(ledger: Ledger, scopes: list[str], name: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        create_api_key(ledger.code, scopes, name)
    assert refusal.value.field == field
    assert not ApiKey.objects.filter(ledger=ledger).exists()


def test_a_key_revoked_while_a_look_up_is_in_flight_is_refused_to_whoever_comes_then(ledger: Ledger) -> None:
    """Look-ups go in groups, and each begins after the request that asks for it."""
    others, revoked = (create_api_key(ledger.code, ["read"]) for _ in range(2))
    answers: dict[str, object] = {}

    def note(key: str) -> None:
        answers[key] = authenticate(key)
        connections.close_all()

    def ask(key: str) -> InBackground:
        arrived = api_keys._lookups.arrived
        thread = InBackground(lambda: note(key))
        while api_keys._lookups.arrived == arrived:
            threading.Event().wait(0.001)
        return thread

    with connect("owner") as owner:
        owner.execute("LOCK TABLE ledger_apikey IN ACCESS EXCLUSIVE MODE")
        first = ask(others)
        owner.execute("UPDATE ledger_apikey SET revoked_at = now() WHERE prefix = %s", [revoked[:11]])
        second = ask(revoked)
        owner.commit()
    assert (first.outcome(), second.outcome()) == (None, None)
    assert answers[others] is not None
    assert answers[revoked] is None
