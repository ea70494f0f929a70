from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from doublex import health
from doublex.celery import app
from doublex.embedded.valkey import Broker
from tests.ledger.api.calls import content_of

P8 = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.fixture(autouse=True)
def _as_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrations_seen_applied", False)


def readyz(status: int) -> dict[str, str]:
    content = content_of(Client().get("/readyz"), status)
    assert content["status"] == ("ok" if status == 200 else "failing")
    return content["checks"]  # type: ignore[no-any-return]


def test_a_process_is_up_without_asking_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", no_database)
    assert content_of(Client().get("/healthz")) == {"status": "ok"}


def test_a_process_is_ready_when_what_it_acknowledges_is_durable() -> None:
    checks = readyz(200)
    assert checks.pop("broker") == "none: REDIS_URL is not set"
    assert checks == dict.fromkeys(("database", "migrations", *P8), "ok")


def test_a_session_that_does_not_wait_for_the_disk_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            checks = readyz(503)
        finally:
            cursor.execute("RESET synchronous_commit")
    assert checks["synchronous_commit"] == "off; must be on"
    assert checks["fsync"] == "ok"


@pytest.mark.parametrize("setting", P8)
def test_a_server_that_risks_what_it_acknowledged_is_not_ready(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setitem(health._DURABLE, setting, ("a value that no server has",))
    checks = readyz(503)
    assert [name for name, found in checks.items() if found != "ok" and name != "broker"] == [setting]


def test_a_migration_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    applied = MigrationRecorder.applied_migrations
    newest = max(name for app_label, name in applied(MigrationRecorder(connection)) if app_label == "ledger")

    newest = max(name for app, name in applied(MigrationRecorder(connection)) if app == "ledger")

    def all_but_one(recorder: MigrationRecorder) -> dict[tuple[str, str], Any]:
        return {key: row for key, row in applied(recorder).items() if key != ("ledger", newest)}

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", all_but_one)
    assert f"{newest}; run manage.py migrate" in readyz(503)["migrations"]
    monkeypatch.undo()
    assert readyz(200)["migrations"] == "ok"


def test_migrations_are_looked_for_until_they_are_there_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    readyz(200)
    monkeypatch.setattr(health, "MigrationExecutor", no_database)
    readyz(200)


def test_without_a_database_a_process_is_up_but_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", no_database)
    assert readyz(503)["database"] == "unreachable: OperationalError"


def test_a_broker_that_is_away_is_told_but_turns_nobody_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    assert readyz(200)["broker"].startswith("unreachable after")


def test_a_broker_that_answers_is_told_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broker = Broker(tmp_path / "valkey", tmp_path / "valkey.log", password="for-this-test")
    child = broker.start()
    try:
        broker.wait()
        monkeypatch.setattr(app.conf, "broker_url", broker.url)
        assert readyz(200)["broker"] == "ok"
    finally:
        child.stop()


def test_metrics_show_the_ledgers_series() -> None:
    response = Client().get("/metrics")
    assert response.status_code == 200
    for series in (
        "ledger_tx_total",
        "ledger_serialization_retries_total",
        "ledger_post_journal_seconds_bucket",
        "ledger_get_balance_seconds_bucket",
        "ledger_group_size_bucket",
        "ledger_queue_wait_seconds_bucket",
        "ledger_books_out_of_balance",
        "django_http_requests_total_by_method_total",
    ):
        assert series in response.content.decode(), series


def no_database(*_: object, **__: object) -> None:
    raise OperationalError("no database")
