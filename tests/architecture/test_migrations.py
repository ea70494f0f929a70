"""The migrations, the models and the SQL files say the same."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from fx import sql as fx_sql
from ledger import sql as ledger_sql
from tests.ledger.raw_books import connect

ROOT = Path(__file__).resolve().parents[2]
READERS = {"ledger": ledger_sql.read, "fx": fx_sql.read}


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.parametrize("app", READERS)
def test_every_sql_file_is_installed_by_a_migration(app: str) -> None:
    installed = set()
    for migration in (ROOT / app / "migrations").glob("0*.py"):
        for name, version in re.findall(r'install\("(\w+)"(?:, version=(\d+))?\)', migration.read_text("utf-8")):
            installed.add(f"{name}.v{version or 1}.sql")
    assert installed == {path.name for path in (ROOT / app / "sql").glob("*.sql")}


def test_the_functions_in_the_database_are_those_in_the_files() -> None:
    with connect("owner") as owner:
        stored = dict(
            owner.execute(
                "SELECT proname, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
                " WHERE nspname = 'public' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')"
                " AND proname <> 'stall'"
            ).fetchall()
        )
    assert stored
    for name, source in stored.items():
        app, version = max(_versions_of(name))
        body = READERS[app](name, version).split("$$")[1]
        assert source == body, name


def _versions_of(name: str) -> list[tuple[str, int]]:
    """The app that owns the object, with each version of its file."""
    return [
        (app, int(path.name.split(".v")[1].removesuffix(".sql")))
        for app in READERS
        for path in (ROOT / app / "sql").glob(f"{name}.v*.sql")
    ]
