"""No list and no report takes more statements for more rows; a new endpoint that is not counted here fails the test."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.api import reports, urls
from ledger.models import Account
from tests.ledger.api.calls import Api, content_of, leg

Make = Callable[..., Account]

# Every way that a list can be asked for.
LISTS = {
    "accounts": ["/api/accounts/", "/api/accounts/?type=asset&status=active", "/api/accounts/?metadata.k=v"],
    "journals": [
        "/api/journals/",
        "/api/journals/?account=CASH",
        "/api/journals/?account=CASH&kind=transfer",
        "/api/journals/?account=CASH&from=2026-01-01&to=2026-01-31",
        "/api/journals/?account=CASH&metadata.k=v",
        "/api/journals/?from=2026-01-01&to=2026-01-31",
        "/api/journals/?reference=R",
        "/api/journals/?metadata.k=v",
        "/api/journals/?kind=reversal",
    ],
    "statement": [
        "/api/accounts/CASH/statement",
        "/api/accounts/CASH/statement?from=2026-01-02&to=2026-12-31",
        "/api/accounts/CASH/statement?by=posted",
        "/api/accounts/CASH/statement?by=posted&from=2026-01-02",
    ],
    "trial-balance": ["/api/reports/trial-balance", "/api/reports/trial-balance?date=2026-01-31"],
    "balance-sheet": ["/api/reports/balance-sheet", "/api/reports/balance-sheet?date=2026-01-31"],
    "income-statement": ["/api/reports/income-statement?from=2026-01-01&to=2026-01-31"],
}
# One thing each, but whose legs may be many.
SINGLE = {
    "account": ["/api/accounts/CASH"],
    "balance": [
        "/api/accounts/CASH/balance",
        "/api/accounts/CASH/balance?as_of=2026-01-31",
        "/api/accounts/CASH/balance?as_of=2100-01-01T00:00:00Z",
    ],
    "journal": ["/api/journals/{journal}"],
}
ALL = {path: name for name, paths in (LISTS | SINGLE).items() for path in paths}


def test_every_endpoint_that_can_be_read_is_counted() -> None:
    readable = {
        pattern.name
        for pattern in (*urls.urlpatterns, *reports.urlpatterns)
        if hasattr(pattern.callback.view_class, "get")  # type: ignore[attr-defined]
    }
    assert readable == set(LISTS | SINGLE)


@pytest.fixture
def grow(api: Api, make_account: Make) -> Callable[[int], str]:
    """Adds so many accounts and journals, each with its reversal; the id of the last journal comes back."""
    make_account("CASH")
    seen = 0
    above: Account | None = None

    def more(count: int) -> str:
        nonlocal seen, above
        journal_id = ""
        for number in range(seen, seen + count):
            above = make_account(f"A{number}", metadata={"k": "v"}, parent=above)
            make_account(f"R{number}", type="revenue")
            legs = [leg("CASH", "debit", "3"), leg(f"A{number}", "credit", "1"), leg(f"R{number}", "credit", "2")]
            posted = api.transfer(legs=legs, value_date="2026-01-15", reference="R", metadata={"k": "v"})
            journal_id = content_of(posted, 201)["journal_id"]
            undo = {"idempotency_key": f"undo {number}", "value_date": "2026-01-20"}
            content_of(api.post(f"/api/journals/{journal_id}/reverse", undo), 201)
        seen += count
        return journal_id

    return more


def rows_of(content: dict[str, list[object]]) -> int:
    return max((len(value) for value in content.values() if isinstance(value, list)), default=1)


def test_the_number_of_statements_does_not_grow_with_the_rows(api: Api, grow: Callable[[int], str]) -> None:
    def measured(journal: str) -> dict[str, tuple[int, int]]:
        found = {}
        for path in ALL:
            with CaptureQueriesContext(connection) as captured:
                content = content_of(api.get(path.format(journal=journal)))
            found[path] = len(captured), rows_of(content)
        return found

    journal = grow(1)
    measured(journal)
    few, many = measured(journal), measured(grow(12))
    for path, name in ALL.items():
        assert many[path][0] == few[path][0] <= 10, path
        assert name in SINGLE or many[path][1] >= few[path][1] + 10, path


def follow_count(api: Api, path: str) -> list[int]:
    counts = []
    link = path
    while link:
        with CaptureQueriesContext(connection) as captured:
            content = json.loads(api.get(link).content)
        counts.append(len(captured))
        link = content["next"] and content["next"].removeprefix("https://testserver")
    return counts


def test_no_page_takes_more_statements_than_the_second(api: Api, grow: Callable[[int], str]) -> None:
    grow(4)
    for path in (path for path, name in ALL.items() if name in LISTS):
        counts = follow_count(api, f"{path}{'&' if '?' in path else '?'}limit=1")
        assert len(counts) >= 4, path
        assert len(set(counts[1:])) == 1, path
