"""What becomes of a group that PostgreSQL itself refuses: it is posted in ever smaller parts."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import IntegrityError

from ledger import posting, posting_group, posting_rows
from ledger.domain import refusals
from ledger.domain.checked import Bundle, CheckedOrder
from ledger.domain.posted import PostedBefore, PostedTransfer
from ledger.models import Account, Ledger
from ledger.posting_attempts import post
from ledger.queries.messages import Message
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


def checked(ledger: Ledger, description: str = "") -> CheckedOrder:
    return posting._check_transfer(transfer(ledger, "CASH", "REV", "1.00", description=description))


@pytest.fixture
def lying_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours: journals that are described as 'bug' are written one cent short on their first leg."""
    truthful = posting_rows.write

    def write(message: Message, postings: Sequence[Any]) -> None:
        from dataclasses import replace

        def lie(journal: Any) -> Any:
            first = journal.legs[0]
            return replace(journal, legs=(replace(first, amount=first.amount / 2), *journal.legs[1:]))

        truthful(
            message,
            [
                replace(new, journals=tuple(lie(j) if j.description == "bug" else j for j in new.journals))
                for new in postings
            ],
        )

    monkeypatch.setattr(posting_group, "write", write)


@pytest.mark.usefixtures("lying_rows")
def test_a_bug_in_one_order_is_not_the_end_of_its_mates(ledger: Ledger) -> None:
    good = [Bundle((checked(ledger), checked(ledger))), Bundle((checked(ledger),))]
    with pytest.raises(IntegrityError, match="balance"):
        post([*good, Bundle((checked(ledger, "bug"),))])
    assert [[type(o) for o in outcomes] for outcomes in post(good)] == [
        [PostedBefore, PostedBefore],
        [PostedBefore],
    ], "the bug's mates were posted before it raised"


@pytest.mark.usefixtures("lying_rows")
def test_of_two_bundles_the_good_one_is_posted(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError, match="balance"):
        post([Bundle((checked(ledger),)), Bundle((checked(ledger, "bug"),))])
    assert Footprint.of(ledger).journals == 1


@pytest.mark.usefixtures("lying_rows")
def test_a_bug_in_an_atomic_bundle_posts_none_of_it(ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    with pytest.raises(IntegrityError):
        post([Bundle((checked(ledger), checked(ledger, "bug")), atomic=True)])
    assert Footprint.of(ledger) == before


@pytest.mark.usefixtures("lying_rows")
def test_a_bundle_of_its_own_is_taken_apart(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError):
        post([Bundle((checked(ledger), checked(ledger, "bug")))])
    assert Footprint.of(ledger).journals == 1


def test_a_refusal_that_postgresql_names_reaches_only_whom_it_concerns(
    ledger: Ledger, cash: Account, make_account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.ledger.test_posting_under_contention import _judge_without_rules

    make_account("OTHER")
    monkeypatch.setattr(posting_group, "judge", _judge_without_rules())
    Account.objects.filter(id=cash.id).update(status="frozen")
    fine = posting._check_transfer(transfer(ledger, "OTHER", "REV", "1.00"))
    outcomes = post([Bundle((checked(ledger), fine))])
    assert isinstance(outcomes[0][0], refusals.AccountNotActive)
    assert isinstance(outcomes[0][1], PostedTransfer)
