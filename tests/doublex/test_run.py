"""`make run` as its user sees it: real processes on a data folder of the test's own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from doublex.environment import read_start_settings
from doublex.run import Run
from tests.doublex.running import ROOT, START_SECONDS_MAX, Running


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data")
    try:
        running.wait_until_up()
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


def transfer(key: str) -> dict[str, Any]:
    sides = {"DEMO-CASH": "debit", "DEMO-REV": "credit"}
    legs = [{"account": code, "side": side, "amount": "10.00", "ccy": "EUR"} for code, side in sides.items()]
    return {"idempotency_key": key, "legs": legs}


def test_a_run_answers_serves_commands_beside_it_and_survives_a_kill(run: Running) -> None:
    assert run.ask("/readyz")["checks"]["broker"] == "ok"
    posted = run.ask("/api/transfers/", transfer("first"))
    assert posted["status"] == "applied"

    opened = run.beside("manage.py", "ledger_open", "beside", "--ccy", "EUR")
    assert opened.returncode == 0, opened.stderr
    second = run.beside("-m", "doublex.run")
    assert (second.returncode, f"running already, at http://127.0.0.1:{run.port}" in second.stderr) == (1, True)

    members = run.tree()
    for member in members:
        with suppress(psutil.NoSuchProcess):  # its parent's death may have been quicker
            member.kill()
    run.process.wait()
    psutil.wait_procs(members, timeout=30)

    again = Running(run.folder, run.port)
    try:
        again.wait_until_up()
        assert again.ask("/api/transfers/", transfer("first"))["status"] == "duplicate"
        assert again.ask("/api/accounts/DEMO-CASH")["balance"] == "10.00"
        members = again.tree()
    finally:
        code = again.end()
    assert (code, "Stopping." in again.said) == (0, True)
    assert not [member for member in members if member.is_running()]


# The broker tells of a setting of the machine, which is its owner's to choose (docs/operators.md).
OF_THE_MACHINE = "WARNING Memory overcommit must be enabled"
# Celery shows its level so: "@%WARNING".
TROUBLE = re.compile(r"error|(?<!@%)warn|fatal|traceback|failed|refused|exited with", re.IGNORECASE)


def wait_for_the_worker(run: Running) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    # A question that is asked before the worker listens is not answered later.
    while run.beside("-m", "celery", "-A", "doublex", "inspect", "ping", "--timeout", "1").returncode:
        assert time.monotonic() < deadline


def test_two_healthy_starts_log_nothing_that_looks_like_trouble(tmp_path: Path) -> None:
    for start in ("first", "second"):
        run = Running(tmp_path / "data")
        run.wait_until_up()
        assert run.ask("/api/transfers/", transfer(start))["status"] == "applied"
        wait_for_the_worker(run)
        assert run.end() == 0
    logs = sorted((tmp_path / "data" / "logs").iterdir())
    assert [log.stem for log in logs] == ["beat", "broker", "postgres", "prepare", "web", "worker"]
    lines = [f"{log.name}: {line}" for log in logs for line in log.read_text("utf-8").splitlines()]
    assert len(lines) > 20
    assert not [line for line in lines if TROUBLE.search(line) and OF_THE_MACHINE not in line]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        running = Running(tmp_path / "data", stranger.getsockname()[1])
        said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert f"Port {running.port} is taken" in said
    assert "PORT" in said


def test_a_folder_without_binaries_is_named(tmp_path: Path) -> None:
    running = Running(tmp_path / "data", PG_BIN=str(tmp_path))
    said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert f"PG_BIN gives {tmp_path}, which has no initdb" in said


def test_a_command_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    dropped = ("DATABASE_URL", "DATABASE_OWNER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    lost = subprocess.run(
        [sys.executable, "manage.py", "ledger_open", "x", "--ccy", "EUR"],
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert lost.returncode == 1
    assert lost.stderr.strip().endswith("set DATABASE_URL (docs/operators.md).")


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_tells_its_password(demo: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", str(demo))
    said = Run(tmp_path, read_start_settings(host="127.0.0.1", migrate_on_start=True))._greeting()
    assert ("doublex-demo" in said, "DEMO-CASH" in said, "api_key create" in said) == (demo, demo, not demo)
    assert "Ctrl-C stops everything" in said
