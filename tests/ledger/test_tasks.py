import logging

import pytest
from prometheus_client import REGISTRY

from doublex.celery import app
from ledger import tasks
from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from ledger.queries.trial_balance import trial_differences
from tests.ledger.orders import transfer
from tests.ledger.raw_books import connect


@pytest.mark.usefixtures("cash", "revenue")
def test_the_books_of_a_ledger_balance(ledger: Ledger) -> None:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    assert [difference for difference in trial_differences() if difference.ledger == ledger.code] == []


def test_a_cent_that_a_superuser_slips_in_is_found(
    ledger: Ledger, cash: Account, caplog: pytest.LogCaptureFixture
) -> None:
    set_debits = "UPDATE ledger_balance SET debits = %s WHERE account_id = %s"
    with connect("owner") as owner:
        owner.execute(set_debits, ["0.01", cash.id])
        owner.commit()
    try:
        with caplog.at_level(logging.INFO):
            found = tasks.check_books()
        assert found >= 1
        assert f"ledger {ledger.code} is out of balance in EUR: debits 0.01" in caplog.text
        assert REGISTRY.get_sample_value("ledger_books_out_of_balance") == found
    finally:
        with connect("owner") as owner:
            owner.execute(set_debits, [0, cash.id])
            owner.commit()


def test_books_that_balance_are_said_to(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(tasks, "trial_differences", list)
    with caplog.at_level(logging.INFO):
        assert tasks.check_books() == 0
    assert "the books balance" in caplog.text
    assert REGISTRY.get_sample_value("ledger_books_out_of_balance") == 0


def test_beat_starts_a_task_that_exists_every_minute() -> None:
    app.loader.import_default_modules()
    (entry,) = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "ledger.check_books"]
    assert entry["task"] in app.tasks
    assert entry["schedule"] == 60
