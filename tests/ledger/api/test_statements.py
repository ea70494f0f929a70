import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings

from ledger.models import Account, Journal, Ledger, Leg
from tests.ledger.api.calls import Api, content_of, leg, problem
from tests.ledger.corrupting import unguarded

pytestmark = pytest.mark.usefixtures("books")

PATH = "/api/accounts/CASH/statement"
# Value dates out of the order of posting: what a statement by value date has to sort.
DATED = (("1.00", "2026-01-10"), ("2.00", "2026-01-12"), ("4.00", "2026-01-11"), ("8.00", "2026-01-11"))


def post(api: Api, dated: tuple[tuple[str, str], ...] = DATED) -> None:
    for amount, value_date in dated:
        content_of(api.transfer(amount, value_date=value_date), 201)


def lines_of(page: dict[str, Any], *columns: str) -> list[Any]:
    return [tuple(line[column] for column in columns) for line in page["lines"]]


def follow(api: Api, link: str) -> dict[str, Any]:
    parts = urlsplit(link)
    return content_of(api.get(f"{parts.path}?{parts.query}"))  # type: ignore[no-any-return]


def pages_of(api: Api, path: str = PATH, direction: str = "next", **parameters: str | int) -> Iterator[dict[str, Any]]:
    page = content_of(api.get(path, **parameters))
    yield page
    while page[direction]:
        page = follow(api, page[direction])
        yield page


def assert_adds_up(page: dict[str, Any], grows_by: str = "debit") -> None:
    """Opening and lines make the closing, step by step."""
    running = Decimal(page["opening"])
    for line in page["lines"]:
        running += Decimal(line["amount"]) if line["side"] == grows_by else -Decimal(line["amount"])
        assert Decimal(line["balance"]) == running
    assert Decimal(page["closing"]) == running


def test_a_statement_is_ordered_by_value_date_with_a_running_balance(api: Api) -> None:
    post(api)
    page = content_of(api.get(PATH))
    assert lines_of(page, "date", "number", "amount", "balance") == [
        ("2026-01-10", 1, "1.00", "1.00"),
        ("2026-01-11", 3, "4.00", "5.00"),
        ("2026-01-11", 4, "8.00", "13.00"),
        ("2026-01-12", 2, "2.00", "15.00"),
    ]
    assert {name: page[name] for name in page if name != "lines"} == {
        "account": "CASH",
        "ccy": "EUR",
        "by": "value",
        "from": None,
        "to": None,
        "opening": "0.00",
        "closing": "15.00",
        "next": None,
        "previous": None,
    }


def test_a_line_says_what_it_is(api: Api) -> None:
    posted = content_of(api.transfer("1.5", description="d", reference="r", value_date="2026-01-10"), 201)
    (line,) = content_of(api.get("/api/accounts/REV/statement/"))["lines"]
    assert line == {
        "date": "2026-01-10",
        "value_date": "2026-01-10",
        "posted_at": posted["created_at"],
        "journal_id": posted["journal_id"],
        "number": 1,
        "position": 2,
        "side": "credit",
        "amount": "1.50",
        "balance": "1.50",
        "description": "d",
        "reference": "r",
    }


def test_posting_order_shows_the_balance_that_each_leg_left(api: Api) -> None:
    post(api)
    page = content_of(api.get(PATH, by="posted"))
    assert lines_of(page, "value_date", "number", "balance") == [
        ("2026-01-10", 1, "1.00"),
        ("2026-01-12", 2, "3.00"),
        ("2026-01-11", 3, "7.00"),
        ("2026-01-11", 4, "15.00"),
    ]
    assert (page["by"], page["opening"], page["closing"]) == ("posted", "0.00", "15.00")


@pytest.mark.parametrize(
    ("period", "opening", "numbers", "closing"),
    [
        ({"from": "2026-01-11"}, "1.00", [3, 4, 2], "15.00"),
        ({"to": "2026-01-11"}, "0.00", [1, 3, 4], "13.00"),
        ({"from": "2026-01-11", "to": "2026-01-11"}, "1.00", [3, 4], "13.00"),
        ({"from": "2026-01-13"}, "15.00", [], "15.00"),
        ({"to": "2026-01-09"}, "0.00", [], "0.00"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "0.00", [1, 3, 4, 2], "15.00"),
    ],
)
def test_a_period_of_value_dates_opens_with_what_lies_before_it(
    api: Api, period: dict[str, str], opening: str, numbers: list[int], closing: str
) -> None:
    post(api)
    page = content_of(api.get(PATH, **period))
    assert (page["opening"], [number for (number,) in lines_of(page, "number")], page["closing"]) == (
        opening,
        numbers,
        closing,
    )
    assert (page["from"], page["to"]) == (period.get("from"), period.get("to"))


