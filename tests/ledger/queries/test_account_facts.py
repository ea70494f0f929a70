"""Accounts are remembered by what they are, and only once they are there for everybody."""

import pytest
from django.db import transaction

from ledger.models import Account, Ledger
from ledger.queries.account_facts import account_facts


def test_who_opens_an_account_sees_it_in_his_transaction_and_nobody_remembers_it_when_he_gives_up(
    ledger: Ledger,
) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        opened = Account.objects.create(ledger=ledger, code="BRIEF", name="", ccy_id="EUR", type="asset")
        assert account_facts(ledger.id, {"BRIEF"})["BRIEF"].id == opened.id
        raise ZeroDivisionError
    assert account_facts(ledger.id, {"BRIEF"}) == {}


def test_an_account_that_was_asked_for_too_early_is_found_once_it_is_there(ledger: Ledger) -> None:
    assert account_facts(ledger.id, {"LATE", "NUL\x00"}) == {}
    opened = Account.objects.create(ledger=ledger, code="LATE", name="", ccy_id="EUR", type="asset")
    assert account_facts(ledger.id, {"LATE"})["LATE"].id == opened.id
