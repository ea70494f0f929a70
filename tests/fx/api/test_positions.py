"""FX positions over HTTP."""

import uuid
from datetime import date, timedelta

from ledger.models import Ledger
from tests.fx.api.conversions import EUR, body, leg
from tests.fx.books import quote
from tests.ledger.api.calls import Api, content_of, problem


def test_positions_say_what_they_are_worth_and_what_cannot_be_valued(api: Api, day: date) -> None:
    quote("EUR/JPY", "160", day - timedelta(days=1))
    content_of(api.post("/api/transfers/", body(day)), 201)
    content_of(api.post("/api/transfers/", body(day, EUR, leg("CASH-JPY", "debit", None))), 201)
    later = day + timedelta(days=5)
    report = content_of(api.get("/api/reports/fx-positions", date=later.isoformat()))
    assert (report["date"], report["base_ccy"], report["unrealised"]) == (later.isoformat(), "EUR", None)
    eur, jpy, usd = report["positions"]
    assert (eur["ccy"], eur["balance"], eur["value"], eur["unrealised"]) == ("EUR", "-200.00", "-200.00", "0.00")
    assert (jpy["balance"], jpy["rate"], jpy["value"], jpy["unrealised"]) == ("16000", None, None, None)
    assert "JPY/EUR" in jpy["problem"]
    assert (usd["account"], usd["balance"], usd["value"], usd["carried"]) == (
        "FX-CLEARING-USD",
        "110.00",
        "100.00",
        "100.00",
    )
    assert (usd["path"], usd["problem"]) == ("inverse", None)


def test_positions_are_of_the_callers_ledger_and_need_to_be_read(ledger: Ledger, api: Api, day: date) -> None:
    content_of(api.post("/api/transfers/", body(day)), 201)
    other = Ledger.objects.create(code=f"o-{uuid.uuid4().hex}", base_ccy_id="EUR")
    assert content_of(Api.on(other).get("/api/reports/fx-positions/"))["positions"] == []
    problem(Api.on(ledger, "post").get("/api/reports/fx-positions"), 403, "scope_missing")
    problem(api.get("/api/reports/fx-positions", date="yesterday"), 400, "validation_error", "date")
    problem(api.get("/api/reports/fx-positions", day="2026-01-01"), 400, "validation_error", "day")
