"""Whatever is lost on the way, a transfer posts once: the client through a proxy that really loses it."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import doublex_client
import pytest
from doublex_client import Client, NewTransfer, Retrying, credit, debit

from tests.clients.flaky_proxy import (
    Fault,
    FlakyProxy,
    answering,
    losing_the_commits_reply,
    lost_on_the_way_back,
    lost_on_the_way_there,
    never_answered,
    refusing,
)

SALE = [debit("CASH", "10.00", "EUR"), credit("REV", "10.00", "EUR")]
HTML = answering(502, b"<html>Bad gateway</html>", Content_Type="text/html")


def posted_count(ledger: Client) -> int:
    return len(list(ledger.journals()))


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ([lost_on_the_way_there], "applied"),
        ([lost_on_the_way_back], "duplicate"),
        ([losing_the_commits_reply], "duplicate"),
        ([refusing(503, "busy")], "applied"),
        ([refusing(429, "throttled")], "applied"),
        ([HTML], "applied"),
        ([answering(503, b"starting")], "applied"),
        ([lost_on_the_way_back, HTML, refusing(503, "busy"), lost_on_the_way_there], "duplicate"),
    ],
)
def test_a_transfer_posts_once_whatever_is_lost(
    ledger: Client, flaky: Client, proxy: FlakyProxy, faults: list[Fault], status: str
) -> None:
    proxy.faults.extend(faults)
    posted = flaky.transfer(SALE)
    assert posted.status == status
    assert proxy.seen == ["POST /api/transfers/"] * (len(faults) + 1)
    assert posted_count(ledger) == 1
    assert ledger.balance("CASH").balance == 10


def test_a_transfer_whose_answer_never_comes_is_sent_again_after_the_time_out(
    ledger: Client, proxy: FlakyProxy, key: str
) -> None:
    proxy.faults.append(never_answered)
    with Client(proxy.url, key, timeout_seconds=0.5) as impatient:
        assert impatient.transfer(SALE).duplicate
    assert posted_count(ledger) == 1


def test_a_lost_transfer_can_be_completed_later_with_the_key_on_the_exception(
    ledger: Client, flaky: Client, proxy: FlakyProxy
) -> None:
    proxy.faults.extend([lost_on_the_way_back, *[lost_on_the_way_there] * 4])
    with pytest.raises(doublex_client.NoAnswer) as lost:
        flaky.transfer(SALE)
    assert len(proxy.seen) == 5
    assert ledger.transfer(SALE, idempotency_key=lost.value.idempotency_key).duplicate
    assert posted_count(ledger) == 1


def test_a_ledger_that_stays_busy_is_given_up_on_as_busy(ledger: Client, flaky: Client, proxy: FlakyProxy) -> None:
    proxy.faults.extend([refusing(503, "busy")] * 5)
    with pytest.raises(doublex_client.Busy) as busy:
        flaky.transfer(SALE)
    assert busy.value.idempotency_key
    assert (len(proxy.seen), posted_count(ledger)) == (5, 0)


def test_a_refusal_is_not_sent_again(flaky: Client, proxy: FlakyProxy) -> None:
    with pytest.raises(doublex_client.JournalNotBalanced):
        flaky.transfer([debit("CASH", 1, "EUR"), credit("REV", 2, "EUR")])
    assert len(proxy.seen) == 1


def test_the_wait_is_never_shorter_than_retry_after_says(flaky: Client, proxy: FlakyProxy) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    for header in ("1", later):
        proxy.faults.append(refusing(503, "busy", Retry_After=header))
        started_at = time.monotonic()
        flaky.transfer(SALE)
        assert time.monotonic() - started_at >= 0.9


def test_a_wait_beyond_the_time_allowed_is_not_begun(proxy: FlakyProxy, key: str) -> None:
    proxy.faults.append(refusing(503, "busy", Retry_After="3600"))
    with (
        Client(proxy.url, key, retrying=Retrying(seconds_max=30)) as client,
        pytest.raises(doublex_client.Busy) as busy,
    ):
        client.transfer(SALE)
    assert (busy.value.retry_after_seconds, len(proxy.seen)) == (3600, 1)


def test_reads_changes_and_reversals_are_sent_again_too(ledger: Client, flaky: Client, proxy: FlakyProxy) -> None:
    posted = ledger.transfer(SALE)
    for call in (
        lambda: flaky.balance("CASH"),
        lambda: flaky.change_account("CASH", name="Till"),
        lambda: flaky.reverse(posted.journal_id),
    ):
        proxy.faults.extend([lost_on_the_way_there, lost_on_the_way_back])
        call()
        assert not proxy.faults
    assert ledger.account("CASH").name == "Till"
    assert posted_count(ledger) == 2


def test_a_batch_posts_each_of_its_transfers_once(ledger: Client, flaky: Client, proxy: FlakyProxy) -> None:
    orders = [NewTransfer(SALE, f"k{index}") for index in range(3)]
    half_busy = (
        b'{"results": [{"status": "refused", "error": {"code": "busy", "status": 503}},'
        b' {"status": "refused", "error": {"code": "account_not_found", "status": 422}},'
        b' {"status": "refused", "error": {"code": "outcome_unknown", "status": 503}}]}'
    )
    proxy.faults.extend([lost_on_the_way_there, answering(200, half_busy)])
    first, second, third = flaky.transfer_batch(orders)
    assert isinstance(second, doublex_client.Refused)
    assert [result.duplicate for result in (first, third)] == [False, False]
    assert {journal.idempotency_key for journal in ledger.journals()} == {"k0", "k2"}
    proxy.faults.append(lost_on_the_way_back)
    assert [result.duplicate for result in flaky.transfer_batch(orders)] == [True, True, True]
    assert posted_count(ledger) == 3


def test_an_account_whose_opening_was_not_heard_of_is_the_one_opened(
    ledger: Client, flaky: Client, proxy: FlakyProxy
) -> None:
    proxy.faults.append(lost_on_the_way_back)
    assert flaky.open_account("ANNA", "Anna", "EUR", metadata={"n": 1}).code == "ANNA"
    proxy.faults.append(lost_on_the_way_back)
    with pytest.raises(doublex_client.AccountExists):
        flaky.open_account("ANNA", "Another Anna", "EUR")
    with pytest.raises(doublex_client.AccountExists):
        flaky.open_account("ANNA", "Anna", "EUR", metadata={"n": 1})
    assert ledger.account("ANNA").name == "Anna"


def test_a_ledger_that_cannot_be_reached_is_named() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with (
            Client(url, retrying=Retrying(2, 1, 0.01, 0.01)) as client,
            pytest.raises(doublex_client.NoAnswer, match=url),
        ):
            client.transfer(SALE)
