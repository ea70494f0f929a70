"""A `python -m doublex.run` of a test's own: real processes on a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from doublex.embedded.process import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 90


class Running:
    """A `python -m doublex.run` of the test's own."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        command: Sequence[str] = (sys.executable, "-m", "doublex.run"),
        checkout: Path = ROOT,
        **environment: str,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        ours = {"DATA_DIR": str(folder), "PORT": str(self.port), "WEB_WORKERS": "1"}
        dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "REDIS_URL")
        self.environment = {name: value for name, value in os.environ.items() if name not in dropped} | ours
        self.process = subprocess.Popen(
            command,
            cwd=checkout,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
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
        # To the whole group, as a terminal does: make passes a Ctrl-C on to nobody.
        os.killpg(self.process.pid, how)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return self.process.returncode
