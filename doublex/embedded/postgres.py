"""A PostgreSQL cluster of our own: made, started, stopped, recovered; durable as production is."""

import secrets
import shutil
import signal
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from doublex.embedded import binaries, privileges
from doublex.embedded.process import Child, StartError, free_port

READY_SECONDS_MAX = 60
SUPERUSER, OWNER, APP = "postgres", "doublex_owner", "doublex_app"
_VERSION_WITH_BUILTIN_LOCALE = 17
_LINE_OF_PORT, _LINE_OF_STATUS = 3, 7

# fsync, synchronous_commit and full_page_writes stay on: an answer means that it is on disk (P8).
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    # After a checkpoint each page's first change writes the whole page. How long a recovery takes is max_wal_size's business.
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "log_checkpoints": "off",
    # Nothing is replicated: without it no launcher that "exited with exit code 1" at every stop.
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
}

# One SERIALIZABLE posting goes at a time, so which rows of a table it read matters to no other: a lock on the table says as
# much as one on each row. In the cluster's own file, so that they can be changed while it runs.
PREDICATE_LOCKS = {"max_pred_locks_per_relation": "1", "max_pred_locks_per_page": "0"}


class Cluster:
    """A cluster in `folder`, whose superuser has `password`."""

    def __init__(self, folder: Path, log: Path, password: str) -> None:
        self._folder = folder
        self._log = log
        self._password = password
        self._bin = binaries.postgres_folder()
        self._child: Child | None = None
        self.port = 0

    def start(self) -> Child:
        """Make the cluster if there is none, start it, and return before it is ready; `wait()` waits.

        Raises:
            StartError: it cannot be made or started; the message says why and where the log is.
        """
        version = binaries.postgres_major_version(self._bin)
        self._refuse_other_version(version)
        if not (self._folder / "PG_VERSION").exists():
            self._make(version)
        end_orphan(self._folder)
        self.port = free_port(_last_port(self._folder))
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._child = Child(
            name="PostgreSQL",
            command=[self._bin / "postgres", "-D", self._folder, "-p", str(self.port), *options],
            log=self._log,
            stop_signal=signal.SIGINT,
            drops_root=True,
        )
        self._child.start()
        return self._child

    def wait(self) -> None:
        """Return once it takes connections."""
        if self._child is None:
            raise RuntimeError("the cluster was not started")
        self._child.wait_until(self._is_ready, READY_SECONDS_MAX)

    def url(self, user: str, password: str, database: str) -> str:
        return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def make_database(self, name: str, owner_password: str) -> None:
        """Create the owner's role and its database where they are missing; the owner is no superuser."""
        with psycopg.connect(self.url(SUPERUSER, self._password, "postgres"), autocommit=True) as connection:
            owner = sql.Identifier(OWNER)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB").format(owner))
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, sql.Literal(owner_password)),
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), owner))

    def _is_ready(self) -> bool:
        lines = _pid_file(self._folder)
        return (
            self._child is not None
            and len(lines) > _LINE_OF_STATUS
            and lines[0] == str(self._child.pid)
            and lines[_LINE_OF_STATUS].strip() == "ready"
        )

    def _refuse_other_version(self, version: int) -> None:
        mark = self._folder / "PG_VERSION"
        if mark.exists() and mark.read_text("ascii").strip() != str(version):
            raise StartError(
                f"{self._folder} was made by PostgreSQL {mark.read_text('ascii').strip()}, these binaries are "
                f"{version}: set PG_BIN to the old ones, or move the folder away to begin anew."
            )

    def _make(self, version: int) -> None:
        # Made beside and then renamed: a folder that exists is whole, whatever happened on the way.
        unfinished = self._folder.with_name(f"{self._folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        privileges.give(unfinished)
        password_file = unfinished.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._password, encoding="ascii")
        privileges.give(password_file)
        locale = ["--locale-provider=builtin"] if version >= _VERSION_WITH_BUILTIN_LOCALE else []
        child = Child(
            name="initdb",
            command=[
                self._bin / "initdb",
                *("-D", unfinished, "-U", SUPERUSER, f"--pwfile={password_file}"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", *locale),
            ],
            log=self._log,
            drops_root=True,
        )
        child.start()
        try:
            while child.exit_code() is None:
                time.sleep(0.02)
        finally:
            password_file.unlink()
        if child.exit_code():
            raise StartError(f"initdb failed.\n{child.last_words()}")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in PREDICATE_LOCKS.items())
        unfinished.rename(self._folder)


def new_password() -> str:
    """Letters and digits only: it goes into URLs."""
    return secrets.token_hex(24)


def _pid_file(folder: Path) -> list[str]:
    try:
        return (folder / "postmaster.pid").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _last_port(folder: Path) -> int | None:
    lines = _pid_file(folder)
    return int(lines[_LINE_OF_PORT]) if len(lines) > _LINE_OF_PORT else None


def end_orphan(folder: Path) -> None:
    """Stop a server that a killed run of ours left on this very folder, and nobody else's."""
    lines = _pid_file(folder)
    if not lines:
        return
    try:
        process = psutil.Process(int(lines[0]))
        if process.status() == psutil.STATUS_ZOMBIE:
            _forget_the_dead(folder)
            return
        if str(folder) not in process.cmdline():
            return
        process.send_signal(signal.SIGINT)
        process.wait(30)
    except psutil.ZombieProcess:
        _forget_the_dead(folder)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(10)


def _forget_the_dead(folder: Path) -> None:
    """Remove the mark of a server that is dead and only not yet buried by its parent: PostgreSQL takes it for alive.

    Its backends end by themselves once they see that it is gone, and they are waited for: nobody may start beside them.
    """
    deadline = time.monotonic() + READY_SECONDS_MAX
    while any(_works_in(process, folder) for process in psutil.process_iter()):
        if time.monotonic() > deadline:
            raise StartError(f"Processes of a killed PostgreSQL are still at work in {folder}: end them first.")
        time.sleep(0.1)
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder
    except psutil.Error:
        return False
