import pytest

from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api


@pytest.fixture
def api(ledger: Ledger) -> Api:
    """A caller of the test's ledger who may do everything there."""
    return Api.on(ledger)


@pytest.fixture
def books(cash: Account, revenue: Account) -> None:
    """CASH and REV, in EUR."""
