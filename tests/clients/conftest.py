"""One ledger service for all tests of clients: real processes, and a fresh ledger with a key for each test."""

import uuid
from collections.abc import Iterator

import pytest
from doublex_client import Client, Retrying

from tests.clients.flaky_proxy import FlakyProxy
from tests.doublex.running import Running

QUICK = Retrying(attempts_max=5, seconds_max=20, first_wait_seconds=0.01, wait_seconds_max=0.05)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("service") / "data")
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture
def key(service: Running) -> str:
    """A key to a ledger of the test's own, with the accounts CASH and REV."""
    code = f"t-{uuid.uuid4().hex}"
    opened = service.beside("manage.py", "ledger_open", code, "--ccy", "EUR")
    assert opened.returncode == 0, opened.stderr
    made = service.beside("manage.py", "api_key", "create", "--ledger", code, "--scopes", "read,post,accounts")
    return made.stdout.splitlines()[-1]


@pytest.fixture
def ledger(service: Running, key: str) -> Iterator[Client]:
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
