"""Fetching over HTTP: from a real server that is down, slow, wrong, good, and the same again."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings
from tenacity import wait_none

from doublex.celery import app
from fx import rate_fetching, telemetry
from fx.models import Rate
from fx.rate_fetching import ATTEMPTS_MAX, RateFetchFailed, fetch_rates
from fx.tasks import fetch
from tests.fx.rate_server import RateServer, rate_server

XML = """<Envelope><Cube><Cube time="2026-01-30"><Cube currency="{ccy}" rate="1.5"/></Cube></Cube></Envelope>"""


@pytest.fixture
def ccy(make_currency: Callable[..., str]) -> str:
    return make_currency("Z")


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RateServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with rate_server() as running:
        settings.FX_RATES_URL = running.url
        settings.FX_RATES_FORMAT = settings.FX_RATES_SOURCE = ""
        yield running


@pytest.fixture
def good(server: RateServer, ccy: str) -> bytes:
    return XML.format(ccy=ccy).encode()


def fetches(result: str) -> Any:
    return telemetry.RATE_FETCHES_TOTAL.labels(result)._value.get()


def failure(**limits: float) -> RateFetchFailed:
    rates_before = Rate.objects.count()
    fetched_at_before = telemetry.RATES_FETCHED_AT_SECONDS._value.get()
    with pytest.raises(RateFetchFailed) as refusal:
        fetch_rates(wait=wait_none(), **limits)  # type: ignore[arg-type]
    assert Rate.objects.count() == rates_before
    assert telemetry.RATES_FETCHED_AT_SECONDS._value.get() == fetched_at_before
    return refusal.value


def test_a_good_answer_is_recorded_and_the_same_again_changes_nothing(
    server: RateServer, good: bytes, ccy: str
) -> None:
    server.answers = [(200, good)]
    started_at, changed_before, unchanged_before = time.time(), fetches("changed"), fetches("unchanged")
    assert fetch_rates().recorded.new == 1
    assert telemetry.RATES_FETCHED_AT_SECONDS._value.get() >= started_at
    assert fetch_rates().recorded.nothing_changed
    assert (fetches("changed") - changed_before, fetches("unchanged") - unchanged_before) == (1, 1)
    rate = Rate.objects.get(quote=ccy)
    assert (rate.base_id, rate.source, rate.revision) == ("EUR", "ECB", 1)


def test_a_server_that_recovers_is_asked_again(server: RateServer, good: bytes) -> None:
    server.answers = [(503, b"later"), (429, b"slower"), (200, good)]
    assert fetch_rates(wait=wait_none()).recorded.new == 1
    assert server.requests == 3


def test_a_server_that_does_not_recover_is_left_alone_after_a_few_tries(server: RateServer) -> None:
    server.answers = [(503, b"later")]
    assert "answered 503" in failure().detail
    assert server.requests == ATTEMPTS_MAX


def test_a_page_that_is_not_there_is_asked_for_once(server: RateServer) -> None:
    server.answers = [(404, b"")]
    assert failure().extra["result"] == "http_error"
    assert server.requests == 1


def test_a_redirect_is_followed(server: RateServer, good: bytes) -> None:
    server.answers = [(302, server.url.encode()), (200, good)]
    assert fetch_rates().recorded.new == 1


def test_nobody_listening_is_told(settings: Settings, server: RateServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.FX_RATES_URL = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        counted_before = fetches("unreachable")
        assert failure().extra["result"] == "unreachable"
        assert fetches("unreachable") == counted_before + 1


def test_a_server_that_drips_is_given_up(server: RateServer, good: bytes) -> None:
    server.answers, server.pause_seconds = [(200, good * 100)], 0.01
    started_at = time.monotonic()
    assert failure(seconds_max=0.2).extra["result"] == "too_slow"
    assert time.monotonic() - started_at < 5


def test_a_server_that_says_nothing_is_given_up(
    server: RateServer, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_fetching, "TIMEOUT", 0.1)
    server.answers, server.pause_seconds = [(200, good)], 1.0
    assert failure().extra["result"] == "unreachable"


def test_an_answer_without_end_is_given_up(server: RateServer) -> None:
    server.answers = [(200, b"x" * 200_000)]
    assert failure(bytes_max=100_000).extra["result"] == "too_large"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Welcome to the hotel's WLAN</html>", "not a single rate"),
        (b"\x00\xff", "not UTF-8"),
        (b"", "The file is neither"),
        (XML.format(ccy="USD").replace("1.5", "0").encode(), "line 1, rate '0'"),
    ],
)
def test_garbage_is_told_and_not_asked_for_again(server: RateServer, body: bytes, said: str) -> None:
    server.answers = [(200, body)]
    assert said in failure().detail
    assert server.requests == 1


def test_the_task_logs_what_happened_and_never_fails_for_it(
    server: RateServer, good: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.answers = [(404, b""), (200, good), (200, good.replace(b"1.5", b"3"))]
    for _ in range(3):
        fetch()
    assert "rates were not fetched" in caplog.text
    assert "rates: 1 new, 0 revised, 0 unchanged" in caplog.text
    assert "a rate moved by more than 5 percent" in caplog.text


def test_without_a_url_the_task_does_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.FX_RATES_URL = ""
    fetch()
    assert not caplog.records
    with pytest.raises(RateFetchFailed, match="FX_RATES_URL"):
        fetch_rates()


def test_beat_starts_the_task_every_hour() -> None:
    (entry,) = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "fx.fetch_rates"]
    assert entry["task"] in app.tasks
    assert entry["schedule"].hour == set(range(24))
