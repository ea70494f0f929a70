"""Transfers between two currencies over HTTP, in the contract's own words."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fx.models import ClearingAccount, LedgerSettings, Settlement
from ledger.api_keys import revoke_api_key
from ledger.models import Account, Ledger
from tests.fx.api.conversions import EUR, USD, body, leg
from tests.fx.books import open_accounts, quote
from tests.ledger.api.calls import ALL_SCOPES, Api, content_of, problem
from tests.ledger.raw_books import Footprint


def test_the_answer_has_both_journals_all_legs_and_the_rate(api: Api, day: date) -> None:
    answer = content_of(api.post("/api/transfers/", body(day)), 201)
    assert [journal["number"] for journal in answer["journals"]] == [1, 2]
    assert answer["journal_id"] == answer["journals"][0]["id"]
    assert [(one["account"], one["side"], one["amount"], one["balance_after"]) for one in answer["legs"]] == [
        ("CASH-EUR", "credit", "100.00", "-100.00"),
        ("FX-CLEARING-EUR", "debit", "100.00", "-100.00"),
        ("CASH-USD", "debit", "110.00", "110.00"),
        ("FX-CLEARING-USD", "credit", "110.00", "110.00"),
    ]
    assert answer["fx"] == {
        "pair": "EUR/USD",
        "rate": "1.1",
        "rate_date": day.isoformat(),
        "source": "ECB",
        "path": "direct",
        "residual": "0",
    }


def test_a_key_that_was_revoked_opens_no_clearing_account(api: Api, day: date, ledger: Ledger) -> None:
    """A conversion is planned before its posting's transaction looks the key up."""
    content_of(api.get("/api/accounts/CASH-EUR/balance"))
    assert api.key
    revoke_api_key(api.key[:11])
    problem(api.post("/api/transfers/", body(day)), 401, "not_authenticated")
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()


def test_a_replay_answers_the_same_whatever_the_rate_is_by_then(api: Api, day: date) -> None:
    request = body(day, leg("CASH-USD", "credit", "0.37"), leg("CASH-EUR", "debit", None))
    first = content_of(api.post("/api/transfers/", request), 201)
    assert first["fx"]["rate"].startswith("0.909090909")
    assert first["fx"]["residual"] == "0.003636363636363636363636363636"
    from fx.models import Rate

    Rate.objects.filter(base_id="EUR", quote_id="USD", date=day).update(
        value=Decimal("1.2"), quoted_value=Decimal("1.2"), revision=2
    )
    again = content_of(api.post("/api/transfers/", request), 200)
    assert again == first | {"status": "duplicate"}
    assert (
        content_of(api.get("/api/journals/", idempotency_key=request["idempotency_key"]))["results"][0]["number"] == 2
    )


def test_a_settlement_names_the_revision_that_it_used(api: Api, ledger: Ledger, day: date) -> None:
    from fx.models import RateRevision

    content_of(api.post("/api/transfers/", body(day)), 201)
    (step,) = Settlement.objects.get(ledger=ledger).steps
    used = RateRevision.objects.get(rate_id=step["rate_id"], revision=step["revision"])
    assert (used.quoted_value, step["value"]) == (Decimal("1.1"), "1.1")


def test_the_same_key_with_another_rate_is_a_conflict(ledger: Ledger, day: date) -> None:
    api = Api.on(ledger, *ALL_SCOPES, "fx")
    request = body(day, fx={"rate": "1.2"})
    content_of(api.post("/api/transfers/", request), 201)
    content_of(api.post("/api/transfers/", request | {"fx": {"rate": "1.20"}}), 200)
    problem(api.post("/api/transfers/", request | {"fx": {"rate": "1.3"}}), 422, "idempotency_conflict")
    without = {name: value for name, value in request.items() if name != "fx"}
    problem(api.post("/api/transfers/", without), 422, "idempotency_conflict")
    assert Settlement.objects.filter(ledger=ledger).count() == 1


