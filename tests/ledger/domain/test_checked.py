"""An order on its way to the group that posts it."""

from uuid import UUID

from ledger.domain.accounts import Side
from ledger.domain.checked import Bundle, CheckedOrder
from tests.ledger.domain.plans import CASH, WALLET, planned


def test_a_checked_order_tells_its_key_in_its_ledger_and_counts_the_legs_of_all_its_journals() -> None:
    three = (CASH, Side.DEBIT, "5"), (WALLET, Side.CREDIT, "2"), (WALLET, Side.CREDIT, "3")
    checked = CheckedOrder(UUID(int=1), "key", b"fingerprint", (planned(), planned(*three)))
    assert checked.key == (UUID(int=1), "key")
    assert checked.leg_count == 5


def test_orders_sent_together_stand_each_for_itself_unless_the_caller_says_otherwise() -> None:
    assert not Bundle(()).atomic
