"""`python -m doublex.serve`: one process each, against servers that were there before."""

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from doublex.embedded.process import free_port
from doublex.embedded.valkey import Broker
from tests.doublex.running import ROOT, START_SECONDS_MAX


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database and a broker; as an operator would name them."""
    database = f"serve_{uuid.uuid4().hex}"
    owner_url, app_url = (os.environ[name] for name in ("DATABASE_OWNER_URL", "DATABASE_URL"))
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{database}"')
    broker = Broker(tmp_path / "broker", tmp_path / "broker.log", "secret")
    child = broker.start()
    broker.wait()
    yield {
        "DATABASE_URL": urlunsplit(urlsplit(app_url)._replace(path=f"/{database}")),
        "DATABASE_OWNER_URL": urlunsplit(urlsplit(owner_url)._replace(path=f"/{database}")),
        "REDIS_URL": broker.url,
        "SECRET_KEY": "s" * 50,
        "MIGRATE_ON_START": "true",
        "WEB_WORKERS": "1",
    }
    child.stop()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


@pytest.fixture
def serve(servers: dict[str, str]) -> Iterator[object]:
    started: list[subprocess.Popen[bytes]] = []

    def start(role: str, port: int | None = None) -> subprocess.Popen[bytes]:
        environment = os.environ | servers | {"HOST": "127.0.0.1"} | ({"PORT": str(port)} if port else {})
        process = subprocess.Popen([sys.executable, "-m", "doublex.serve", role], cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield start
    for process in reversed(started):
        process.terminate()
    for process in started:
        process.wait(30)


def readiness(port: int) -> dict[str, object]:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return dict(json.loads(answer.read()))
        time.sleep(0.1)
    raise AssertionError("not ready in time")


def test_two_web_servers_on_an_empty_database_migrate_it_once_and_both_serve(serve, servers) -> None:
    ports = free_port(), free_port()
    for port in ports:
        serve("web", port)
    for port in ports:
        ready = readiness(port)
        assert ready["status"] == "ok", ready
    with psycopg.connect(servers["DATABASE_OWNER_URL"]) as owner:
        applied = owner.execute("SELECT app, name FROM django_migrations").fetchall()
    assert len(applied) == len(set(applied)) > 10


def test_worker_and_beat_serve_the_broker(serve, servers) -> None:
    worker, beat = serve("worker"), serve("beat")
    deadline = time.monotonic() + START_SECONDS_MAX
    inspect = [sys.executable, "-m", "celery", "-A", "doublex", "inspect", "ping", "--timeout", "2"]
    while subprocess.run(inspect, cwd=ROOT, env=os.environ | servers, capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline
    assert worker.poll() is None
    assert beat.poll() is None


def refused(role: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "doublex.serve", role]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    return said.stderr


SERVERS_OF_YOURS = {"DATABASE_URL": "postgres://app@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.mark.parametrize("missing", SERVERS_OF_YOURS)
def test_a_missing_server_is_named(missing: str) -> None:
    environment = os.environ | SERVERS_OF_YOURS
    del environment[missing]
    assert missing in refused("web", environment)


def test_every_setting_of_the_start_that_is_wrong_is_named() -> None:
    wrong = {"PORT": "http", "WEB_WORKERS": "0", "WEB_THREADS": "x", "MIGRATE_ON_START": "perhaps"}
    said = refused("web", os.environ | SERVERS_OF_YOURS | wrong)
    for name, value in wrong.items():
        assert f"{name}={value!r}" in said


def test_a_web_server_with_fewer_connections_than_threads_is_not_started_and_a_worker_is(
    servers: dict[str, str],
) -> None:
    environment = os.environ | servers | {"DATABASE_POOL_SIZE": "4", "MIGRATE_ON_START": "true"}
    assert "DATABASE_POOL_SIZE=4, WEB_THREADS=32" in refused("web", environment)
    del environment["DATABASE_OWNER_URL"]
    assert "DATABASE_OWNER_URL is not set" in refused("worker", environment)


def test_without_an_owner_nothing_is_migrated_and_the_setting_is_named(servers: dict[str, str]) -> None:
    environment = os.environ | servers
    del environment["DATABASE_OWNER_URL"]
    assert "DATABASE_OWNER_URL is not set" in refused("worker", environment)
