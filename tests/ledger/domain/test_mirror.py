"""What undoes a journal."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ledger.domain import refusals
from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg
from ledger.domain.judging import mirror
from ledger.domain.orders import OnClosed
from ledger.domain.posted import PostedJournal, PostedLeg
from tests.ledger.domain.plans import (
    ACCOUNTS,
    CASH,
    TODAY,
    WALLET,
    Told,
    as_told,
)

YESTERDAY = date(2026, 3, 14)
POSTED = PostedJournal(
    id=UUID(int=99),
    number=12,
    kind=JournalKind.TRANSFER,
    value_date=YESTERDAY,
    posted_at=datetime(2026, 3, 14, tzinfo=UTC),
    description="rent",
    reference="R1",
    metadata={"room": 3},
    idempotency_key="key",
    reverses=None,
    reversed_by=None,
    legs=(
        PostedLeg("CASH", Side.DEBIT, Decimal(5), "EUR", 2, Decimal(5)),
        PostedLeg("WALLET", Side.CREDIT, Decimal(5), "EUR", 2, Decimal(5)),
    ),
)


def test_a_mirror_image_undoes_the_last_leg_first() -> None:
    assert mirror(POSTED, ACCOUNTS, TODAY, "typing error") == PlannedJournal(
        kind=JournalKind.REVERSAL,
        legs=(PlannedLeg(WALLET, Side.DEBIT, Decimal(5)), PlannedLeg(CASH, Side.CREDIT, Decimal(5))),
        value_date=TODAY,
        on_closed=OnClosed.REFUSE,
        description="typing error",
        reference="R1",
        metadata={},
        reverses=POSTED.id,
        reverses_number=POSTED.number,
    )


def test_a_mirror_image_without_words_of_its_own_says_what_it_reverses() -> None:
    assert mirror(POSTED, ACCOUNTS, None, "").description == "Reversal of 12"


def test_a_mirror_image_has_none_itself() -> None:
    with pytest.raises(refusals.ReversalNotAllowed) as refusal:
        mirror(replace(POSTED, kind=JournalKind.REVERSAL), ACCOUNTS, None, "")
    told: Told = ("posting_not_allowed", None, "A reversal is not reversed: post the transfer again instead.", {})
    assert as_told(refusal.value) == told
