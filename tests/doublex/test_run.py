"""`make run` as its user sees it: real processes on a data folder of the test's own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from doublex.embedded.process import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 90


class Running:
    """A `python -m doublex.run` of the test's own."""

    def __init__(self, folder: Path, port: int | None = None, **environment: str) -> None:
        self.folder = folder
        self.port = port or free_port()
        ours = {"DATA_DIR": str(folder), "PORT": str(self.port), "WEB_WORKERS": "1"}
        dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "REDIS_URL")
        self.environment = {name: value for name, value in os.environ.items() if name not in dropped} | ours
        self.process = subprocess.Popen(
            [sys.executable, "-m", "doublex.run"],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        assert self.process.stdout
        while "Ctrl-C stops everything" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.said}"
            assert time.monotonic() < deadline, self.said
            self.said += line

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))

    def beside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command run beside it, with no setting but the data folder."""
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def tree(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return self.process.returncode


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