@pytest.mark.parametrize("by", ["value", "posted"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("account", ["CASH", "REV"])
def test_pages_lead_forth_and_back_and_each_adds_up(api: Api, by: str, limit: int, account: str) -> None:
    post(api)
    content_of(api.transfer(legs=[leg("REV", "debit", "3"), leg("CASH", "credit", "3")], value_date="2026-01-11"), 201)
    content_of(
        api.transfer(
            legs=[leg("CASH", "debit", "5"), leg("CASH", "credit", "2"), leg("REV", "credit", "3")],
            value_date="2026-01-10",
        ),
        201,
    )
    path = f"/api/accounts/{account}/statement"
    whole = content_of(api.get(path, by=by))
    forth = list(pages_of(api, path, by=by, limit=limit))
    assert [line for page in forth for line in page["lines"]] == whole["lines"]
    assert len(forth) == -(-len(whole["lines"]) // limit)
    for page in forth:
        assert_adds_up(page, grows_by="debit" if account == "CASH" else "credit")
    for before, after in itertools.pairwise(forth):
        assert before["closing"] == after["opening"]
    back = list(pages_of_link(api, forth[-1], "previous"))
    for page in back:
        assert_adds_up(page, grows_by="debit" if account == "CASH" else "credit")
    backwards = [line for page in reversed(back) for line in page["lines"]]
    assert backwards == whole["lines"]
    if len(back) > 1:
        assert follow(api, back[-1]["next"])["lines"][0] == whole["lines"][len(back[-1]["lines"])]


def pages_of_link(api: Api, page: dict[str, Any], direction: str) -> Iterator[dict[str, Any]]:
    yield page
    while page[direction]:
        page = follow(api, page[direction])
        yield page


def test_a_backdated_leg_neither_shifts_nor_unbalances_pages_that_are_being_read(api: Api) -> None:
    post(api)
    before = list(pages_of(api, limit=2))
    first = content_of(api.get(PATH, limit=2))
    post(api, (("100.00", "2026-01-01"), ("200.00", "2026-01-11"), ("400.00", "2026-01-12")))
    second = follow(api, first["next"])
    assert second["lines"] == before[1]["lines"]
    assert (second["opening"], second["closing"], second["next"]) == ("5.00", "15.00", None)
    assert follow(api, second["previous"])["lines"] == first["lines"]
    assert content_of(api.get(PATH))["closing"] == "715.00"


def test_a_leg_posted_meanwhile_comes_behind_the_pages_in_posting_order(api: Api) -> None:
    post(api)
    first = content_of(api.get(PATH, by="posted", limit=3))
    post(api, (("100.00", "2026-01-01"),))
    second = follow(api, first["next"])
    assert lines_of(second, "number", "balance") == [(4, "15.00"), (5, "115.00")]


def test_a_cursor_whose_balance_was_changed_is_refused(api: Api) -> None:
    post(api)
    link = content_of(api.get(PATH, limit=1))["next"]
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    other = content_of(api.get(PATH, limit=2))["next"]
    (other_cursor,) = parse_qs(urlsplit(other).query)["cursor"]
    mixed = f"{other_cursor.rpartition(':')[0]}:{cursor.rpartition(':')[2]}"
    for forged in (mixed, cursor[1:], cursor.rpartition(":")[0], "", ":", "é:x"):
        problem(api.get(PATH, cursor=forged), 400, "validation_error", "cursor")
    with override_settings(SECRET_KEY="another-key-of-at-least-thirty-two-characters"):
        problem(api.get(PATH, cursor=cursor), 400, "validation_error", "cursor")


def test_a_cursor_serves_one_account_one_order_and_one_period(api: Api) -> None:
    post(api)
    link = content_of(api.get(PATH, limit=1))["next"]
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    problem(api.get("/api/accounts/REV/statement", cursor=cursor), 400, "validation_error", "cursor")
    problem(api.get(PATH, cursor=cursor, by="posted"), 400, "validation_error", "cursor")
    problem(api.get(PATH, cursor=cursor, to="2026-01-11"), 400, "validation_error", "cursor")
    assert len(content_of(api.get(PATH, cursor=cursor, limit=3))["lines"]) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("by=name", "by"),
        ("limit=0", "limit"),
        ("by=posted&cursor=!", "cursor"),
        ("as_of=2026-01-01", "as_of"),
    ],
)
def test_a_parameter_out_of_bounds_is_named(api: Api, query: str, field: str) -> None:
    problem(api.get(f"{PATH}?{query}"), 400, "validation_error", field)


@pytest.mark.parametrize("code", ["NOBODY", "%00", "a%20b", "é"])
def test_no_statement_of_an_account_that_is_not_there(api: Api, code: str) -> None:
    problem(api.get(f"/api/accounts/{code}/statement"), 404, "not_found")


def test_a_statement_takes_the_scope_read(ledger: Ledger) -> None:
    problem(Api.on(ledger, "post").get(PATH), 403, "scope_missing")


def test_an_account_without_legs_has_an_empty_statement(api: Api) -> None:
    for by in ("value", "posted"):
        page = content_of(api.get(PATH, by=by))
        assert (page["opening"], page["lines"], page["closing"], page["next"], page["previous"]) == (
            *("0.00", [], "0.00"),
            *(None, None),
        )


@pytest.fixture
def far_ledger() -> Ledger:
    """A ledger in a zone whose days never are those of UTC."""
    return Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="Pacific/Kiritimati")


