"""The migrations, the models and the SQL files say the same."""

import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from ledger.sql import read
from tests.ledger.raw_books import connect

ROOT = Path(__file__).resolve().parents[2]


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_sql_file_is_installed_by_a_migration() -> None:
    installed = set()
    for migration in (ROOT / "ledger" / "migrations").glob("0*.py"):
        for name, version in re.findall(r'install\("(\w+)"(?:, version=(\d+))?\)', migration.read_text("utf-8")):
            installed.add(f"{name}.v{version or 1}.sql")
    assert installed == {path.name for path in (ROOT / "ledger" / "sql").glob("*.sql")}


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
        version = max(int(path.name.split(".v")[1].removesuffix(".sql")) for path in _versions_of(name))
        body = read(name, version).split("$$")[1]
        assert source == body, name


def _versions_of(name: str) -> list[Path]:
    return list((ROOT / "ledger" / "sql").glob(f"{name}.v*.sql"))
