"""`make run`: everything that DoubleX needs, started in order, watched, and stopped in the reverse order."""

import argparse
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from doublex import processes
from doublex.embedded.binaries import BinaryMissingError
from doublex.embedded.postgres import APP, OWNER, Cluster
from doublex.embedded.process import Child, StartError, is_free
from doublex.embedded.state import AlreadyRunningError, forget, only_run, remember, secrets_of
from doublex.embedded.valkey import Broker
from doublex.environment import StartSettings, data_folder, read_environment, read_start_settings

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "doublex"
WEB_READY_SECONDS = 60
PREPARE_SECONDS_MAX = 300
WATCH_SECONDS = 0.2


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Ctrl-C, or a TERM."""


class Run:
    """One run of the product on one data folder."""

    def __init__(self, folder: Path, settings: StartSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._children: list[Child] = []
        self._environment: dict[str, str] = {}

    @property
    def web_url(self) -> str:
        host = "127.0.0.1" if self._settings.host in ("", "0.0.0.0") else self._settings.host  # noqa: S104
        return f"http://{host}:{self._settings.port}"

    def start(self) -> None:
        """Start everything; what was started is stopped again by `stop`, also after a failure half-way."""
        if not is_free(self._settings.port, self._settings.host):
            raise StartError(f"Port {self._settings.port} is taken by another program: set PORT to a free one.")
        started_at = time.monotonic()
        self._start_servers()
        self._environment |= {"PROMETHEUS_MULTIPROC_DIR": str(self._fresh_folder("metrics")), "PYTHONUNBUFFERED": "1"}
        remember(self._folder, self.web_url, self._environment)
        os.environ.update(self._environment)
        if self._settings.migrate_on_start:
            self._prepare()
        self._start_ours()
        _say(f"DoubleX is up after {time.monotonic() - started_at:.1f} s.")
        _say(self._greeting())

    def watch(self) -> None:
        """Return only by an exception: `Stopped`, or StartError naming the child that ended by itself."""
        while True:
            for child in self._children:
                if (code := child.exit_code()) is not None:
                    raise StartError(
                        f"{child.name} ended by itself with code {code}, so everything else is stopped too. Whatever was "
                        f"acknowledged is on disk: 'make run' recovers it.\n{child.last_words()}"
                    )
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """Stop what was started, last first: nobody loses a server that it still talks to."""
        forget(self._folder)
        for child in reversed(self._children):
            child.stop()

    def _start_servers(self) -> None:
        if os.environ.get("DATABASE_URL"):
            return
        secrets = secrets_of(self._folder)
        cluster = Cluster(self._folder / "postgres", self._log("postgres"), secrets["postgres"])
        broker = Broker(self._folder / "broker", self._log("broker"), secrets["broker"])
        self._children += [cluster.start()]
        if not os.environ.get("REDIS_URL"):
            self._children += [broker.start()]
            broker.wait()
            self._environment["REDIS_URL"] = broker.url
        cluster.wait()
        cluster.make_database(DATABASE, secrets["owner"])
        self._environment |= {
            "DATABASE_URL": cluster.url(APP, secrets["app"], DATABASE),
            "DATABASE_OWNER_URL": cluster.url(OWNER, secrets["owner"], DATABASE),
            "SECRET_KEY": secrets["django"],
            "DEMO": os.environ.get("DEMO", "true"),
        }

    def _prepare(self) -> None:
        child = self._child("prepare", [sys.executable, "manage.py", "prepare"])
        child.start()
        deadline = time.monotonic() + PREPARE_SECONDS_MAX
        try:
            while child.exit_code() is None and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:
            # Whoever stops us meanwhile takes no server away from it.
            child.stop()
        if child.exit_code() != 0:
            raise StartError(f"The database could not be prepared.\n{child.last_words()}")

    def _start_ours(self) -> None:
        web = self._child("web", processes.web(self._settings))
        worker = self._child("worker", processes.worker())
        beat = self._child("beat", processes.beat(self._fresh_folder("beat") / "schedule"))
        self._start(web)
        # The first answer comes sooner when the others do not compete for the processors until then.
        web.wait_until(self._answers, WEB_READY_SECONDS)
        for child in (worker, beat) if os.environ.get("REDIS_URL") else ():
            self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self._children.append(child)

    def _child(self, name: str, command: list[str]) -> Child:
        # stop_signal TERM: granian and celery finish what is in flight.
        return Child(name, command, self._log(name), folder=BASE_DIR)

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def _fresh_folder(self, name: str) -> Path:
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.web_url}/healthz", timeout=5) as answer:  # noqa: S310 - our own URL
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError):
            return False

    def _greeting(self) -> str:
        name = "greeting.txt" if read_environment(BASE_DIR).demo else "greeting_without_demo.txt"
        greeting = (BASE_DIR / "doublex" / name).read_text("utf-8")
        return greeting.format(url=self.web_url, logs=self._folder / "logs")


def main() -> int:
    """Run until stopped; 0 when that was asked for, 1 when something failed, with the reason on stderr."""
    argparse.ArgumentParser(description=__doc__, epilog="Settings are variables: docs/operators.md.").parse_args()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _stop)
    folder = data_folder(BASE_DIR)
    try:
        with only_run(folder):
            settings = read_start_settings(host="127.0.0.1", migrate_on_start=True)
            # What is wrong with any other setting is told before anything is started.
            read_environment(BASE_DIR)
            run = Run(folder, settings)
            try:
                run.start()
                run.watch()
            except Stopped:
                _say("Stopping.")
            finally:
                for name in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(name, signal.SIG_IGN)
                run.stop()
    except (AlreadyRunningError, BinaryMissingError, ImproperlyConfigured, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _stop(*_: object) -> None:
    raise Stopped


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
