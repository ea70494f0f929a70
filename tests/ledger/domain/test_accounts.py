from decimal import Decimal, Inexact
from uuid import UUID

import pytest

from ledger.domain.accounts import AccountFacts, AccountType, Side


@pytest.mark.parametrize(
    ("type_", "side"),
    [("asset", "debit"), ("expense", "debit"), ("liability", "credit"), ("equity", "credit"), ("revenue", "credit")],
)
def test_an_account_grows_on_its_normal_side_and_shrinks_on_the_other(type_: str, side: str) -> None:
    normal = AccountType(type_).normal_side
    assert normal == side
    facts = AccountFacts(UUID(int=1), "A", "EUR", 2, normal, non_negative=False)
    assert facts.balance_after(Decimal("1.00"), normal, Decimal("0.25")) == Decimal("1.25")
    assert facts.balance_after(Decimal("1.00"), normal.opposite, Decimal("0.25")) == Decimal("0.75")


def test_each_side_is_the_opposite_of_the_other() -> None:
    assert (Side.DEBIT.opposite, Side.CREDIT.opposite) == (Side.CREDIT, Side.DEBIT)


@pytest.mark.parametrize("side", list(Side))
def test_a_balance_that_would_be_rounded_raises_instead(side: Side) -> None:
    facts = AccountFacts(UUID(int=1), "A", "EUR", 2, Side.DEBIT, non_negative=False)
    with pytest.raises(Inexact):
        facts.balance_after(Decimal("1e80"), side, Decimal("1e-18"))
