"""The journal list finds its rows by several ways; whichever it takes, the answer is the same."""

import itertools
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from ledger.models import Account
from ledger.queries import journal_list, journals_of_days
from tests.ledger.api.calls import Api, content_of, leg

Make = Callable[..., Account]
DAYS = ("&from=2026-01-12", "&to=2026-01-12", "&from=2026-01-11&to=2026-01-17", "&from=2026-12-31")


def numbers(page: dict[str, Any]) -> list[int]:
    return [row["number"] for row in page["results"]]


def walked(api: Api, path: str, direction: str = "next") -> list[int]:
    """The numbers of all pages, in the order of walking."""
    found: list[int] = []
    link: str | None = path
    while link:
        parts = urlsplit(link)
        page = content_of(api.get(f"{parts.path}?{parts.query}"))
        found += numbers(page) if direction == "next" else list(reversed(numbers(page)))
        link = page[direction]
    return found


def walked_back(api: Api, path: str) -> list[int]:
    """What the pages before the last one hold, read from the back, and the last one; in the list's own order."""
    link = path
    while link:
        parts = urlsplit(link)
        page = content_of(api.get(f"{parts.path}?{parts.query}"))
        link = page["next"]
    before = walked(api, page["previous"], "previous") if page["previous"] else []
    return list(reversed(before)) + numbers(page)


def dated(journals: list[dict[str, Any]], days: str) -> list[dict[str, Any]]:
    wanted = dict(part.split("=") for part in days.split("&") if part)
    return [j for j in journals if wanted.get("from", "") <= j["value_date"] <= wanted.get("to", "9")]


@pytest.fixture
def journals(api: Api, make_account: Make) -> list[dict[str, Any]]:
    """Thirty journals of 2 to 7 legs over four accounts and ten days, the newest first."""
    for code in ("A", "B", "C", "D"):
        make_account(code)
    draw = random.Random(7)
    for number in range(30):
        legs = []
        for _ in range(draw.randint(1, 3)):
            pair = draw.choices(["A", "B"] if number % 3 else ["C", "D"], k=2)
            legs += [leg(pair[0], "debit", "1"), leg(pair[1], "credit", "1")]
        day = f"2026-01-{draw.randint(10, 19)}"
        content_of(api.transfer(legs=legs, value_date=day, metadata={"odd": number % 2}), 201)
    return content_of(api.get("/api/journals/", limit=500))["results"]  # type: ignore[no-any-return]


def test_a_journal_comes_once_however_many_legs_it_has_on_the_account(api: Api, journals: list[dict[str, Any]]) -> None:
    for account, days, limit in itertools.product(
        ("A", "C"), ("", "&from=2026-01-12&to=2026-01-16", "&to=2026-01-13"), (1, 7, 500)
    ):
        expected = [
            journal["number"]
            for journal in dated(journals, days)
            if any(line["account"] == account for line in journal["legs"])
        ]
        path = f"/api/journals/?account={account}&limit={limit}{days}"
        assert walked(api, path) == expected, path
        assert walked(api, f"{path}&metadata.odd=1") == [number for number in expected if number % 2 == 0], path
        assert walked_back(api, path) == expected, path


@pytest.mark.parametrize("walks", [True, False])
def test_days_are_found_alike_by_walking_and_by_sorting(
    api: Api, journals: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, walks: bool
) -> None:
    monkeypatch.setattr(journal_list, "is_found_by_walking", lambda *_: walks)
    for days, limit in itertools.product(DAYS, (1, 4, 500)):
        expected = [journal["number"] for journal in dated(journals, days)]
        path = f"/api/journals/?limit={limit}{days}"
        assert walked(api, path) == walked_back(api, path) == expected, path


def test_the_way_is_the_shorter_one(api: Api, journals: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[bool] = []

    def spied(*asked: Any) -> bool:
        chosen.append(journals_of_days.is_found_by_walking(*asked))
        return chosen[-1]

    monkeypatch.setattr(journal_list, "is_found_by_walking", spied)
    monkeypatch.setattr(journals_of_days, "SORTED_ALWAYS", 0)
    posted_on = journals[0]["posted_at"][:10]
    tomorrow = str(date.fromisoformat(posted_on) + timedelta(days=1))
    for days, walks in (
        ("", True),
        (f"from={posted_on}", True),
        (f"to={tomorrow}", True),
        (f"from={tomorrow}", False),
        ("to=2026-01-12", False),
    ):
        content_of(api.get(f"/api/journals/?{days}"))
        assert chosen.pop() is walks, days