def test_days_of_posting_end_at_the_ledgers_midnight(far_ledger: Ledger, postings_at: Callable[..., Api]) -> None:
    midnight = datetime(2026, 3, 1, 10, tzinfo=UTC)  # 00:00 of the 2nd on Kiritimati
    api = postings_at(far_ledger, [midnight - timedelta(microseconds=1), midnight, midnight + timedelta(days=1)])
    for period, numbers, opening in (
        ({"from": "2026-03-01", "to": "2026-03-01"}, [1], "0.00"),
        ({"from": "2026-03-02", "to": "2026-03-02"}, [2], "1.00"),
        ({"from": "2026-03-03"}, [3], "2.00"),
        ({"from": "2026-03-04"}, [], "3.00"),
        ({"to": "2026-02-28"}, [], "0.00"),
        ({"to": "2026-03-02"}, [1, 2], "0.00"),
    ):
        page = content_of(api.get(PATH, by="posted", **period))
        assert ([number for (number,) in lines_of(page, "number")], page["opening"]) == (numbers, opening), period
        assert_adds_up(page)
    dates = [date for (date,) in lines_of(content_of(api.get(PATH, by="posted")), "date")]
    assert dates == ["2026-03-01", "2026-03-02", "2026-03-03"]


@pytest.fixture
def postings_at() -> Callable[..., Api]:
    """One euro posted at each of the instants: written by the books' own verbs, then dated by the owner's hand."""

    def post_at(ledger: Ledger, instants: list[datetime]) -> Api:
        for code in ("CASH", "REV"):
            Account.objects.create(ledger=ledger, code=code, name=code, ccy_id="EUR", type="asset")
        api = Api.on(ledger)
        post(api, tuple(("1.00", "2026-01-10") for _ in instants))
        with unguarded("ledger_journal") as owner:
            for number, instant in enumerate(instants, 1):
                owner.execute(
                    "UPDATE ledger_journal SET posted_at = %s WHERE ledger_id = %s AND number = %s",
                    [instant, ledger.id, number],
                )
        return api

    return post_at


def test_every_instant_finds_its_place_in_the_posting_order(
    far_ledger: Ledger, postings_at: Callable[..., Api]
) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    seconds = [0, 0, 1, 3, 3, 3, 7]
    api = postings_at(far_ledger, [start + timedelta(seconds=second) for second in seconds])
    for second in range(-1, 9):
        as_of = (start + timedelta(seconds=second)).isoformat()
        balance = content_of(api.get("/api/accounts/CASH/balance", as_of=as_of))
        expected = sum(1 for posted in seconds if posted <= second)
        assert (balance["balance"], balance["debits"], balance["credits"]) == (f"{expected}.00",) * 2 + ("0.00",)
    assert Leg.objects.filter(ledger=far_ledger).count() == 2 * Journal.objects.filter(ledger=far_ledger).count()
