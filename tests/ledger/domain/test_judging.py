"""The rules, one by one: what each refuses, in which words, and that the last allowed case passes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.domain import refusals
from ledger.domain.accounts import RunningBalance, Side
from ledger.domain.currencies import unknown_currency
from ledger.domain.journals import JournalKind, PlannedJournal, PlannedLeg, PlannedStep
from ledger.domain.judging import check_order, judge, require_balance
from ledger.domain.orders import LegOrder, OnClosed, StatedRate
from ledger.domain.refusals import Refusal
from tests.ledger.domain.plans import (
    ACCOUNTS,
    CASH,
    CURRENCIES,
    OPEN,
    PAY_IN,
    TODAY,
    WALLET,
    YEN,
    Told,
    as_told,
    balances,
    leg,
    order,
    planned,
)


def test_an_order_that_is_fine_becomes_a_plan_with_all_that_it_says() -> None:
    asked = order(
        value_date=TODAY,
        on_closed=OnClosed.NEXT_OPEN_DAY,
        description="rent",
        reference="R1",
        metadata={"room": 3},
    )
    assert check_order(asked, ACCOUNTS, CURRENCIES) == PlannedJournal(
        kind=JournalKind.TRANSFER,
        legs=(PlannedLeg(CASH, Side.DEBIT, Decimal(5)), PlannedLeg(WALLET, Side.CREDIT, Decimal(5))),
        value_date=TODAY,
        on_closed=OnClosed.NEXT_OPEN_DAY,
        description="rent",
        reference="R1",
        metadata={"room": 3},
        reverses=None,
    )


def test_a_closed_day_is_refused_unless_the_order_says_otherwise() -> None:
    assert check_order(order(), ACCOUNTS, CURRENCIES).on_closed is OnClosed.REFUSE


@pytest.mark.parametrize(
    ("legs", "told"),
    [
        ([PAY_IN[0]], ("too_few_legs", "legs", "A transfer has at least 2 legs; this one has 1.")),
        ([*PAY_IN] * 501, ("too_many_legs", "legs", "A transfer has at most 1000 legs; this one has 1002.")),
        (
            [PAY_IN[0], leg("WALLET", "credit", "5.00", "Z" * 70)],
            ("currency_unknown", "legs[1].ccy", unknown_currency("Z" * 60)),
        ),
        (
            [PAY_IN[0], leg("YEN", "credit", "5", "JPY")],
            ("too_many_currencies", "legs", "A transfer is in one currency or between two; this one has EUR, JPY."),
        ),
        (
            [PAY_IN[0], leg("WALLET", "credit", None)],
            (
                "invalid_amount",
                "legs[1].amount",
                "An amount may be left out only in a transfer between two currencies.",
            ),
        ),
        (
            [PAY_IN[0], leg("WALLET", "credit", "0")],
            ("invalid_amount", "legs[1].amount", "An amount is above zero; the side says its direction."),
        ),
        (
            [PAY_IN[0], leg("WALLET", "credit", "5.001")],
            ("invalid_amount", "legs[1].amount", "5.001 EUR has more decimals than EUR has: 2 at most."),
        ),
        (
            [PAY_IN[0], leg("N" * 200, "credit", "5.00")],
            ("account_not_found", "legs[1].account", f"No account '{'N' * 128}' in this ledger."),
        ),
        (
            [PAY_IN[0], leg("YEN", "credit", "5.00")],
            ("currency_mismatch", "legs[1].ccy", "Account YEN is in JPY, the leg in EUR."),
        ),
        (
            [PAY_IN[0], leg("WALLET", "credit", "4.99")],
            (
                "journal_not_balanced",
                "legs",
                "Debits are 5.00 EUR and credits 4.99 EUR: they differ by 0.01.",
            ),
        ),
    ],
)
def test_what_can_never_post_is_refused_by_name_field_and_figures(
    legs: list[LegOrder], told: tuple[str, str, str]
) -> None:
    with pytest.raises(Refusal) as refusal:
        check_order(order(*legs), ACCOUNTS, CURRENCIES)
    assert as_told(refusal.value) == (*told, {})


def test_a_rate_is_refused_where_there_is_nothing_to_convert() -> None:
    with pytest.raises(refusals.InvalidRequest) as refusal:
        check_order(order(fx=StatedRate("1.1")), ACCOUNTS, CURRENCIES)
    told: Told = ("validation_error", "fx", "A rate is stated only in a transfer between two currencies.", {})
    assert as_told(refusal.value) == told


def test_an_account_that_the_books_post_to_by_themselves_takes_no_leg_of_an_order() -> None:
    kept = ACCOUNTS | {"WALLET": replace(WALLET, closed_to_orders=True)}
    with pytest.raises(refusals.PostingNotAllowed) as refusal:
        check_order(order(), kept, CURRENCIES)
    assert as_told(refusal.value) == (
        "posting_not_allowed",
        "legs[1].account",
        "Account WALLET is not for direct posting: the books post to it by themselves.",
        {},
    )


def test_a_thousand_legs_are_not_too_many() -> None:
    assert len(check_order(order(*[*PAY_IN] * 500), ACCOUNTS, CURRENCIES).legs) == 1000


def test_of_many_currencies_ten_are_named() -> None:
    known = {f"C{letter}": 2 for letter in "ABCDEFGHIJKL"}
    legs = [leg("CASH", "debit", "1.00", ccy) for ccy in known]
    with pytest.raises(refusals.TooManyCurrencies) as refusal:
        check_order(order(*legs), ACCOUNTS, known)
    named = ", ".join(sorted(known)[:10])
    assert refusal.value.detail == f"A transfer is in one currency or between two; this one has {named}."


def test_each_currency_balances_for_itself() -> None:
    legs = [
        PlannedLeg(CASH, Side.DEBIT, Decimal(3)),
        PlannedLeg(WALLET, Side.CREDIT, Decimal(3)),
        PlannedLeg(YEN, Side.CREDIT, Decimal(1)),
    ]
    require_balance(legs[:2])
    with pytest.raises(refusals.JournalNotBalanced, match="Debits are 0 JPY and credits 1 JPY: they differ by 1"):
        require_balance(legs)


LONGEST = "99999999999999999999.999999999999999999"


def test_a_difference_is_told_to_the_last_digit_of_the_longest_amounts() -> None:
    smallest = "0.000000000000000001"
    legs = [PlannedLeg(CASH, Side.DEBIT, Decimal(smallest)), PlannedLeg(WALLET, Side.CREDIT, Decimal(LONGEST))]
    with pytest.raises(refusals.JournalNotBalanced) as refusal:
        require_balance(legs)
    assert refusal.value.detail == (
        f"Debits are {smallest} EUR and credits {LONGEST} EUR: they differ by 99999999999999999999.999999999999999998."
    )


def test_sums_of_many_legs_add_up() -> None:
    require_balance(
        [
            PlannedLeg(CASH, Side.DEBIT, Decimal(1)),
            PlannedLeg(CASH, Side.DEBIT, Decimal(2)),
            PlannedLeg(WALLET, Side.CREDIT, Decimal("2.50")),
            PlannedLeg(WALLET, Side.CREDIT, Decimal("0.50")),
        ]
    )


def test_steps_are_numbered_and_leave_what_they_leave_and_the_balances_move_along() -> None:
    running = balances("1")
    legs = ((CASH, Side.DEBIT, "5"), (WALLET, Side.CREDIT, "5"), (WALLET, Side.DEBIT, "2"), (CASH, Side.CREDIT, "2"))
    day, steps = judge(planned(*legs), OPEN, running)
    assert day == TODAY
    assert [step.balance_after for step in steps] == [105, 6, 4, 103]
    assert [step.account_seq for step in steps] == [8, 4, 5, 9]
    assert steps[0] == PlannedStep(PlannedLeg(CASH, Side.DEBIT, Decimal(5)), Decimal(105), 8)
    assert running == {
        CASH.id: RunningBalance(Decimal(103), 9, active=True),
        WALLET.id: RunningBalance(Decimal(4), 5, active=True),
    }


def test_a_step_below_zero_is_refused_and_nothing_moves() -> None:
    running = balances("4.99")
    pay_out = planned((CASH, Side.CREDIT, "5"), (WALLET, Side.DEBIT, "5"))
    with pytest.raises(refusals.InsufficientFunds) as refusal:
        judge(pay_out, OPEN, running)
    assert as_told(refusal.value) == (
        "insufficient_funds",
        "legs[1].amount",
        "Account WALLET must not go below zero: it holds 4.99 EUR at this step, 5.00 EUR is asked for.",
        {},
    )
    assert running == balances("4.99")
    judge(pay_out, OPEN, balances("5"))


def test_an_account_without_a_floor_may_go_below_zero() -> None:
    running = balances()
    judge(planned((CASH, Side.CREDIT, "200"), (WALLET, Side.CREDIT, "200")), OPEN, running)
    assert running[CASH.id].balance == -100


def test_an_account_that_is_not_active_takes_no_leg() -> None:
    running = balances(active=False)
    with pytest.raises(refusals.AccountNotActive) as refusal:
        judge(planned(), OPEN, running)
    said = "Account WALLET is frozen or closed: it takes no legs until its status is 'active' again."
    told: Told = ("account_not_active", "legs[1].account", said, {})
    assert as_told(refusal.value) == told
    assert running == balances(active=False)


def test_a_limit_counts_the_debits_of_transfers_and_may_be_reached() -> None:
    book = replace(OPEN, transfer_limit=Decimal("500.00"))
    legs = (CASH, Side.DEBIT, "250"), (CASH, Side.DEBIT, "250"), (WALLET, Side.CREDIT, "500")
    judge(planned(*legs), book, balances())
    beyond = (*legs, (CASH, Side.DEBIT, "0.01"), (WALLET, Side.CREDIT, "0.01"))
    with pytest.raises(refusals.TransferLimitExceeded) as refusal:
        judge(planned(*beyond), book, balances())
    assert as_told(refusal.value) == (
        "transfer_limit_exceeded",
        "legs",
        "This ledger moves at most 500 EUR per transfer; this one moves 500.01 EUR. Send several, or have an operator "
        "raise the limit.",
        {},
    )
    judge(planned(*beyond, kind=JournalKind.REVERSAL), book, balances())
    judge(planned(*beyond, limited=False), book, balances())


def test_a_limit_counts_the_debits_even_where_the_legs_do_not_balance_yet() -> None:
    legs = (CASH, Side.DEBIT, "600"), (WALLET, Side.CREDIT, "1")
    with pytest.raises(refusals.TransferLimitExceeded):
        judge(planned(*legs), replace(OPEN, transfer_limit=Decimal(500)), balances())


def test_a_limit_is_told_to_its_last_digit() -> None:
    legs = (CASH, Side.DEBIT, LONGEST), (WALLET, Side.CREDIT, LONGEST)
    limit = Decimal("12345678901234567890.123456789012345670")
    with pytest.raises(refusals.TransferLimitExceeded) as refusal:
        judge(planned(*legs), replace(OPEN, transfer_limit=limit), balances())
    assert refusal.value.detail.startswith(
        "This ledger moves at most 12345678901234567890.12345678901234567 EUR per transfer; "
        f"this one moves {LONGEST} EUR."
    )
