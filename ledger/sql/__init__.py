"""Invariants as first-class SQL: one object per file, `<object>.v<N>.sql`, frozen once merged.

A migration installs a file by name; `operations()` of a migration is a list of `install(...)` calls.
"""

from pathlib import Path

from django.db.migrations import RunSQL

_FOLDER = Path(__file__).parent


def read(name: str, version: int) -> str:
    """The text of `<name>.v<version>.sql`."""
    return (_FOLDER / f"{name}.v{version}.sql").read_text(encoding="utf-8")


def texts() -> list[str]:
    """The texts of all versions of all objects."""
    return [path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.sql"))]


def install(name: str, version: int = 1) -> RunSQL:
    """A migration step that installs the object; its reverse is the version before, or nothing at all."""
    backwards = read(name, version - 1) if version > 1 else RunSQL.noop
    return RunSQL(read(name, version), reverse_sql=backwards)
