"""A pytest plugin: before Django is configured, a PostgreSQL of our own, with the real migrations and roles.

Tests run as the app's role. With DATABASE_URL and DATABASE_OWNER_URL set they use that database instead, which is
migrated first unless DATABASE_IS_MIGRATED says that it is; PG_BIN names other binaries. Each xdist worker has a database
of its own, copied from the migrated one. With PGBOUNCER=1 the app's role connects through a transaction pooler.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest

from doublex.embedded.postgres import APP, OWNER, SUPERUSER, Cluster, end_orphan, new_password
from tests.pooler import Pooler

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".doublex" / "test"
TEMPLATE = "doublex_test"


class EmbeddedDatabase:
    """The run's cluster; `template` is the migrated database that workers copy."""

    def __init__(self) -> None:
        _remove_what_killed_runs_left()
        self.folder = FOLDER / str(os.getpid())
        self.folder.mkdir(parents=True)
        self.passwords = {name: new_password() for name in (SUPERUSER, OWNER, APP)}
        self.cluster = Cluster(self.folder / "postgres", self.folder / "postgres.log", self.passwords[SUPERUSER])
        self.child = self.cluster.start()
        self.cluster.wait()
        self.cluster.make_database(TEMPLATE, self.passwords[OWNER])

    def urls(self, database: str) -> dict[str, str]:
        return {
            "DATABASE_URL": self.cluster.url(APP, self.passwords[APP], database),
            "DATABASE_OWNER_URL": self.cluster.url(OWNER, self.passwords[OWNER], database),
        }

    def stop(self) -> None:
        self.child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Come before pytest-django's own hook: settings read the environment when they are imported."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            url = urlsplit(os.environ[variable])
            os.environ[variable] = urlunsplit(url._replace(path=f"{url.path}_{worker}"))
        return (yield)
    if not os.environ.get("DATABASE_URL"):
        database = EmbeddedDatabase()
        early_config.add_cleanup(database.stop)
        os.environ.update(database.urls(TEMPLATE))
    os.environ.setdefault("SECRET_KEY", new_password())
    for command in () if os.environ.get("DATABASE_IS_MIGRATED") else ("migrate", "db_roles"):
        subprocess.run([sys.executable, ROOT / "manage.py", command, "-v0"], check=True, stdout=subprocess.DEVNULL)
    if os.environ.get("PGBOUNCER"):
        _stand_behind_a_pooler(early_config)
    return (yield)


def _stand_behind_a_pooler(config: pytest.Config) -> None:
    """Let the app's connections go through PgBouncer in transaction mode; the owner's stay direct."""
    folder = FOLDER / str(os.getpid()) / "pooler"
    pooler = Pooler(folder, os.environ["DATABASE_URL"])
    pooler.start()
    config.add_cleanup(pooler.stop)
    os.environ |= {"DATABASE_URL": pooler.url, "DATABASE_PREPARED_STATEMENTS": "false"}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each xdist worker its own database, copied from the migrated one while nobody is connected to that."""
    template = urlsplit(os.environ["DATABASE_OWNER_URL"]).path[1:]
    name = f"{template}_{node.gateway.id}"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # What db_roles says of a database is not copied with it.
        answer = connection.execute("SELECT has_database_privilege('public', %s, 'TEMPORARY')", [template]).fetchone()
        if answer == (False,):
            connection.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')


@pytest.fixture(scope="session", autouse=True)
def _database(django_db_blocker: Any) -> Iterator[None]:
    """Open the database for the whole session: tests commit for real, each in a ledger of its own."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections.close_all()


def _remove_what_killed_runs_left() -> None:
    for left in FOLDER.glob("*"):
        if left.name.isdecimal() and not psutil.pid_exists(int(left.name)):
            end_orphan(left / "postgres")
            shutil.rmtree(left, ignore_errors=True)
