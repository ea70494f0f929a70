"""Fresh currencies for every test: rates are global and never removed, so no two tests may share a pair."""

import uuid
from collections.abc import Callable

import pytest

from ledger.currencies import add_currency
from ledger.models import Ledger


def _make(prefix: str = "M", minor_units: int = 2) -> str:
    code = f"{prefix}{uuid.uuid4().hex.upper()}"[:12]
    return add_currency(code, f"Test currency {code}", minor_units).code


@pytest.fixture
def make_currency() -> Callable[..., str]:
    """A currency of the test's own; its code begins with `prefix`, so that the test can choose who comes first."""
    return _make


@pytest.fixture
def ledger() -> Ledger:
    """A ledger of its own for each test, in EUR."""
    return Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR", timezone="UTC")


@pytest.fixture(scope="module")
def module_currency() -> Callable[..., str]:
    """The same for a property test, whose many examples share a pair."""
    return _make
