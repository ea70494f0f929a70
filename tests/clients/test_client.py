"""The Python client against a running service."""

import inspect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import uuid4

import doublex_client
import httpx
import pytest
from doublex_client import ApiError, Client, NewTransfer, Refused, credit, debit
from doublex_client import problems as problem_classes

from ledger.api.problems import STATUS_OF
from tests.doublex.running import Running


def sale(amount: str | int | Decimal = "10.00") -> list[doublex_client.NewLeg]:
    return [debit("CASH", amount, "EUR"), credit("REV", amount, "EUR")]


def test_an_account_is_opened_read_changed_and_listed(ledger: Client) -> None:
    odd = ledger.open_account(
        "A#?%&+=;", "Odd", "JPY", type="liability", non_negative=True, parent="CASH", metadata={"n": 1}
    )
    assert (odd.code, odd.normal_side, odd.parent, odd.metadata) == ("A#?%&+=;", "credit", "CASH", {"n": 1})
    assert isinstance(odd.balance, Decimal)
    assert ledger.account(odd.code) == odd
    changed = ledger.change_account(odd.code, name="Odder", parent=None, status="frozen")
    assert (changed.name, changed.parent, changed.status, changed.metadata) == ("Odder", None, "frozen", {"n": 1})
    assert [account.code for account in ledger.accounts(type="liability", status="frozen", metadata={"n": "1"})] == [
        odd.code
    ]
    assert {account.code for account in ledger.accounts(codes=["CASH", "REV", "NONE"])} == {"CASH", "REV"}
    with pytest.raises(doublex_client.AccountExists):
        ledger.open_account("CASH", "Cash", "EUR")
    with pytest.raises(doublex_client.NotFound):
        ledger.account("NOWHERE")


def test_a_transfer_posts_once_and_its_amounts_are_exact(ledger: Client) -> None:
    posted = ledger.transfer(
        sale(Decimal("0.10")), idempotency_key="sale-1", description="x", reference="r", metadata={"n": [1]}
    )
    again = ledger.transfer(sale("0.1"), idempotency_key="sale-1", description="x", reference="r", metadata={"n": [1]})
    assert (posted.status, posted.duplicate, again.status, again.duplicate) == ("applied", False, "duplicate", True)
    assert again.journal_id == posted.journal_id == posted.journals[0].id
    assert [(leg.side, leg.amount, leg.balance_after) for leg in posted.legs] == [
        ("debit", Decimal("0.10"), Decimal("0.10")),
        ("credit", Decimal("0.10"), Decimal("0.10")),
    ]
    journal = ledger.journal(posted.journal_id)
    assert (journal.idempotency_key, journal.metadata, journal.legs) == ("sale-1", {"n": [1]}, posted.legs)
    assert journal.posted_at == posted.created_at
    assert ledger.transfer(sale(7)).legs[0].amount == 7


@pytest.mark.parametrize("amount", [1.5, True, [1]])
def test_an_amount_that_is_not_exact_is_a_type_error_before_anything_is_sent(amount: object) -> None:
    with Client("http://127.0.0.1:1") as nowhere, pytest.raises(TypeError):
        nowhere.transfer(sale(amount))  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["ten", "NaN", Decimal("Infinity"), ""])
def test_an_amount_that_is_none_is_a_value_error_before_anything_is_sent(amount: str | Decimal) -> None:
    with Client("http://127.0.0.1:1") as nowhere, pytest.raises(ValueError, match="is no amount"):
        nowhere.transfer(sale(amount))


def test_a_refusal_is_raised_by_its_class_with_the_problems_members(ledger: Client) -> None:
    ledger.open_account("ANNA", "Anna", "EUR", type="liability", non_negative=True)
    with pytest.raises(doublex_client.InsufficientFunds) as refusal:
        ledger.transfer([debit("ANNA", "1", "EUR"), credit("CASH", "1", "EUR")])
    assert (refusal.value.code, refusal.value.status, refusal.value.field) == (
        "insufficient_funds",
        409,
        "legs[0].amount",
    )
    assert refusal.value.problem["type"] == "urn:doublex:error:insufficient_funds"
    assert refusal.value.idempotency_key
    with pytest.raises(doublex_client.IdempotencyConflict):
        for amount in (1, 2):
            ledger.transfer(sale(amount), idempotency_key="twice")
    with pytest.raises(ApiError) as other:
        ledger.transfer(sale(1), value_date=date(9000, 1, 1))
    assert (type(other.value), other.value.code) == (ApiError, "value_date_in_future")
    assert ledger.balance("ANNA").balance == 0


def test_every_class_is_of_a_code_that_the_api_has() -> None:
    assert problem_classes._CLASSES.keys() <= STATUS_OF.keys()
    classes = {each for _, each in inspect.getmembers(problem_classes, inspect.isclass) if issubclass(each, ApiError)}
    assert classes - {ApiError} == set(problem_classes._CLASSES.values())
    assert {each.__name__ for each in classes} <= set(doublex_client.__all__)


def test_a_batch_gives_one_result_each(ledger: Client) -> None:
    orders = [NewTransfer(sale(1), "a"), NewTransfer(sale("0.001"), "b"), NewTransfer(sale(1), "a")]
    applied, refused, duplicate = ledger.transfer_batch(orders)
    assert not isinstance(applied, Refused)
    assert applied.status == "applied"
    assert isinstance(refused, Refused)
    assert (refused.error.code, refused.error.idempotency_key) == ("invalid_amount", "b")
    assert duplicate.duplicate
    with pytest.raises(ApiError) as refusal:
        ledger.transfer_batch([NewTransfer(sale(1), "c"), NewTransfer(sale("0.001"), "d")], atomic=True)
    assert refusal.value.problem["index"] == 1
    assert ledger.balance("CASH").balance == 1


