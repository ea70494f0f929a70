"""Books that were grown are as good as books that were posted: every step follows, and posting goes on from there."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections

from bench.growth import grow
from ledger.models import Account, Balance, Journal, Ledger, Leg
from ledger.posting import post_transfer
from tests.ledger.orders import transfer

ACCOUNTS, SWEEPS = 5, 13


@pytest.fixture
def make_account(ledger: Ledger) -> Callable[[str], Account]:
    return lambda code: Account.objects.create(ledger=ledger, code=code, name=code, ccy_id="EUR", type="asset")


@pytest.fixture
def ledger() -> Ledger:
    import uuid

    return Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="UTC")


def test_grown_books_hold_every_promise_and_go_on(ledger: Ledger, make_account: Callable[[str], Account]) -> None:
    codes = [f"A{number}" for number in range(ACCOUNTS)]
    for code in codes:
        make_account(code)
    post_transfer(transfer(ledger, "A0", "A3", "7.00"))
    settings = connections["owner"].settings_dict
    url = (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )
    grow(url, str(ledger.id), sweeps=SWEEPS)

    assert Journal.objects.filter(ledger=ledger).count() == 1 + SWEEPS * ACCOUNTS
    assert {id_.version for id_ in Journal.objects.filter(ledger=ledger).values_list("id", flat=True)} == {7}
    numbers = Journal.objects.filter(ledger=ledger).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 2 + SWEEPS * ACCOUNTS))
    for code in codes:
        steps = _walk(Account.objects.get(ledger=ledger, code=code))
        assert steps.leg_count == 2 * SWEEPS + (code in ("A0", "A3"))
    posted = post_transfer(transfer(ledger, "A0", "A1", "1.00")).journals[0]
    assert posted.number == 2 + SWEEPS * ACCOUNTS
    assert [leg.balance_after for leg in posted.legs] == [Decimal(8), Decimal(-1)]


def _walk(account: Account) -> Balance:
    """The account's balance row, after every leg was found to leave what the one before and its amount come to."""
    balance = Decimal(0)
    legs = Leg.objects.filter(account=account).order_by("account_seq")
    for seq, leg in enumerate(legs, 1):
        balance += leg.amount if leg.side == "debit" else -leg.amount
        assert (leg.account_seq, leg.balance_after) == (seq, balance), account.code
    journal_order = legs.order_by("journal__number").values_list("account_seq", flat=True)
    assert list(journal_order) == list(range(1, len(legs) + 1)), "posting order and running numbers agree"
    row = Balance.objects.get(account=account)
    assert row.balance == balance
    return row
