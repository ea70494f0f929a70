"""What Prometheus is told of conversions: once for each that is posted, and never for one that is refused or rolled back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from prometheus_client import REGISTRY

from fx import telemetry
from fx.domain.refusals import FxRateMissing
from fx.queries.rate_lookup import rates_as_of
from fx.revaluation import revalue
from ledger.domain import refusals
from ledger.domain.orders import ReversalOrder
from ledger.models import Ledger
from ledger.posting import Unit, post_transfer, reverse_journal, unit
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote
from tests.fx.rates import DAY, store

PATHS = ("direct", "inverse", "cross", "stale", "missing")


def counted(series: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(series, labels) or 0


@contextmanager
def one_more(series: str, **labels: str) -> Iterator[None]:
    before = counted(series, **labels)
    yield
    assert counted(series, **labels) == before + 1


@pytest.fixture
def day(ledger: Ledger) -> date:
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    open_accounts(ledger, "SAVED-EUR", non_negative=True)
    on = fresh_day()
    quote("EUR/USD", "1.1000", on)
    return on


def test_a_conversion_in_either_direction_and_a_reversal_are_counted_by_pair(ledger: Ledger, day: date) -> None:
    with one_more("fx_settlements_total", pair="EUR/USD", kind="transfer"):
        legs = leg("CASH-USD", CREDIT, "100.00"), leg("CASH-EUR", DEBIT, None)
        posted = post_transfer(conversion(ledger, *legs, on=day, key="a"))
    undo = ReversalOrder(ledger.id, posted.journals[0].id, "undo")
    with one_more("fx_settlements_total", pair="EUR/USD", kind="reversal"):
        reverse_journal(undo)
    before = [counted("fx_settlements_total", pair="EUR/USD", kind=kind) for kind in ("transfer", "reversal")]
    assert post_transfer(conversion(ledger, *legs, on=day, key="a")).duplicate
    assert reverse_journal(undo).duplicate
    assert [counted("fx_settlements_total", pair="EUR/USD", kind=kind) for kind in ("transfer", "reversal")] == before


def test_what_is_refused_or_rolled_back_is_no_settlement_and_has_its_code_in_the_ledgers_own_series(
    ledger: Ledger, day: date
) -> None:
    before = counted("fx_settlements_total", pair="EUR/USD", kind="transfer")
    too_much = conversion(ledger, leg("SAVED-EUR", CREDIT, "1.00"), leg("CASH-USD", DEBIT, None), on=day)
    with one_more("ledger_tx_total", result="insufficient_funds"), pytest.raises(refusals.InsufficientFunds):
        post_transfer(too_much)
    too_late = conversion(
        ledger, leg("CASH-EUR", CREDIT, "1.00"), leg("CASH-USD", DEBIT, None), on=day + timedelta(days=20)
    )
    with one_more("ledger_tx_total", result="fx_rate_missing"), pytest.raises(FxRateMissing):
        post_transfer(too_late)

    def work(books: Unit) -> None:
        books.post(conversion(ledger, leg("CASH-EUR", CREDIT, "1.00"), leg("CASH-USD", DEBIT, None), on=day))
        raise refusals.Refusal("changed its mind")

    with pytest.raises(refusals.Refusal, match="changed its mind"):
        unit(work)
    assert counted("fx_settlements_total", pair="EUR/USD", kind="transfer") == before


def test_look_ups_are_counted_by_the_path_that_they_took(make_currency: Callable[..., str]) -> None:
    low, mid, high, lone = (make_currency(first) for first in "AMZB")
    store(low, mid, "2")
    store(mid, high, "3")
    store(low, lone, "4", DAY - timedelta(days=6))
    before = [counted("fx_rate_lookups_total", path=path) for path in PATHS]
    pairs = [(low, mid), (mid, low), (low, high), (low, lone), (lone, mid), (high, lone), (low, low)]
    # low/lone is six days old; lone has no rate to mid, and hence none to high.
    assert rates_as_of(pairs, DAY, pivot=mid).keys() == {(low, mid), (mid, low), (low, high), (low, low)}
    assert rates_as_of([(mid, lone)], DAY, pivot=low) == {}
    after = [counted("fx_rate_lookups_total", path=path) for path in PATHS]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1, 2, 2]


def test_revaluations_are_counted_by_what_came_of_them(ledger: Ledger, day: date) -> None:
    month_end = day + timedelta(days=20)
    post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day))
    with one_more("fx_revaluations_total", result="fx_rate_missing"), pytest.raises(FxRateMissing):
        revalue(ledger.id, month_end)
    quote("EUR/USD", "1.0000", month_end)
    with one_more("fx_revaluations_total", result="posted"):
        revalue(ledger.id, month_end)
    with one_more("fx_revaluations_total", result="unchanged"):
        revalue(ledger.id, month_end)


def test_beyond_so_many_pairs_the_rest_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_pairs", set())
    labels = [telemetry.pair_label("EUR", f"X{number}") for number in range(telemetry.PAIRS_MAX + 5)]
    assert labels[: telemetry.PAIRS_MAX] == [f"EUR/X{number}" for number in range(telemetry.PAIRS_MAX)]
    assert set(labels[telemetry.PAIRS_MAX :]) == {"other"}
    assert telemetry.pair_label("X7", "EUR") == "EUR/X7"
