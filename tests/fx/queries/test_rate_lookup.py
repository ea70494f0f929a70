from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from fx.domain.conversion import ConversionRate
from fx.domain.rates import HIGH_PRECISION, RateType
from fx.queries.rate_lookup import rate_as_of, rates_as_of
from ledger.queries.messages import Message
from tests.fx.rates import DAY, store

ONE_DAY = timedelta(days=1)


@pytest.fixture
def low(make_currency: Callable[..., str]) -> str:
    return make_currency("A")


@pytest.fixture
def mid(make_currency: Callable[..., str]) -> str:
    return make_currency("M")


@pytest.fixture
def high(make_currency: Callable[..., str]) -> str:
    return make_currency("Z")


def test_a_direct_rate_is_the_quotation_itself(low: str, high: str) -> None:
    rate = store(low, high, "1.0850")
    found = rate_as_of(low, high, DAY, pivot=low)
    assert found is not None
    assert (found.rate, found.path, found.source, found.rate_date) == (Decimal("1.085"), "direct", "ECB", DAY)
    (step,) = found.steps
    assert (step.rate_id, step.revision, step.base, step.quote) == (rate.id, 1, low, high)
    assert (str(step.value), step.inverted) == ("1.0850", False)


def test_a_quotation_against_the_kept_direction_is_given_back_exactly(low: str, high: str) -> None:
    store(high, low, "0.9412")
    found = rate_as_of(high, low, DAY, pivot=low)
    assert found is not None
    assert (found.rate, found.path) == (Decimal("0.9412"), "direct")
    assert (found.steps[0].base, found.steps[0].value) == (high, Decimal("0.9412"))


@pytest.mark.parametrize("kept_as_quoted", [True, False])
def test_an_inverse_is_divided_once_at_high_precision(low: str, high: str, kept_as_quoted: bool) -> None:
    base, quote = (low, high) if kept_as_quoted else (high, low)
    store(base, quote, "3")
    found = rate_as_of(quote, base, DAY, pivot=low)
    assert found is not None
    assert (str(found.rate), found.path) == ("0." + "3" * 50, "inverse")
    assert (found.steps[0].base, found.steps[0].value, found.steps[0].inverted) == (base, Decimal(3), True)


def test_a_cross_rate_goes_through_the_pivot_and_is_as_old_as_its_older_step(low: str, mid: str, high: str) -> None:
    store(mid, low, "1.25", DAY - ONE_DAY, source="manual")
    store(mid, high, "160")
    found = rate_as_of(low, high, DAY, pivot=mid)
    assert found is not None
    assert found.rate == 128
    assert (found.path, found.source, found.rate_date) == ("cross", "manual+ECB", DAY - ONE_DAY)
    assert [(step.base, step.quote, step.inverted) for step in found.steps] == [(mid, low, True), (mid, high, False)]
    assert rate_as_of(low, high, DAY, pivot=low) is None
    assert rate_as_of(low, high, DAY, pivot="EUR") is None


def test_half_a_cross_is_no_rate(low: str, mid: str, high: str) -> None:
    store(low, mid, "2")
    assert rate_as_of(low, high, DAY, pivot=mid) is None


def test_a_pairs_own_rate_comes_before_a_younger_cross(low: str, mid: str, high: str) -> None:
    store(low, high, "7", DAY - ONE_DAY)
    store(low, mid, "2")
    store(mid, high, "3")
    found = rate_as_of(low, high, DAY, pivot=mid)
    assert found is not None
    assert (found.rate, found.path) == (Decimal(7), "direct")


def test_a_currency_against_itself_is_one(low: str) -> None:
    found = rate_as_of(low, low, DAY, pivot="EUR")
    assert found is not None
    assert (found.rate, found.path, found.steps, found.rate_date) == (Decimal(1), "same", (), DAY)


def test_the_newest_wins_whichever_way_it_was_quoted(low: str, high: str) -> None:
    store(low, high, "2", DAY - ONE_DAY)
    store(high, low, "0.25", source="other")
    found = rate_as_of(low, high, DAY, pivot=low)
    assert found is not None
    assert (found.rate, found.source) == (Decimal(4), "other")


def test_a_rate_of_tomorrow_or_beyond_the_largest_age_is_none(low: str, high: str, settings: Settings) -> None:
    store(low, high, "2", DAY)
    assert rate_as_of(low, high, DAY - ONE_DAY, pivot=low) is None
    assert rate_as_of(low, high, DAY + 5 * ONE_DAY, pivot=low) is not None
    assert rate_as_of(low, high, DAY + 6 * ONE_DAY, pivot=low) is None
    assert rate_as_of(low, high, DAY + 6 * ONE_DAY, pivot=low, max_age_days=6) is not None
    assert rate_as_of(low, high, DAY + ONE_DAY, pivot=low, max_age_days=0) is None
    settings.FX_MAX_AGE_DAYS = 1
    assert rate_as_of(low, high, DAY + 2 * ONE_DAY, pivot=low) is None


