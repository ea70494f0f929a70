"""The data folder's memory: secrets that last, and where the run that is going on can be reached."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from doublex.embedded.postgres import new_password
from doublex.embedded.process import StartError

SECRETS = ("postgres", "owner", "app", "broker", "django")


class AlreadyRunningError(RuntimeError):
    """Another run holds this data folder."""


@dataclass(frozen=True)
class RunningInstance:
    """What a run tells commands beside it: its process, its pages, its servers."""

    pid: int
    started_at: float
    web_url: str
    environment: Mapping[str, str]

    @property
    def is_alive(self) -> bool:
        try:
            return psutil.Process(self.pid).create_time() == self.started_at
        except psutil.NoSuchProcess:
            return False


def secrets_of(folder: Path) -> dict[str, str]:
    """The folder's passwords, made on first use and kept from others."""
    path = folder / "secrets.json"
    if path.exists():
        return dict(json.loads(path.read_text("utf-8")))
    secrets = {name: new_password() for name in SECRETS}
    _write_private(path, secrets)
    return secrets


def remember(folder: Path, web_url: str, environment: Mapping[str, str]) -> None:
    """Tell commands beside this process where its servers are."""
    me = psutil.Process()
    _write_private(
        folder / "running.json", asdict(RunningInstance(me.pid, me.create_time(), web_url, dict(environment)))
    )


def forget(folder: Path) -> None:
    (folder / "running.json").unlink(missing_ok=True)


def running(folder: Path) -> RunningInstance | None:
    """The instance that runs on this data folder, if one does."""
    try:
        instance = RunningInstance(**json.loads((folder / "running.json").read_text("utf-8")))
    except (FileNotFoundError, PermissionError, ValueError, TypeError):
        return None
    return instance if instance.is_alive else None


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder for one run.

    Raises:
        AlreadyRunningError: another run holds it; says where that one answers.
        StartError: there can be no such folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StartError(f"DATA_DIR={folder}: the folder cannot be made: {error.strerror}. Name another.") from error
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = running(folder)
            where = f"at {other.web_url}, process {other.pid}" if other else "and is just starting or stopping"
            raise AlreadyRunningError(f"DoubleX is running already, {where}. Stop it with Ctrl-C there.") from None
        yield


def _write_private(path: Path, content: Any) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=1), encoding="utf-8")
    unfinished.rename(path)
