"""Batches, atomic and independent, and reversals: through the posting verbs."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger import posting
from ledger.domain import refusals
from ledger.domain.accounts import Side
from ledger.domain.orders import ReversalOrder
from ledger.domain.posted import PostedTransfer
from ledger.models import Account, Balance, Journal, Ledger
from ledger.posting import post_batch, post_transfer, reverse_journal
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, RawLeg, RawPosting, connect, refused


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account, make_account: Callable[..., Account]) -> None:
    """Every test has CASH, REV, and WALLET, which must not go below zero."""
    make_account("WALLET", type="liability", non_negative=True)


def reversal(ledger: Ledger, posted: PostedTransfer, **rest: object) -> ReversalOrder:
    return ReversalOrder(ledger.id, posted.journals[0].id, rest.pop("key", uuid.uuid4().hex), **rest)  # type: ignore[arg-type]


def balance_of(code: str, ledger: Ledger) -> Decimal:
    return Decimal(Balance.objects.get(account__ledger=ledger, account__code=code).balance)


def test_independent_orders_each_have_their_own_outcome_in_order(ledger: Ledger) -> None:
    orders = [
        transfer(ledger, "CASH", "WALLET", "5.00"),
        transfer(ledger, "WALLET", "CASH", "9.00"),
        transfer(ledger, "CASH", "NOPE", "1.00"),
        transfer(ledger, "WALLET", "CASH", "4.00", key="twice"),
        transfer(ledger, "WALLET", "CASH", "4.00", key="twice"),
        transfer(ledger, "WALLET", "CASH", "1.00", key="twice"),
    ]
    outcomes = post_batch(orders, atomic=False)
    assert [posting.result_label(outcome) for outcome in outcomes] == [
        "applied",
        "insufficient_funds",
        "account_not_found",
        "applied",
        "duplicate",
        "idempotency_conflict",
    ]
    assert balance_of("WALLET", ledger) == 1
    again = post_batch(orders, atomic=False)
    assert [posting.result_label(outcome) for outcome in again] == [
        "duplicate",
        "insufficient_funds",
        "account_not_found",
        "duplicate",
        "duplicate",
        "idempotency_conflict",
    ]


def test_independent_orders_that_are_all_bad_are_refused_each_for_its_own_reason(ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    bad = [transfer(ledger, "CASH", "NOPE", "1.00"), transfer(ledger, "CASH", "REV", "0")]
    outcomes = post_batch(bad, atomic=False)
    assert [posting.result_label(outcome) for outcome in outcomes] == ["account_not_found", "invalid_amount"]
    assert all(isinstance(outcome, refusals.Refusal) and "index" not in outcome.extra for outcome in outcomes)
    assert Footprint.of(ledger) == before


def test_a_batch_larger_than_a_chunk_keeps_its_order(ledger: Ledger) -> None:
    orders = [transfer(ledger, "CASH", "REV", "0.01") for _ in range(posting.CHUNK_ORDERS * 2 + 1)]
    outcomes = post_batch(orders, atomic=False)
    numbers = [outcome.journals[0].number for outcome in outcomes if isinstance(outcome, PostedTransfer)]
    assert numbers == list(range(1, len(orders) + 1))


def test_an_atomic_batch_is_posted_whole(ledger: Ledger) -> None:
    orders = [transfer(ledger, "CASH", "WALLET", "5.00"), transfer(ledger, "WALLET", "CASH", "5.00")]
    outcomes = post_batch(orders, atomic=True)
    assert [posting.result_label(outcome) for outcome in outcomes] == ["applied", "applied"]
    again = post_batch([*orders, transfer(ledger, "CASH", "REV", "1.00")], atomic=True)
    assert [posting.result_label(outcome) for outcome in again] == ["duplicate", "duplicate", "applied"]


@pytest.mark.parametrize("bad", ["9.00", "1.005"])
def test_an_atomic_batch_is_refused_whole_and_names_the_first_refusal(ledger: Ledger, bad: str) -> None:
    before = Footprint.of(ledger)
    orders = [
        transfer(ledger, "CASH", "WALLET", "5.00"),
        transfer(ledger, "WALLET", "CASH", bad),
        transfer(ledger, "CASH", "NOPE", "1.00"),
    ]
    with pytest.raises((refusals.InsufficientFunds, refusals.InvalidAmount)) as refusal:
        post_batch(orders, atomic=True)
    assert refusal.value.extra["index"] == 1
    assert Footprint.of(ledger) == before
    assert not post_transfer(orders[0]).duplicate, "its key is free again"


def test_an_atomic_batch_of_nothing_but_refusals_names_the_first(ledger: Ledger) -> None:
    with pytest.raises(refusals.AccountNotFound) as refusal:
        post_batch([transfer(ledger, "CASH", "NOPE", "1.00"), transfer(ledger, "CASH", "REV", "0")], atomic=True)
    assert refusal.value.extra["index"] == 0


def test_what_an_atomic_refusal_took_back_is_free_for_the_next_in_the_group(ledger: Ledger) -> None:
    """Two bundles in one group: the refused one leaves numbers, balances and keys as they were."""
    from ledger.domain.checked import Bundle
    from ledger.posting_group import post_group

    good = posting._check_transfer(transfer(ledger, "CASH", "WALLET", "5.00", key="k"))
    broke = posting._check_transfer(transfer(ledger, "WALLET", "CASH", "9.00"))
    outcomes = post_group([Bundle((good, broke), atomic=True), Bundle((good,))])
    assert isinstance(outcomes[0][0], refusals.InsufficientFunds)
    assert isinstance(outcomes[1][0], PostedTransfer)
    assert outcomes[1][0].journals[0].number == 1
    assert balance_of("WALLET", ledger) == 5


def test_a_reversal_is_the_mirror_image_and_is_linked(ledger: Ledger) -> None:
    original = post_transfer(transfer(ledger, "CASH", "REV", "12.34", reference="R1", value_date=date(2026, 1, 5)))
    posted = reverse_journal(reversal(ledger, original, description="typing error"))
    (journal,) = posted.journals
    assert (journal.kind, journal.reverses, journal.reference) == ("reversal", original.journals[0].id, "R1")
    assert journal.value_date == datetime.now(UTC).date()
    assert [(leg.account, leg.side) for leg in journal.legs] == [("REV", Side.DEBIT), ("CASH", Side.CREDIT)]
    assert balance_of("CASH", ledger) == 0


def test_a_reversal_is_dated_as_asked(ledger: Ledger) -> None:
    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00", value_date=date(2026, 1, 5)))
    posted = reverse_journal(reversal(ledger, original, value_date=date(2026, 2, 1)))
    assert posted.journals[0].value_date == date(2026, 2, 1)


def test_a_journal_is_reversed_once_only(ledger: Ledger) -> None:
    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    order = reversal(ledger, original)
    first = reverse_journal(order)
    before = Footprint.of(ledger)
    again = reverse_journal(order)
    assert again.duplicate
    assert again.journals == first.journals
    with pytest.raises(refusals.AlreadyReversed):
        reverse_journal(reversal(ledger, original))
    with pytest.raises(refusals.IdempotencyConflict):
        reverse_journal(replace(order, description="other"))
    assert Footprint.of(ledger) == before


def test_two_reversals_in_one_group_are_one_too_many(ledger: Ledger) -> None:
    from ledger.domain.checked import Bundle
    from ledger.posting_group import post_group

    original = post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    orders = [posting._check_reversal(reversal(ledger, original)) for _ in range(2)]
    outcomes = post_group([Bundle((order,)) for order in orders])
    assert isinstance(outcomes[0][0], PostedTransfer)
    assert isinstance(outcomes[1][0], refusals.AlreadyReversed)


def test_a_reversal_is_not_reversed(ledger: Ledger) -> None:
    undone = reverse_journal(reversal(ledger, post_transfer(transfer(ledger, "CASH", "REV", "1.00"))))
    with pytest.raises(refusals.ReversalNotAllowed):
        reverse_journal(reversal(ledger, undone))


def test_a_journal_of_another_ledger_is_not_found(ledger: Ledger) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    other = Ledger.objects.create(code=f"{ledger.code[:40]}-r", base_ccy_id="EUR")
    with pytest.raises(refusals.NotFound):
        reverse_journal(reversal(other, posted))


def test_a_reversal_that_the_account_cannot_pay_is_refused(ledger: Ledger) -> None:
    paid_in = post_transfer(transfer(ledger, "CASH", "WALLET", "5.00"))
    post_transfer(transfer(ledger, "WALLET", "CASH", "3.00"))
    with pytest.raises(refusals.InsufficientFunds):
        reverse_journal(reversal(ledger, paid_in))


def test_a_reversal_walks_back_the_way_it_came(ledger: Ledger) -> None:
    """In then out of WALLET: undone last leg first, it does not dip below zero either."""
    legs = transfer(ledger, "CASH", "WALLET", "5.00").legs + transfer(ledger, "WALLET", "CASH", "5.00").legs
    posted = post_transfer(transfer(ledger, "", "", "", legs=legs))
    assert not reverse_journal(reversal(ledger, posted)).duplicate


def test_a_reversal_may_exceed_the_transfer_limit_that_came_later(ledger: Ledger) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "600.00"))
    Ledger.objects.filter(id=ledger.id).update(transfer_limit=500)
    assert not reverse_journal(reversal(ledger, posted)).duplicate


@pytest.mark.parametrize("lie", ["amount", "side", "account", "twice"])
def test_a_raw_reversal_that_is_no_mirror_image_is_refused(
    ledger: Ledger, cash: Account, revenue: Account, lie: str
) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "5.00"))
    other = Account.objects.get(ledger=ledger, code="WALLET")
    amount = Decimal("4.00") if lie == "amount" else Decimal("5.00")
    legs = [RawLeg(other if lie == "account" else cash, "credit", amount), RawLeg(revenue, "debit", amount)]
    if lie == "side":
        legs = [RawLeg(cash, "debit", amount), RawLeg(revenue, "credit", amount)]
    if lie == "twice":
        reverse_journal(reversal(ledger, posted))
    raw = RawPosting(ledger, legs, reverses=posted.journals[0].id)
    refused(ledger, "ledger_journal_reverses_id_key" if lie == "twice" else "reversal_must_mirror", raw.write)


def test_a_raw_mirror_image_passes(ledger: Ledger, cash: Account, revenue: Account) -> None:
    posted = post_transfer(transfer(ledger, "CASH", "REV", "5.00"))
    legs = [RawLeg(cash, "credit", Decimal("5.00")), RawLeg(revenue, "debit", Decimal("5.00"))]
    with connect() as connection:
        RawPosting(ledger, legs, reverses=posted.journals[0].id).write(connection)
        connection.commit()
    assert Journal.objects.get(reverses_id=posted.journals[0].id).kind == "reversal"
