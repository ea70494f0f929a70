from ledger.domain.verification import Discrepancy


def test_a_discrepancy_is_told_in_one_line() -> None:
    found = Discrepancy("balance_is_the_sum_of_its_legs", "acme", "account CASH", "5.00", "4.99")
    assert str(found) == ("balance_is_the_sum_of_its_legs: ledger acme, account CASH: expected 5.00, found 4.99")
