"""Every endpoint of the schema, called by whom it must not serve: a new one is tried here without being named.

P10 over HTTP: another ledger's caller finds nothing, changes nothing and learns nothing. So does who has no key, a
revoked one, or one without the scope. Each call is then made by who may, so that no refusal is for another reason.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.api_keys import create_api_key, revoke_api_key
from ledger.domain.scopes import Scope
from ledger.models import Ledger
from tests.ledger.api.calls import Api, content_of, problem
from tests.ledger.api.documented import operations
from tests.ledger.api.example_books import MARK, Books, scope_of

OPERATIONS = list(operations())
every_operation = pytest.mark.parametrize(
    ("method", "path", "said"), OPERATIONS, ids=[f"{method} {path}" for method, path, _ in OPERATIONS]
)


@pytest.fixture
def theirs() -> Books:
    return Books.opened()


def needed(said: dict[str, Any], *, but: str = "") -> str:
    """The query with the parameters that the operation cannot do without."""
    given = [each["name"] for each in said.get("parameters", ()) if each["in"] == "query" and each.get("required")]
    return "".join(f"&{name}={FINDS[name]}" for name in given if name != but)


def finds_nothing(content: dict[str, Any]) -> bool:
    """Whether all the lists of an answer are empty, whatever it calls them."""
    lists = [value for value in content.values() if isinstance(value, list)]
    return bool(lists) and not any(lists)


@every_operation
def test_whom_it_serves_gets_an_answer(theirs: Books, method: str, path: str, said: dict[str, Any]) -> None:
    key = create_api_key(theirs.ledger.code, [scope_of(said)])
    response = theirs.call(key, method, path, said, needed(said))
    assert 200 <= response.status_code < 300, response.content
    if method == "GET":
        assert not finds_nothing(json.loads(response.content))


@every_operation
def test_another_ledgers_caller_finds_changes_and_learns_nothing(
    theirs: Books, ledger: Ledger, method: str, path: str, said: dict[str, Any]
) -> None:
    before = theirs.everything()
    response = theirs.call(Api.on(ledger, *Scope).key, method, path, said, needed(said))
    if "{" in path:
        problem(response, 404, "not_found")
    elif method == "GET":
        assert finds_nothing(json.loads(response.content))
    assert MARK not in response.content.decode()
    assert theirs.everything() == before


# A value for each query parameter that finds something in their books. Paging is of the list, not of what it finds.
FINDS = {
    "code": "DEMO-CASH",
    "account": "DEMO-CASH",
    "type": "asset",
    "status": "active",
    "from": "2000-01-01",
    "to": "2999-12-31",
    "reference": MARK,
    "kind": "transfer",
    "idempotency_key": MARK,
    "metadata": MARK,
    "by": "posted",
    "date": datetime.now(UTC).date().isoformat(),
    "as_of": "2999-12-31T00:00:00Z",
}
PAGING = {"limit", "cursor"}
QUERIES = [
    pytest.param(path, said, name, id=f"{path} {name}")
    for method, path, said in OPERATIONS
    if method == "GET"
    for name in [given["name"] for given in said["parameters"] if given["in"] == "query"]
    if name not in PAGING
]


@pytest.mark.parametrize(("path", "said", "name"), QUERIES)
def test_no_parameter_leads_into_another_ledger(
    theirs: Books, ledger: Ledger, path: str, said: dict[str, Any], name: str
) -> None:
    assert name in FINDS, f"give {name} a value in FINDS that finds something in their books"
    query = f"{'metadata.mark' if name == 'metadata' else name}={FINDS[name]}{needed(said, but=name)}"
    found = content_of(theirs.call(Api.on(theirs.ledger).key, "GET", path, said, query))
    assert "DEMO-CASH" in json.dumps(found) if "{" in path else not finds_nothing(found)
    response = theirs.call(Api.on(ledger).key, "GET", path, said, query)
    if "{" in path:
        problem(response, 404, "not_found")
    else:
        assert finds_nothing(content_of(response))
    assert MARK not in json.dumps(json.loads(response.content) | {"next": None})


@every_operation
def test_a_key_without_the_scope_is_refused(theirs: Books, method: str, path: str, said: dict[str, Any]) -> None:
    others = [other for other in Scope if other.value != scope_of(said)]
    key = create_api_key(theirs.ledger.code, others)
    before = theirs.everything()
    told = problem(theirs.call(key, method, path, said), 403, "scope_missing")
    assert repr(scope_of(said)) in told["detail"]
    assert theirs.everything() == before


@every_operation
def test_without_a_key_nobody_gets_in(theirs: Books, method: str, path: str, said: dict[str, Any]) -> None:
    before = theirs.everything()
    response = theirs.call(None, method, path, said)
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"
    assert theirs.everything() == before


@every_operation
def test_a_revoked_key_is_refused_by_the_very_next_request(
    theirs: Books, method: str, path: str, said: dict[str, Any]
) -> None:
    key = create_api_key(theirs.ledger.code, list(Scope))
    assert theirs.call(key, method, path, said, needed(said)).status_code < 300
    revoke_api_key(key[:11])
    before = theirs.everything()
    problem(theirs.call(key, method, path, said, needed(said)), 401, "not_authenticated")
    assert theirs.everything() == before