@pytest.mark.parametrize(("dollars", "status"), [("109.99", 201), ("110.01", 201), ("109.98", 422), ("110.02", 422)])
def test_stated_amounts_agree_with_the_rate_to_within_one_minor_unit(
    api: Api, ledger: Ledger, day: date, dollars: str, status: int
) -> None:
    request = body(day, leg("CASH-EUR", "credit", "100.00"), leg("CASH-USD", "debit", dollars))
    response = api.post("/api/transfers/", request)
    if status == 201:
        answer = content_of(response, 201)
        assert Decimal(answer["fx"]["residual"]) == Decimal(dollars) - 110
        return
    refusal = problem(response, 422, "fx_rate_mismatch", "legs")
    assert (refusal["expected"], refusal["given"]) == ("110.00", dollars)
    assert "110.00" in refusal["detail"]
    assert dollars in refusal["detail"]
    assert not Settlement.objects.filter(ledger=ledger).exists()


def test_who_began_with_the_smaller_currency_has_the_rounding_on_the_other_one(api: Api, day: date) -> None:
    """40.000 dinars are 106.383 dollars, a cent at most from 106.39; 106.39 dollars are 40.00264 dinars, two fils away."""
    quote("USD/BHD", "0.376", day)
    legs = (leg("CASH-USD", "credit", "106.39"), leg("CASH-BHD", "debit", "40.000"))
    content_of(api.post("/api/transfers/", body(day, *legs)), 201)


def test_a_ledger_may_tolerate_more(api: Api, ledger: Ledger, day: date) -> None:
    LedgerSettings.objects.create(ledger=ledger, tolerance_bps=100)
    for dollars, code in (("111.10", None), ("111.12", "fx_rate_mismatch")):
        request = body(day, leg("CASH-EUR", "credit", "100.00"), leg("CASH-USD", "debit", dollars))
        response = api.post("/api/transfers/", request)
        if code is None:
            content_of(response, 201)
        else:
            problem(response, 422, code)


