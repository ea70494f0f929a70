"""What becomes of a batch's orders, and when their keys are looked up ahead of the gate."""

from collections.abc import Sequence
from typing import Any

import pytest

from ledger.domain.checked import CheckedOrder
from ledger.domain.refusals import Busy
from ledger.imports import answers
from ledger.imports.answers import Poster
from ledger.models import Account, Ledger
from ledger.posting import check_transfers, post_checked
from tests.ledger.imports.journals import keys
from tests.ledger.orders import transfer


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders each look-up ahead of the gate was for."""
    sizes: list[int] = []
    posted_before = answers.posted_before

    def counted(orders: Sequence[CheckedOrder]) -> Any:
        sizes.append(len(orders))
        return posted_before(orders)

    monkeypatch.setattr(answers, "posted_before", counted)
    return sizes


def batch(ledger: Ledger, *of_keys: str) -> list[CheckedOrder]:
    return check_transfers([transfer(ledger, "CASH", "REV", "1.00", key=key) for key in of_keys])


@pytest.mark.usefixtures("cash", "revenue")
def test_keys_are_looked_up_ahead_at_first_and_after_duplicates(ledger: Ledger, looked_up: list[int]) -> None:
    poster = Poster()
    assert poster.answers_of(batch(ledger, "a", "b")) == ["applied"] * 2
    assert looked_up == [2]
    # Not looked up ahead, and known all the same.
    assert poster.answers_of(batch(ledger, "b", "c")) == ["duplicate", "applied"]
    assert looked_up == [2]
    assert poster.answers_of(batch(ledger, "a", "b", "c")) == ["duplicate"] * 3
    assert poster.answers_of(batch(ledger, "d")) == ["applied"]
    assert looked_up == [2, 3, 1]
    assert keys(ledger) == ["a", "b", "c", "d"]


def test_what_may_have_been_posted_without_an_answer_is_looked_up(
    ledger: Ledger, cash: Account, revenue: Account, looked_up: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    poster = Poster()
    assert poster.answers_of(batch(ledger, "a")) == ["applied"]
    lost = [Busy("Later.")]

    def losing(orders: Any, **options: Any) -> Any:
        outcomes = post_checked(orders, **options)
        return [*outcomes[:-1], lost.pop()] if lost else outcomes

    monkeypatch.setattr(answers, "post_checked", losing)
    assert poster.answers_of(batch(ledger, "b", "c")) == ["applied", "duplicate"]
    assert looked_up == [1, 1]