def test_a_journal_is_reversed_once(ledger: Client) -> None:
    posted = ledger.transfer(sale())
    undone = ledger.reverse(posted.journal_id, idempotency_key="undo", description="wrong")
    assert ledger.reverse(posted.journal_id, idempotency_key="undo", description="wrong").duplicate
    assert ledger.journal(undone.journal_id).reverses == posted.journal_id
    assert ledger.journal(posted.journal_id).reversed_by == undone.journal_id
    with pytest.raises(doublex_client.AlreadyReversed):
        ledger.reverse(posted.journal_id)
    with pytest.raises(doublex_client.NotFound):
        ledger.reverse(uuid4())
    assert ledger.balance("CASH").balance == 0


def test_a_balance_is_read_live_as_of_a_day_and_as_of_an_instant(ledger: Client) -> None:
    day = date(2020, 5, 1)
    posted = ledger.transfer(sale("12.50"), value_date=day)
    live = ledger.balance("CASH")
    assert (live.balance, live.debits, live.credits, live.ccy) == (
        Decimal("12.50"),
        Decimal("12.50"),
        Decimal(0),
        "EUR",
    )
    assert isinstance(live.as_of, datetime)
    on_day, before = ledger.balance("CASH", day), ledger.balance("CASH", day - timedelta(days=1))
    assert (on_day.balance, on_day.as_of, before.balance) == (Decimal("12.50"), day, Decimal(0))
    earlier = posted.created_at - timedelta(seconds=1)
    assert (ledger.balance("CASH", earlier).balance, ledger.balance("CASH", earlier).as_of) == (Decimal(0), earlier)
    with pytest.raises(ValueError, match="time zone"):
        ledger.balance("CASH", datetime(2020, 5, 1))  # noqa: DTZ001 - the very mistake
    assert ledger.balance("CASH", datetime.now(UTC)).balance == Decimal("12.50")


def test_lists_are_followed_to_their_end_page_by_page(ledger: Client) -> None:
    ledger.transfer_batch([NewTransfer(sale(1), f"k{index}", date(2020, 1, 1 + index)) for index in range(7)])
    assert [journal.idempotency_key for journal in ledger.journals(page_size=2)] == [f"k{n}" for n in range(6, -1, -1)]
    some = ledger.journals(
        from_date=date(2020, 1, 2), to_date=date(2020, 1, 4), account="CASH", kind="transfer", page_size=2
    )
    assert [journal.value_date.day for journal in some] == [4, 3, 2]
    assert len(list(islice(ledger.journals(page_size=1), 3))) == 3
    assert not list(ledger.journals(reference="none"))
    assert [account.code for account in ledger.accounts(page_size=1)] == ["CASH", "REV"]


def test_a_wrong_key_and_a_stranger_are_told_apart(service: Running) -> None:
    with (
        Client(f"http://127.0.0.1:{service.port}", "dx_wrong") as client,
        pytest.raises(doublex_client.NotAuthenticated),
    ):
        client.account("CASH")
    with Client(f"http://127.0.0.1:{service.port}/admin") as client, pytest.raises(doublex_client.DoubleXError):
        client.account("CASH")


def test_the_key_goes_to_no_other_host_whatever_next_says() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        following = "http://evil.example/api/journals/?cursor=x&limit=9" if len(asked) == 1 else None
        return httpx.Response(200, json={"results": [], "next": following})

    with Client("http://ledger.example", "key", transport=httpx.MockTransport(answer)) as client:
        assert not list(client.journals())
    assert [(url.host, url.params.get("cursor")) for url in asked] == [
        ("ledger.example", None),
        ("ledger.example", "x"),
    ]


def test_a_statement_is_read_by_the_contract() -> None:
    """The page's shape is the contract's; the last page's closing is the statement's."""

    def answer(request: httpx.Request) -> httpx.Response:
        second = request.url.params.get("cursor") == "2"
        line = {"date": "2020-01-02", "journal_id": str(uuid4()), "side": "debit", "amount": "1.00", "new_field": 1}
        opening, closing = ("1.00", "2.00") if second else ("0.00", "1.00")
        assert request.url.path == "/api/accounts/CASH/statement"
        assert (request.url.params["from"], request.url.params["by"]) == ("2020-01-01", "value")
        return httpx.Response(
            200,
            json={
                "account": "CASH",
                "ccy": "EUR",
                "opening": opening,
                "lines": [line | {"balance": closing}],
                "closing": closing,
                "next": None if second else f"{request.url}&cursor=2",
            },
        )

    with Client("http://ledger.example", transport=httpx.MockTransport(answer)) as client:
        statement = client.statement("CASH", date(2020, 1, 1))
    assert (statement.opening, statement.closing) == (Decimal("0.00"), Decimal("2.00"))
    assert [line.balance for line in statement.lines] == [Decimal(1), Decimal(2)]


def test_a_statement_adds_up(ledger: Client) -> None:
    ledger.transfer_batch([NewTransfer(sale(1), f"k{index}", date(2020, 1, 1 + index)) for index in range(5)])
    try:
        pages = list(ledger.statement_pages("CASH", date(2020, 1, 2), date(2020, 1, 4), page_size=2))
    except (doublex_client.NotFound, doublex_client.UnexpectedAnswer):
        pytest.skip("this service has no statements yet")
    assert [len(page.lines) for page in pages] == [2, 1]
    statement = ledger.statement("CASH", date(2020, 1, 2), date(2020, 1, 4))
    assert (statement.opening, statement.closing) == (Decimal(1), Decimal(4))
    assert [line.balance for line in statement.lines] == [2, 3, 4]
