from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fx.domain.rates import Quotation
from fx.queries.rate_moves import jumps_of, moves_of
from fx.rate_recording import record_rates
from tests.fx.rates import DAY, store

ONE_DAY = timedelta(days=1)

# A day, the hour of it or none, the source, whichever way round, and the value.
quotations = st.tuples(
    st.integers(0, 40),
    st.sampled_from([None, 9, 17]),
    st.sampled_from(["ECB", "manual"]),
    st.booleans(),
    st.sampled_from(["1", "1.04", "1.06", "1.2", "0.9"]),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(quotations, max_size=8, unique_by=lambda given: given[:3]),
    second=st.lists(quotations, min_size=1, max_size=8, unique_by=lambda given: given[:3]),
)
def test_a_file_of_rates_jumps_where_each_of_them_by_itself_does(
    make_currency: Callable[..., str],
    first: list[tuple[int, int | None, str, bool, str]],
    second: list[tuple[int, int | None, str, bool, str]],
) -> None:
    low, high = make_currency("A"), make_currency("Z")

    def quoted(day: int, hour: int | None, source: str, inverted: bool, value: str) -> Quotation:
        on = DAY + day * ONE_DAY
        at = None if hour is None else datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
        pair = (high, low) if inverted else (low, high)
        return Quotation(*pair, Decimal(value), on, source, quoted_at=at)

    record_rates([quoted(*given) for given in first])
    recorded = record_rates([quoted(*given) for given in second])
    from fx.models import Rate

    ids = list(Rate.objects.filter(base_id=low).values_list("id", flat=True))
    for written in (ids, ids[::2], ids[:1]):
        alone = sorted(str(move) for move in moves_of(written).values() if move.is_jump)
        assert sorted(map(str, jumps_of(written))) == alone
    assert {str(jump) for jump in recorded.jumps} <= {str(move) for move in moves_of(ids).values()}


def test_a_rate_of_long_ago_is_held_against_the_one_before_it_and_no_other(make_currency: Callable[..., str]) -> None:
    low, high = make_currency("A"), make_currency("Z")
    store(low, high, "1.00", DAY - 900 * ONE_DAY)
    store(low, high, "5.00", DAY + ONE_DAY)
    late = store(low, high, "1.10", DAY)
    (jump,) = jumps_of([late.id])
    assert (jump.before, jump.after) == (Decimal("1.00"), Decimal("1.10"))
    assert jumps_of([]) == []


@pytest.mark.parametrize("value", ["1.00", "1.04"])
def test_a_rate_that_hardly_moves_is_no_jump(make_currency: Callable[..., str], value: str) -> None:
    low, high = make_currency("A"), make_currency("Z")
    store(low, high, "1.00", DAY)
    next_day = store(low, high, value, DAY + ONE_DAY)
    assert jumps_of([next_day.id]) == []
    assert moves_of([next_day.id])[next_day.id].after == Decimal(value)
