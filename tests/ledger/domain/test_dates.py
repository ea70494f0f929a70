from argparse import ArgumentTypeError
from datetime import date

import pytest

from ledger.domain.dates import parse_date
from ledger.domain.refusals import InvalidRequest
from ledger.management.dates import day

NO_DAYS = ["", "20260131", "2026-W05-6", "2026-02-30", "0000-01-01", "2026-1-31", " 2026-01-31", "٢٠٢٦-01-31", "today"]


def test_a_day_is_written_one_way() -> None:
    assert parse_date("2026-01-31") == day("2026-01-31") == date(2026, 1, 31)


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_refused_in_the_same_words_by_api_and_command_line(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_date(text, "from")
    assert (refusal.value.field, refusal.value.detail) == ("from", f"{text!r} is not a date: write it as 2026-01-31.")
    with pytest.raises(ArgumentTypeError) as error:
        day(text)
    assert str(error.value) == refusal.value.detail


def test_a_refusal_of_a_long_text_shows_its_beginning() -> None:
    with pytest.raises(InvalidRequest, match=f"^'{'x' * 60}' is not a date"):
        parse_date("x" * 61)
