from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fx import rate_recording, telemetry
from fx.domain.rates import Quotation, RateType
from fx.domain.refusals import InvalidRate
from fx.models import Rate, RateRevision
from fx.rate_recording import record_rates
from ledger.domain.refusals import CurrencyUnknown
from tests.fx.rates import DAY

ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pair(module_currency: Callable[..., str]) -> tuple[str, str]:
    return module_currency("A"), module_currency("Z")


@pytest.fixture
def quotation(make_currency: Callable[..., str]) -> Quotation:
    return Quotation(make_currency("A"), make_currency("Z"), Decimal("1.0850"), DAY, "ECB")


def stored(quotation: Quotation) -> list[tuple[Any, ...]]:
    rates = Rate.objects.filter(base__any=[quotation.base, quotation.quote])
    return [
        (rate.date, rate.quoted_base, str(rate.quoted_value), rate.revision)
        for rate in rates.order_by("date", "source")
    ]


def test_a_new_rate_is_recorded_and_a_repeat_changes_nothing(quotation: Quotation) -> None:
    first = record_rates([quotation])
    assert (first.new, first.revised, first.unchanged) == (1, 0, 0)
    again = record_rates([replace(quotation, value=Decimal("1.085"))])
    assert (again.new, again.revised, again.unchanged, again.nothing_changed) == (0, 0, 1, True)
    assert stored(quotation) == [(DAY, quotation.base, "1.0850", 1)]


def test_an_inverse_quotation_is_shown_as_it_was_given_and_its_repeat_changes_nothing(quotation: Quotation) -> None:
    given_ = replace(quotation, base=quotation.quote, quote=quotation.base, value=Decimal(3))
    record_rates([given_])
    assert record_rates([given_]).nothing_changed
    assert stored(quotation) == [(DAY, given_.base, "3", 1)]
    assert Rate.objects.get(base=quotation.base).value == Decimal("0." + "3" * 50)


def test_an_exact_inverse_of_what_is_stored_is_no_change(quotation: Quotation) -> None:
    record_rates([replace(quotation, value=Decimal(4))])
    inverse = replace(quotation, base=quotation.quote, quote=quotation.base, value=Decimal("0.25"))
    assert record_rates([inverse]).nothing_changed


def test_a_new_value_is_a_new_revision_and_the_old_one_stays(quotation: Quotation) -> None:
    record_rates([quotation])
    changed = record_rates([replace(quotation, value=Decimal("1.09"))])
    assert (changed.new, changed.revised, changed.jumps) == (0, 1, ())
    (move,) = changed.revisions
    assert (move.before, move.after, move.percent) == (Decimal("1.085"), Decimal("1.09"), Decimal("0.46"))
    rate = Rate.objects.get(base=quotation.base)
    revisions = RateRevision.objects.filter(rate=rate).order_by("revision")
    assert [(r.revision, str(r.quoted_value)) for r in revisions] == [(1, "1.0850"), (2, "1.09")]
    assert revisions[1].recorded_at > revisions[0].recorded_at


def test_a_dry_run_says_what_would_change_and_changes_nothing(quotation: Quotation) -> None:
    record_rates([quotation])
    jumps_before = jumps_counted()
    tried = record_rates([replace(quotation, value=Decimal(2)), replace(quotation, date=DAY + ONE_DAY)], dry_run=True)
    assert (tried.new, tried.revised, len(tried.jumps)) == (1, 1, 2)
    assert stored(quotation) == [(DAY, quotation.base, "1.0850", 1)]
    assert jumps_counted() == jumps_before


def jumps_counted() -> Any:
    return telemetry.RATE_JUMPS_TOTAL.labels("ECB")._value.get()


@pytest.mark.parametrize(
    ("after", "is_jump"), [("1.05", False), ("1.0500001", True), ("0.96", False), ("0.95", True), ("10", True)]
)
@pytest.mark.parametrize("inverse", [False, True])
def test_a_move_of_more_than_five_percent_is_accepted_with_a_warning(
    quotation: Quotation, after: str, is_jump: bool, inverse: bool
) -> None:
    if inverse:
        quotation = replace(quotation, base=quotation.quote, quote=quotation.base)
    counted_before = jumps_counted()
    first = replace(quotation, value=Decimal(1), date=DAY - 3 * ONE_DAY)
    assert record_rates([first]).jumps == ()
    recorded = record_rates([replace(quotation, value=Decimal(after))])
    assert recorded.new == 1
    assert [(jump.base, jump.before, jump.after) for jump in recorded.jumps] == (
        [(quotation.base, Decimal(1), Decimal(after))] if is_jump else []
    )
    assert jumps_counted() - counted_before == is_jump