def test_stating_a_rate_needs_the_scope(api: Api, ledger: Ledger, day: date, unchanged: Callable[[], bool]) -> None:
    problem(api.post("/api/transfers/", body(day, fx={"rate": "1.2"})), 403, "fx_rate_forbidden", "fx")
    batch = {"transfers": [body(day), body(day, fx={"rate": "1.2"})]}
    problem(api.post("/api/transfers/batch", batch), 403, "fx_rate_forbidden", "transfers[1].fx")
    assert unchanged()
    stated = content_of(Api.on(ledger, "post", "fx").post("/api/transfers/", body(day, fx={"rate": "1.2"})), 201)
    assert (stated["legs"][2]["amount"], stated["fx"]["source"]) == ("120.00", "stated")


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"fx": {"rate": "0"}}, 400, "validation_error", "fx.rate"),
        ({"fx": {"rate": "NaN"}}, 400, "validation_error", "fx.rate"),
        ({"fx": {"rate": "-1"}}, 400, "validation_error", "fx.rate"),
        ({"fx": {"rate": 1.1}}, 400, "validation_error", "fx.rate"),
        ({"fx": {"rate": "1.1", "pair": "EUR/GBP"}}, 400, "validation_error", "fx.pair"),
        ({"fx": {"rate": "1.1", "side": "buy"}}, 400, "validation_error", "fx.side"),
    ],
)
def test_a_stated_rate_that_is_none_is_refused(
    ledger: Ledger, day: date, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    api, before = Api.on(ledger, "post", "fx"), Footprint.of(ledger)
    problem(api.post("/api/transfers/", body(day, **change)), status, code, field)
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize(
    ("legs", "code", "field"),
    [
        ([EUR, leg("CASH-JPY", "debit", None)], "fx_rate_missing", "legs"),
        ([EUR, USD, leg("CASH-JPY", "debit", "1")], "too_many_currencies", "legs"),
        ([leg("CASH-EUR", "credit", None), leg("CASH-USD", "debit", None)], "invalid_amount", "legs[1].amount"),
        ([leg("CASH-EUR", "credit", "0"), leg("CASH-USD", "debit", None)], "invalid_amount", "legs[0].amount"),
        ([leg("CASH-EUR", "credit", "1.001"), leg("CASH-USD", "debit", None)], "invalid_amount", "legs[0].amount"),
        ([EUR, leg("CASH-EUR", "debit", "100.00"), leg("CASH-USD", "debit", None)], "journal_not_balanced", "legs"),
        ([EUR, leg("CASH-USD", "credit", "110.00")], "journal_not_balanced", "legs"),
        (
            [EUR, leg("CASH-USD", "debit", "120.00"), leg("CASH-USD", "debit", None)],
            "journal_not_balanced",
            "legs[2].amount",
        ),
        ([EUR, USD, leg("CASH-USD", "debit", None)], "amount_too_small", "legs[2].amount"),
        (
            [EUR, leg("CASH-EUR", "debit", "100.00"), USD, leg("CASH-USD", "credit", "110.00")],
            "too_many_currencies",
            "legs",
        ),
        ([EUR, leg("NOPE-USD", "debit", None)], "account_not_found", "legs[1].account"),
        ([EUR, leg("CASH-EUR", "debit", None) | {"ccy": "USD"}], "currency_mismatch", "legs[1].ccy"),
        ([EUR, USD | {"ccy": "XYZ"}], "currency_unknown", "legs[1].ccy"),
        (
            [leg("CASH-EUR", "credit", "99999999999999999999"), leg("CASH-USD", "debit", None)],
            "invalid_amount",
            "legs",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_never_be_settled_is_refused_by_name(
    api: Api, ledger: Ledger, day: date, unchanged: Callable[[], bool], legs: list[Any], code: str, field: str
) -> None:
    problem(api.post("/api/transfers/", body(day, *legs)), 422, code, field)
    assert unchanged()
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()


def test_an_amount_that_converts_to_nothing_is_too_small(api: Api, day: date, unchanged: Callable[[], bool]) -> None:
    quote("EUR/JPY", "160", day)
    request = body(day, leg("CASH-JPY", "credit", "0.00"), leg("CASH-EUR", "debit", None))
    problem(api.post("/api/transfers/", request), 422, "invalid_amount")
    quote("USD/BHD", "0.000001", day)
    request = body(day, leg("CASH-USD", "credit", "0.01"), leg("CASH-BHD", "debit", None))
    problem(api.post("/api/transfers/", request), 422, "amount_too_small", "legs[1].amount")
    assert unchanged()


def test_tomorrow_is_refused_as_in_one_currency(api: Api, day: date) -> None:
    from datetime import UTC, datetime

    quote("EUR/USD", "1.1", datetime.now(UTC).date())
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    problem(api.post("/api/transfers/", body(tomorrow)), 422, "value_date_in_future", "value_date")


@pytest.mark.parametrize("account", ["FX-CLEARING-EUR", "FX-CLEARING-USD"])
def test_a_clearing_account_is_not_for_direct_posting(api: Api, ledger: Ledger, day: date, account: str) -> None:
    content_of(api.post("/api/transfers/", body(day)), 201)
    before = Footprint.of(ledger)
    ccy = account[-3:]
    one = body(day, leg(account, "debit", "1.00"), leg(f"CASH-{ccy}", "credit", "1.00"))
    problem(api.post("/api/transfers/", one), 422, "posting_not_allowed", "legs[0].account")
    two = body(day, leg(account, "debit", "100.00"), leg("CASH-BHD", "credit", None))
    problem(api.post("/api/transfers/", two), 422, "posting_not_allowed", "legs[0].account")
    assert Footprint.of(ledger) == before


def test_an_account_that_has_the_clearing_accounts_code_already_is_in_the_way(
    api: Api, ledger: Ledger, day: date, unchanged: Callable[[], bool]
) -> None:
    Account.objects.create(ledger=ledger, code="FX-CLEARING-USD", name="Mine", ccy_id="USD", type="asset")
    refusal = problem(api.post("/api/transfers/", body(day)), 422, "posting_not_allowed", "legs")
    assert "FX_CLEARING_ACCOUNT" in refusal["detail"]
    assert Settlement.objects.filter(ledger=ledger).count() == 0


def test_a_batch_mixes_both_kinds_and_replays(api: Api, day: date) -> None:
    plain = body(day, leg("CASH-EUR", "credit", "1.00"), leg("CASH-EUR", "debit", "1.00"))
    bad = body(day, leg("CASH-EUR", "credit", "1.00"), leg("CASH-BHD", "debit", None))
    cross = body(day)
    transfers = [cross, plain, bad, cross]
    results = content_of(api.post("/api/transfers/batch", {"transfers": transfers}))["results"]
    assert [result["status"] for result in results] == ["applied", "applied", "refused", "duplicate"]
    assert [journal["number"] for journal in results[0]["journals"]] == [1, 2]
    assert results[3] == results[0] | {"status": "duplicate"}
    assert "fx" not in results[1]
    assert results[2]["error"]["code"] == "fx_rate_missing"
    again = content_of(api.post("/api/transfers/batch", {"transfers": transfers}))["results"]
    assert again[0] == results[3]


def test_an_atomic_batch_is_refused_whole_by_the_second_half_of_a_conversion(
    api: Api, ledger: Ledger, day: date
) -> None:
    open_accounts(ledger, "WALLET-USD", type="liability", non_negative=True)
    content_of(api.post("/api/transfers/", body(day)), 201)
    before = Footprint.of(ledger)
    poor = body(day, leg("CASH-EUR", "debit", "100.00"), leg("WALLET-USD", "debit", None) | {"side": "debit"})
    poor["legs"] = [leg("CASH-EUR", "credit", "100.00"), leg("WALLET-USD", "debit", None)]
    batch = {"transfers": [body(day), poor], "atomic": True}
    refusal = problem(api.post("/api/transfers/batch", batch), 409, "insufficient_funds")
    assert refusal["index"] == 1
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("half", [0, 1])
def test_reversing_either_half_reverses_both_and_once(api: Api, ledger: Ledger, day: date, half: int) -> None:
    posted = content_of(api.post("/api/transfers/", body(day)), 201)
    ids = [journal["id"] for journal in posted["journals"]]
    request = {"idempotency_key": "undo", "value_date": day.isoformat()}
    undone = content_of(api.post(f"/api/journals/{ids[half]}/reverse", request), 201)
    assert len(undone["journals"]) == 2
    assert undone["fx"] == posted["fx"]
    again = content_of(api.post(f"/api/journals/{ids[half]}/reverse", request), 200)
    assert again == undone | {"status": "duplicate"}
    first = content_of(api.get(f"/api/journals/{undone['journal_id']}"))
    assert (first["kind"], first["reverses"]) == ("reversal", ids[half])
    before = Footprint.of(ledger)
    for id_ in ids:
        problem(api.post(f"/api/journals/{id_}/reverse", {"idempotency_key": "more"}), 409, "already_reversed")
    for journal in undone["journals"]:
        path = f"/api/journals/{journal['id']}/reverse"
        problem(api.post(path, {"idempotency_key": "more"}), 422, "posting_not_allowed")
    assert Footprint.of(ledger) == before
    assert all(row[1] == row[2] for row in before.balances), "everything is back where it was"


def test_the_limit_is_held_against_the_base_currencys_half(api: Api, ledger: Ledger, day: date) -> None:
    quote("EUR/JPY", "160", day)
    Ledger.objects.filter(id=ledger.id).update(transfer_limit=500)
    for euros, status in (("500.00", 201), ("500.01", 422)):
        request = body(day, leg("CASH-EUR", "credit", euros), leg("CASH-JPY", "debit", None))
        response = api.post("/api/transfers/", request)
        if status == 201:
            content_of(response, 201)
        else:
            problem(response, 422, "transfer_limit_exceeded")
