"""On which day a journal is posted, and which days are refused."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.domain import refusals
from ledger.domain.judging import judge, settle_value_date
from ledger.domain.orders import OnClosed
from tests.ledger.domain.plans import OPEN, TODAY, as_told, balances, planned

YESTERDAY, TOMORROW = date(2026, 3, 14), date(2026, 3, 16)


@pytest.mark.parametrize(
    ("asked", "closed_through", "on_closed", "day"),
    [
        (None, None, OnClosed.REFUSE, TODAY),
        (YESTERDAY, None, OnClosed.REFUSE, YESTERDAY),
        (TODAY, YESTERDAY, OnClosed.REFUSE, TODAY),
        (None, YESTERDAY, OnClosed.REFUSE, TODAY),
        (None, TODAY, OnClosed.REFUSE, TOMORROW),
        (YESTERDAY, YESTERDAY, OnClosed.NEXT_OPEN_DAY, TODAY),
        (YESTERDAY, TODAY, OnClosed.NEXT_OPEN_DAY, TOMORROW),
    ],
)
def test_a_journal_goes_to_its_day_or_the_next_open_one(
    asked: date | None, closed_through: date | None, on_closed: OnClosed, day: date
) -> None:
    book = replace(OPEN, closed_through=closed_through)
    assert settle_value_date(planned(value_date=asked, on_closed=on_closed), book) == day
    assert judge(planned(value_date=asked, on_closed=on_closed), book, balances())[0] == day


def test_a_closed_day_is_refused_and_the_last_closed_day_told() -> None:
    with pytest.raises(refusals.DayClosed) as refusal:
        settle_value_date(planned(value_date=YESTERDAY), replace(OPEN, closed_through=TODAY))
    assert as_told(refusal.value) == (
        "day_closed",
        "value_date",
        "2026-03-14 is closed: the books are closed through 2026-03-15. Send a later value_date, "
        "or on_closed: 'next_open_day'.",
        {"closed_through": "2026-03-15"},
    )


def test_tomorrow_is_refused_even_where_today_is_closed() -> None:
    with pytest.raises(refusals.ValueDateInFuture) as refusal:
        settle_value_date(planned(value_date=TOMORROW), replace(OPEN, closed_through=TODAY))
    assert as_told(refusal.value) == (
        "value_date_in_future",
        "value_date",
        "2026-03-16 is later than today, 2026-03-15 in the ledger's time zone.",
        {},
    )


def test_a_journal_of_the_books_own_may_be_dated_tomorrow() -> None:
    own = planned(value_date=TOMORROW, may_be_future=True)
    assert settle_value_date(own, OPEN) == TOMORROW