def test_a_first_rate_that_is_revised_is_held_against_what_it_replaces(quotation: Quotation) -> None:
    record_rates([quotation])
    (jump,) = record_rates([replace(quotation, value=Decimal("10.85"))]).jumps
    assert (jump.before, jump.percent) == (Decimal("1.085"), Decimal("900.00"))
    assert "1.085" in str(jump)


def test_a_correction_back_to_the_days_before_is_no_jump(quotation: Quotation) -> None:
    record_rates([quotation, replace(quotation, value=Decimal("10.85"), date=DAY + ONE_DAY)])
    corrected = record_rates([replace(quotation, value=Decimal("1.09"), date=DAY + ONE_DAY)])
    assert (corrected.revised, corrected.jumps) == (1, ())


def test_jumps_are_found_across_chunks_and_within_one_day(
    quotation: Quotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_recording, "CHUNK_ROWS", 2)
    noon = datetime(2026, 1, 30, 12, tzinfo=UTC)
    rates = [replace(quotation, value=Decimal(n), quoted_at=noon + timedelta(hours=n)) for n in (4, 3, 2, 1)]
    progress: list[tuple[int, int]] = []
    recorded = record_rates(rates, on_progress=lambda done, total: progress.append((done, total)))
    assert sorted((jump.before, jump.after) for jump in recorded.jumps) == [
        (Decimal(n), Decimal(n + 1)) for n in (1, 2, 3)
    ]
    assert progress == [(2, 4), (4, 4)]


@pytest.mark.parametrize(
    ("lie", "field"),
    [
        ({"value": Decimal(0)}, "value"),
        ({"value": Decimal(-1)}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"value": Decimal("sNaN")}, "value"),
        ({"value": Decimal("Infinity")}, "value"),
        ({"value": Decimal("1E+13")}, "value"),
        ({"value": Decimal("1E-13")}, "value"),
        ({"value": Decimal("1." + "1" * 25)}, "value"),
        ({"source": "a b"}, "source"),
        ({"quoted_at": datetime(2026, 2, 1, tzinfo=UTC)}, "quoted_at"),
    ],
)
def test_what_cannot_be_a_rate_is_refused_and_nothing_written(
    quotation: Quotation, lie: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRate) as refusal:
        record_rates([quotation, replace(quotation, date=DAY + ONE_DAY, **lie)])
    assert refusal.value.field == field
    assert stored(quotation) == []


def test_a_currency_against_itself_or_unknown_and_a_contradiction_are_refused(quotation: Quotation) -> None:
    with pytest.raises(InvalidRate):
        record_rates([quotation, replace(quotation, quote=quotation.base)])
    with pytest.raises(CurrencyUnknown):
        record_rates([quotation, replace(quotation, quote="NOWHERE")])
    with pytest.raises(InvalidRate):
        record_rates([quotation, replace(quotation, value=Decimal(2))])
    with pytest.raises(TypeError):
        record_rates([replace(quotation, value=1.5)])  # type: ignore[arg-type]
    assert stored(quotation) == []


def test_no_rates_are_nothing_changed() -> None:
    assert record_rates([]).nothing_changed


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.decimals("0.000001", "1000000", places=6), min_size=1, max_size=4),
    inverse=st.booleans(),
    type_=st.sampled_from(RateType),
)
def test_recording_twice_is_recording_once(
    pair: tuple[str, str], values: list[Decimal], inverse: bool, type_: RateType
) -> None:
    base, quote = reversed(pair) if inverse else pair
    rates = [Quotation(base, quote, value, DAY + i * ONE_DAY, "ECB", type_) for i, value in enumerate(values)]
    record_rates(rates)
    before = list(Rate.objects.filter(base=pair[0]).order_by("id").values_list())
    assert record_rates(rates).nothing_changed
    assert list(Rate.objects.filter(base=pair[0]).order_by("id").values_list()) == before
