import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from doublex.environment import read_environment, read_start_settings
from tests.serving import ROOT


def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **variables: str) -> object:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "DEMO", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_environment(tmp_path)


def test_every_wrong_variable_is_named_at_once_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(
            monkeypatch,
            tmp_path,
            DATABASE_URL="mysql://me:topsecret@here/books",
            DATABASE_POOL_SIZE="many",
            LOG_FORMAT="xml",
            DEMO="perhaps",
            REDIS_URL="ftp://x",
        )
    said = str(refusal.value)
    for expected in ("DATABASE_POOL_SIZE='many'", "LOG_FORMAT='xml'", "DEMO='perhaps'", "REDIS_URL='ftp://x'"):
        assert expected in said
    assert "SECRET_KEY=(not set)" in said
    assert "postgres://user:password@host" in said
    assert "topsecret" not in said


def test_without_a_database_nothing_is_demanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = read(monkeypatch, tmp_path)
    assert not environment.has_database  # type: ignore[attr-defined]
    assert not environment.demo  # type: ignore[attr-defined]


def test_production_is_the_base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = read(monkeypatch, tmp_path, DATABASE_URL="postgres://a:b@h/d", SECRET_KEY="s" * 50)
    assert not environment.demo  # type: ignore[attr-defined]
    assert environment.databases["default"]["OPTIONS"]["pool"]["max_size"] == 40  # type: ignore[attr-defined]
    assert "owner" not in environment.databases  # type: ignore[attr-defined]


def test_more_threads_than_connections_are_refused_where_they_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_POOL_SIZE", "35")
    with pytest.raises(
        ImproperlyConfigured, match=r"DATABASE_POOL_SIZE=35, WEB_THREADS=32: .* to at least 36, or .* 31"
    ):
        read_start_settings(host="127.0.0.1", migrate_on_start=False)
    assert read_start_settings(host="127.0.0.1", migrate_on_start=False, serves_web=False).web_threads == 32
    monkeypatch.setenv("WEB_THREADS", "31")
    assert read_start_settings(host="127.0.0.1", migrate_on_start=False).web_threads == 31
    monkeypatch.delenv("DATABASE_POOL_SIZE")
    monkeypatch.setenv("WEB_THREADS", "37")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOL_SIZE=40, WEB_THREADS=37"):
        read_start_settings(host="127.0.0.1", migrate_on_start=False)


def test_as_many_connections_are_set_aside_as_queues_have_leaders() -> None:
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import doublex.wsgi; from doublex.environment import LEADERS; from ledger.leading import leaders\n"
            "assert leaders() == LEADERS, leaders()",
        ],
        check=True,
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "doublex.settings"},
    )
