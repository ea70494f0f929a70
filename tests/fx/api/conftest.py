from collections.abc import Callable
from datetime import date

import pytest

from fx.models import Settlement
from ledger.models import Ledger
from tests.fx.books import fresh_day, open_accounts, quote
from tests.ledger.api.calls import ALL_SCOPES, Api
from tests.ledger.raw_books import Footprint


@pytest.fixture
def api(ledger: Ledger) -> Api:
    return Api.on(ledger, *ALL_SCOPES)


@pytest.fixture
def day(ledger: Ledger) -> date:
    """A day on which one euro is 1.10 dollars, in a ledger with cash in four currencies."""
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "CASH-JPY", "CASH-BHD")
    on = fresh_day()
    quote("EUR/USD", "1.1000", on)
    return on


@pytest.fixture
def unchanged(ledger: Ledger) -> Callable[[], bool]:
    """Whether nothing was written since the fixture was made."""
    before = Footprint.of(ledger)
    return lambda: Footprint.of(ledger) == before and not Settlement.objects.filter(ledger=ledger).exists()