def test_of_several_sources_on_a_day_the_setting_chooses_then_the_name(low: str, high: str, settings: Settings) -> None:
    for value, source in (("1", "other"), ("2", "ECB"), ("3", "manual"), ("4", "another")):
        store(low, high, value, source=source)
    for order, expected in ((["manual", "ECB"], 3), (["ECB"], 2), ([], 2), (["another"], 4), (["other", "ECB"], 1)):
        settings.FX_SOURCE_ORDER = order
        found = rate_as_of(low, high, DAY, pivot=low)
        assert found is not None
        assert found.rate == expected, order


def test_an_instant_sees_what_was_quoted_by_then_and_a_date_its_whole_day(low: str, high: str) -> None:
    noon = datetime(2026, 1, 30, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    store(low, high, "1", source="live", quoted_at=noon - hour)
    store(low, high, "2", source="live", quoted_at=noon + hour)

    def rate(on: datetime) -> Decimal | None:
        found = rate_as_of(low, high, on, pivot=low)
        return found.rate if found else None

    assert [rate(noon - 2 * hour), rate(noon - hour), rate(noon), rate(noon + hour)] == [None, 1, 1, 2]
    whole_day = rate_as_of(low, high, DAY, pivot=low)
    assert whole_day is not None
    assert whole_day.rate == 2


def test_bid_and_ask_change_places_in_the_other_direction(low: str, mid: str, high: str) -> None:
    store(low, high, "2.00", type_=RateType.BID)
    store(high, low, "0.4", type_=RateType.BID)
    rates = {
        (base, type_): found.rate
        for base, quote in ((low, high), (high, low))
        for type_ in RateType
        if (found := rate_as_of(base, quote, DAY, pivot=mid, type=type_))
    }
    assert rates == {
        (low, "bid"): Decimal("2.00"),
        (low, "ask"): Decimal("2.5"),
        (high, "bid"): Decimal("0.4"),
        (high, "ask"): Decimal("0.5"),
    }


def test_bid_of_a_cross_takes_the_bid_of_both_steps(low: str, mid: str, high: str) -> None:
    for quote, bid, ask in ((low, "1.9", "2"), (high, "10", "11")):
        store(mid, quote, bid, type_=RateType.BID)
        store(mid, quote, ask, type_=RateType.ASK)
    lower = rate_as_of(low, high, DAY, pivot=mid, type=RateType.BID)
    upper = rate_as_of(low, high, DAY, pivot=mid, type=RateType.ASK)
    assert lower is not None
    assert upper is not None
    assert lower.rate == 5
    assert upper.rate == HIGH_PRECISION.multiply(HIGH_PRECISION.divide(Decimal(1), Decimal("1.9")), Decimal(11))


def test_many_pairs_are_one_statement_and_those_without_a_rate_are_left_out(
    low: str, mid: str, high: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(low, mid, "2")
    pairs = [(low, mid), (mid, low), (low, high), (high, high)]
    statements: list[str] = []
    add = Message.add

    def noted(self: Message, sql: str, values: Sequence[str]) -> object:
        statements.append(sql)
        return add(self, sql, values)

    monkeypatch.setattr(Message, "add", noted)
    found = rates_as_of(pairs, DAY, pivot=mid)
    assert len(statements) == 1
    assert {pair: rate.rate for pair, rate in found.items()} == {
        (low, mid): 2,
        (mid, low): Decimal("0.5"),
        (high, high): 1,
    }


@examples(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.dictionaries(st.integers(0, 30), st.booleans(), max_size=6),
    asked=st.integers(0, 40),
    age=st.integers(0, 12),
)
def test_the_newest_rate_that_is_neither_too_old_nor_of_a_later_day_is_found(
    make_currency: Callable[..., str], days: dict[int, bool], asked: int, age: int
) -> None:
    base, quote = make_currency("A"), make_currency("Z")
    for day, as_kept in days.items():
        pair = (base, quote) if as_kept else (quote, base)
        store(*pair, "3", DAY + day * ONE_DAY)
    found = rate_as_of(base, quote, DAY + asked * ONE_DAY, pivot="EUR", max_age_days=age)
    expected = max((day for day in days if asked - age <= day <= asked), default=None)
    assert (found and found.rate_date) == (None if expected is None else DAY + expected * ONE_DAY)


@examples(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.decimals("1E-12", "1E+12", places=12).filter(bool),
    amount=st.decimals("0.01", "9999999999999", places=2),
    kept_as_quoted=st.booleans(),
)
def test_an_inverse_look_up_agrees_with_dividing_by_what_was_quoted(
    make_currency: Callable[..., str], value: Decimal, amount: Decimal, kept_as_quoted: bool
) -> None:
    low, high = make_currency("A"), make_currency("Z")
    base, quote = (low, high) if kept_as_quoted else (high, low)
    store(base, quote, f"{value:f}")
    found = rate_as_of(quote, base, DAY, pivot=quote)
    assert found is not None
    assert found.rate == Context(prec=50).divide(Decimal(1), value)
    assert ConversionRate.found(found).exact(amount) == Context(prec=120).divide(amount, value)
