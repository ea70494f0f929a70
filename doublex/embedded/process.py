"""One child process: started with its log in a file, waited for, and stopped by the signal that it understands."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import psutil

from doublex.embedded import privileges

LOG_LINES_SHOWN = 15
POLL_SECONDS = 0.02
# The ephemeral range begins at 32768 on Linux: a port above could be taken by any outgoing connection.
PORTS = range(20_000, 32_768)


class StartError(RuntimeError):
    """A child did not start; the message has the end of its log."""


@dataclass
class Child:
    """A process of ours. `stop_signal` asks it to end in an orderly way."""

    name: str
    command: Sequence[str | Path]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    drops_root: bool = False
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - commands of our own
                [os.fspath(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                preexec_fn=privileges.in_child(self.stop_signal, self.drops_root),  # noqa: PLW1509 - we have no threads
            )

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    def exit_code(self) -> int | None:
        """The code with which it ended by itself; None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait_until(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Return once `ready` says so.

        Raises:
            StartError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if (code := self.exit_code()) is not None:
                raise StartError(f"{self.name} ended with code {code}.\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise StartError(f"{self.name} was not ready within {timeout_seconds:g} s.\n{self.last_words()}")
            time.sleep(POLL_SECONDS)

    def stop(self, timeout_seconds: float = 20) -> None:
        """Ask it to end and wait; a child that does not listen is killed with its own children."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            end_tree(psutil.Process(self._process.pid))
            self._process.wait()

    def last_words(self) -> str:
        """The end of its log, and where the rest is."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"The end of {self.log}:", *(f"  {line}" for line in lines[-LOG_LINES_SHOWN:])])


def end_tree(process: psutil.Process) -> None:
    """Kill a process and whatever it started."""
    for member in [*process.children(recursive=True), process]:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(wanted: int | None = None) -> int:
    """The wanted port if it is free, else another below the ephemeral range; never one given out before."""
    first = random.choice(PORTS)  # noqa: S311 - to keep out of the way of other runs, not of attackers
    for port in chain([wanted] if wanted else [], range(first, PORTS.stop), range(PORTS.start, first)):
        if port not in _given_ports and is_free(port):
            _given_ports.add(port)
            return port
    raise StartError(f"No port is free between {PORTS.start} and {PORTS.stop}.")


# Given to a server that may not have bound it yet.
_given_ports: set[int] = set()
