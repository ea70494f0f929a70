from decimal import Decimal
from uuid import UUID

from ledger.queries.ledger_totals import LedgerTotal


def test_the_difference_of_a_ledgers_totals_is_told_to_the_last_digit() -> None:
    debits, credits_ = Decimal("99999999999999999999.999999999999999999"), Decimal("0.000000000000000001")
    total = LedgerTotal(UUID(int=1), "EUR", 2, accounts=2, debits=debits, credits=credits_)
    assert total.difference == Decimal("99999999999999999999.999999999999999998")
