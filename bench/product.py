"""The product under test: `python -m doublex.run` as in production, on a data folder and a port of its own."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psutil
import psycopg

from bench.workloads import ACCOUNTS, account_code
from doublex.embedded.postgres import SUPERUSER
from doublex.embedded.process import free_port
from doublex.embedded.state import running, secrets_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".doublex" / "bench"
READY_SECONDS_MAX = 90
_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "REDIS_URL", "DEMO")
_DEFAULT_PREDICATE_LOCKS = {"max_pred_locks_per_relation": "-2", "max_pred_locks_per_page": "2"}
_RETRIES = "ledger_serialization_retries_total"


class Product:
    """The running product, with a ledger of 10,000 accounts and a key to it. Production's settings, not the demo's."""

    def __init__(self) -> None:
        self._data = FOLDER / "data"
        self.port = free_port()
        self.ledger_id: UUID
        self.key = ""
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True)
        inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
        with (self._data / "run.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "doublex.run"],
                cwd=ROOT,
                env=inherited | self._settings,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait()
            self.environment = dict(self._instance_environment())
            self._open_books()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def _settings(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self._data),
            "PORT": str(self.port),
            "DEMO": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
        }

    @property
    def owner_url(self) -> str:
        return self.environment["DATABASE_OWNER_URL"]

    @contextmanager
    def default_predicate_locks(self) -> Iterator[None]:
        """Within the block PostgreSQL locks what was read as finely as by default: for who is not alone in his transaction."""
        secret = secrets_of(self._data)["postgres"]
        url = urlsplit(self.owner_url)
        superuser = urlunsplit(url._replace(netloc=f"{SUPERUSER}:{secret}@{url.hostname}:{url.port}"))
        with psycopg.connect(superuser, autocommit=True) as connection:
            _set(connection, _DEFAULT_PREDICATE_LOCKS)
            try:
                yield
            finally:
                _set(connection, dict.fromkeys(_DEFAULT_PREDICATE_LOCKS))

    def retries(self) -> int:
        """Serialization retries of all web processes since they started."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return int(sum(float(line.split()[-1]) for line in lines if line.startswith(_RETRIES)))

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far by the database and by the web processes."""
        children = {" ".join(child.cmdline()): child for child in psutil.Process(self._process.pid).children()}
        return {
            part: sum(_tree_seconds(child) for command, child in children.items() if mark in command)
            for part, mark in (("database", "bin/postgres"), ("web", "granian"))
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        log = self._data / "run.log"
        while "DoubleX is up" not in log.read_text("utf-8"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The product did not start.\n{log.read_text('utf-8')}")
            time.sleep(0.1)

    def _instance_environment(self) -> dict[str, str]:
        instance = running(self._data)
        if instance is None:
            raise SystemExit("The product ended right after its start.")
        metrics = FOLDER / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        # The callers beside it count for themselves.
        return {**instance.environment, "PROMETHEUS_MULTIPROC_DIR": str(metrics)}

    def _open_books(self) -> None:
        os.environ.update(self.environment)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doublex.settings")
        import django

        django.setup()
        from ledger.api_keys import create_api_key
        from ledger.domain.scopes import Scope
        from ledger.ledgers import open_ledger
        from ledger.models import Account

        ledger = open_ledger("bench", "EUR")
        Account.objects.bulk_create(
            Account(ledger=ledger, code=account_code(number), name="", ccy_id="EUR", type="asset")
            for number in range(ACCOUNTS)
        )
        self.ledger_id = ledger.id
        self.key = create_api_key("bench", [Scope.READ, Scope.POST], "bench")


def _set(connection: psycopg.Connection, settings: Mapping[str, str | None]) -> None:
    """Set them for all of the server's sessions, or back to what its file says; return once they hold."""
    before = [connection.execute(f"SHOW {name}").fetchone() for name in settings]
    for name, value in settings.items():
        connection.execute(f"ALTER SYSTEM SET {name} = {value}" if value else f"ALTER SYSTEM RESET {name}")
    connection.execute("SELECT pg_reload_conf()")
    while [connection.execute(f"SHOW {name}").fetchone() for name in settings] == before:
        time.sleep(0.01)


def _tree_seconds(process: psutil.Process) -> float:
    """Processor time of a process and its children, those that ended included."""
    times = [member.cpu_times() for member in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times) + times[0].children_user + times[0].children_system
