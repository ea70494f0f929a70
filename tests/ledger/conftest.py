"""Fresh books for every test: tests that post commit for real, as the app's role, and nothing is rolled back."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ledger.models import Account, Ledger


@pytest.fixture
def ledger() -> Ledger:
    """A ledger of its own for each test, in EUR."""
    return Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="UTC")


@pytest.fixture
def make_account(ledger: Ledger) -> Callable[..., Account]:
    def make(code: str, ccy: str = "EUR", **columns: Any) -> Account:
        columns = {"ledger": ledger, "name": code, "type": "asset"} | columns
        return Account.objects.create(code=code, ccy_id=ccy, **columns)

    return make


@pytest.fixture
def cash(make_account: Callable[..., Account]) -> Account:
    return make_account("CASH")


@pytest.fixture
def revenue(make_account: Callable[..., Account]) -> Account:
    return make_account("REV", type="revenue")
