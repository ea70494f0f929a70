from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Account
from tests.ledger.api.calls import Api, content_of, leg, problem

Make = Callable[..., Account]


def codes(page: dict[str, Any]) -> list[str]:
    return [row["code"] for row in page["results"]]


def numbers(page: dict[str, Any]) -> list[int]:
    return [row["number"] for row in page["results"]]


def follow(api: Api, link: str) -> dict[str, Any]:
    parts = urlsplit(link)
    assert parts.scheme == "https"
    return content_of(api.get(f"{parts.path}?{parts.query}"))  # type: ignore[no-any-return]


def test_an_empty_list_is_a_page(api: Api) -> None:
    for path in ("/api/accounts/", "/api/accounts", "/api/journals/", "/api/journals"):
        assert content_of(api.get(path)) == {"results": [], "next": None, "previous": None}


def test_accounts_come_by_code_byte_by_byte_with_their_live_balance(api: Api, make_account: Make) -> None:
    for code in ("b", "B", "a", "~", "0"):
        make_account(code)
    api.transfer(legs=[leg("a", "debit", "1.5"), leg("b", "credit", "1.5")])
    page = content_of(api.get("/api/accounts/"))
    assert codes(page) == ["0", "B", "a", "b", "~"]
    assert [row["balance"] for row in page["results"]] == ["0.00", "0.00", "1.50", "-1.50", "0.00"]


def test_pages_lead_forth_and_back(api: Api, make_account: Make) -> None:
    for number in range(5):
        make_account(f"A{number}")
    first = content_of(api.get("/api/accounts/", limit=2))
    assert (codes(first), first["previous"]) == (["A0", "A1"], None)
    second = follow(api, first["next"])
    third = follow(api, second["next"])
    assert (codes(second), codes(third), third["next"]) == (["A2", "A3"], ["A4"], None)
    back = follow(api, third["previous"])
    assert codes(back) == ["A2", "A3"]
    assert follow(api, back["next"]) == third
    assert follow(api, back["previous"])["previous"] is None
    assert codes(follow(api, back["previous"])) == ["A0", "A1"]


def test_an_insert_shifts_no_page(api: Api, make_account: Make) -> None:
    for code in ("B", "D", "F", "H"):
        make_account(code)
    first = content_of(api.get("/api/accounts/", limit=2))
    for code in ("A", "C", "E"):
        make_account(code)
    assert codes(follow(api, first["next"])) == ["E", "F"]


@pytest.mark.usefixtures("books")
def test_journals_come_newest_first_and_postings_shift_no_page(api: Api) -> None:
    for _ in range(4):
        api.transfer()
    first = content_of(api.get("/api/journals/", limit=2))
    assert numbers(first) == [4, 3]
    api.transfer()
    second = follow(api, first["next"])
    assert (numbers(second), second["next"]) == ([2, 1], None)
    again = follow(api, second["previous"])
    assert numbers(again) == [4, 3]
    newer = follow(api, again["previous"])
    assert (numbers(newer), newer["previous"]) == ([5], None)


def test_a_link_keeps_filters_and_limit(api: Api, make_account: Make) -> None:
    for code in ("A", "B", "C", "D"):
        make_account(code, type="expense" if code == "B" else "asset", metadata={"k": "v w"})
    first = content_of(api.get("/api/accounts/", **{"type": "asset", "metadata.k": "v w", "limit": "1"}))
    second = follow(api, first["next"])
    assert (codes(first), codes(second)) == (["A"], ["C"])


def test_accounts_are_found_by_code_type_status_and_metadata(api: Api, make_account: Make) -> None:
    make_account("A", metadata={"owner": "x", "level": 5, "flag": True})
    make_account("B", type="revenue", metadata={"owner": "x", "level": "5"})
    make_account("C", type="expense", status="frozen", metadata={"owner": "y", "flag": "true", "level": 5.5})
    for query, expected in (
        ("code=C&code=A&code=nobody", ["A", "C"]),
        ("type=asset&type=expense", ["A", "C"]),
        ("status=frozen", ["C"]),
        ("metadata.owner=x", ["A", "B"]),
        ("metadata.owner=x&type=revenue", ["B"]),
        ("metadata.level=5", ["A", "B"]),
        ("metadata.level=5.5", ["C"]),
        ("metadata.level=1e999", []),
        ("metadata.flag=true", ["A", "C"]),
        ("metadata.owner=", []),
        ("metadata.nothing=null", []),
        ("code=nobody", []),
    ):
        assert codes(content_of(api.get(f"/api/accounts/?{query}"))) == expected, query


