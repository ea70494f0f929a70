"""One ledger service for all tests of clients: real processes, and a fresh ledger with a key for each test."""

from collections.abc import Iterator

import pytest
from doublex_client import Client, Retrying

from tests.clients.flaky_proxy import FlakyProxy
from tests.doublex.running import Running

LEDGERS_MAX = 60
QUICK = Retrying(attempts_max=5, seconds_max=20, first_wait_seconds=0.01, wait_seconds_max=0.05)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("service") / "data")
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


# One process opens the ledgers of all tests: to start one for each would take longer than the tests.
OPEN_LEDGERS = f"""
import os, uuid, django
os.environ["DJANGO_SETTINGS_MODULE"] = "doublex.settings"
django.setup()
from ledger.api_keys import create_api_key
from ledger.ledgers import open_ledger
for _ in range({LEDGERS_MAX}):
    print(create_api_key(open_ledger(f"t-{{uuid.uuid4().hex}}", "EUR").code, ["read", "post", "accounts"]))
"""


@pytest.fixture(scope="session")
def unused_keys(service: Running) -> list[str]:
    opened = service.beside("-c", OPEN_LEDGERS)
    assert opened.returncode == 0, opened.stderr
    return opened.stdout.split()


@pytest.fixture
def key(unused_keys: list[str]) -> str:
    """A key to a ledger of the test's own."""
    return unused_keys.pop()


@pytest.fixture
def ledger(service: Running, key: str) -> Iterator[Client]:
    """The test's own ledger, with the accounts CASH and REV."""
    with Client(f"http://127.0.0.1:{service.port}", key, retrying=QUICK) as client:
        client.open_account("CASH", "Cash", "EUR")
        client.open_account("REV", "Revenue", "EUR", type="revenue")
        yield client


@pytest.fixture
def proxy(service: Running) -> Iterator[FlakyProxy]:
    flaky = FlakyProxy(service.port)
    yield flaky
    flaky.stop()


@pytest.fixture
def flaky(ledger: Client, proxy: FlakyProxy, key: str) -> Iterator[Client]:
    """The same ledger, reached through the proxy."""
    with Client(proxy.url, key, retrying=QUICK, timeout_seconds=5) as client:
        yield client