@pytest.mark.usefixtures("books")
def test_journals_are_found_by_every_filter(api: Api, make_account: Make) -> None:
    make_account("OTHER")
    sent: list[dict[str, Any]] = [
        {"value_date": "2026-01-10", "reference": "R1", "metadata": {"order": 1}},
        {"value_date": "2026-01-11", "reference": "R2", "idempotency_key": "second"},
        {"value_date": "2026-01-12", "legs": [leg("OTHER", "debit", "1"), leg("REV", "credit", "1")]},
    ]
    for rest in sent:
        content_of(api.transfer(**rest), 201)
    for query, expected in (
        ("from=2026-01-11", [3, 2]),
        ("to=2026-01-11", [2, 1]),
        ("from=2026-01-11&to=2026-01-11", [2]),
        ("account=CASH", [2, 1]),
        ("account=REV", [3, 2, 1]),
        ("account=NOBODY", []),
        ("reference=R1", [1]),
        ("kind=transfer", [3, 2, 1]),
        ("kind=reversal", []),
        ("idempotency_key=second", [2]),
        ("idempotency_key=unknown", []),
        ("metadata.order=1", [1]),
        ("account=CASH&limit=1", [2]),
    ):
        assert numbers(content_of(api.get(f"/api/journals/?{query}"))) == expected, query


def test_a_journal_is_the_same_in_the_list_and_by_its_id(api: Api, make_account: Make) -> None:
    make_account("CASH")
    make_account("REV", type="revenue")
    posted = content_of(api.transfer("3", description="d", reference="r", metadata={"m": 1}, idempotency_key="k"), 201)
    journal = content_of(api.get(f"/api/journals/{posted['journal_id']}"))
    assert content_of(api.get("/api/journals/"))["results"] == [journal]
    assert journal == {
        "id": posted["journal_id"],
        "number": 1,
        "kind": "transfer",
        "value_date": posted["value_date"],
        "posted_at": posted["created_at"],
        "description": "d",
        "reference": "r",
        "metadata": {"m": 1},
        "idempotency_key": "k",
        "reverses": None,
        "reversed_by": None,
        "legs": posted["legs"],
    }


@pytest.mark.parametrize("journal_id", ["nope", "01a20dfa-e364-720d-a982-63995d1236db", "%00"])
def test_a_journal_that_is_not_there_is_not_found(api: Api, journal_id: str) -> None:
    problem(api.get(f"/api/journals/{journal_id}"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("accounts", "limit=0", "limit"),
        ("accounts", "limit=-1", "limit"),
        ("accounts", "limit=ten", "limit"),
        ("accounts", "limit=", "limit"),
        ("accounts", "limit=1&limit=2", "limit"),
        ("accounts", "cursor=", "cursor"),
        ("accounts", "cursor=!!!", "cursor"),
        ("accounts", "cursor=WzAsNV0", "cursor"),
        ("accounts", "cursor=WzAsIlx1MDAwMCJd", "cursor"),
        ("journals", "cursor=WzAsIkEiXQ", "cursor"),
        ("journals", "cursor=WzAsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTld", "cursor"),
        ("accounts", "type=money", "type"),
        ("accounts", "status=gone", "status"),
        ("accounts", "codes=A", "codes"),
        ("accounts", "code=%00", "code"),
        ("accounts", "metadata.=x", "metadata."),
        ("accounts", "metadata.a=x&metadata.a=y", "metadata.a"),
        ("journals", "from=yesterday", "from"),
        ("journals", "to=2026-02-30", "to"),
        ("journals", "kind=gift", "kind"),
        ("journals", "reference=a%00", "reference"),
        ("journals", "account=" + "x" * 2000, "account"),
    ],
)
def test_a_parameter_out_of_bounds_is_named(api: Api, path: str, query: str, field: str) -> None:
    problem(api.get(f"/api/{path}/?{query}"), 400, "validation_error", field)


def test_a_larger_limit_is_taken_as_the_largest(api: Api, make_account: Make) -> None:
    make_account("A")
    assert codes(content_of(api.get("/api/accounts/", limit=100_000))) == ["A"]


@pytest.mark.usefixtures("books")
def test_a_page_of_accounts_is_one_statement_and_one_of_journals_two(api: Api, make_account: Make) -> None:
    def statements(path: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            content_of(api.get(path))
        return [query["sql"] for query in captured.captured_queries]

    def measured() -> tuple[int, int]:
        # The key is looked up on the leaders' connection, which is not this thread's.
        return len(statements("/api/accounts/")), len(statements("/api/journals/"))

    content_of(api.transfer(), 201)
    assert measured() == (1, 2)
    for number in range(20):
        make_account(f"A{number}")
        api.transfer(metadata={"n": number})
    assert measured() == (1, 2)
