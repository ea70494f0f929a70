"""Invariants as first-class SQL: one object per file, `<object>.v<N>.sql`, frozen once merged.

A migration installs a file by name; `operations()` of a migration is a list of `install(...)` calls. Each app has such a
folder of its own.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db.migrations import RunSQL


@dataclass(frozen=True)
class SqlFiles:
    """The SQL files of one app."""

    folder: Path

    def read(self, name: str, version: int) -> str:
        """The text of `<name>.v<version>.sql`."""
        return (self.folder / f"{name}.v{version}.sql").read_text(encoding="utf-8")

    def texts(self) -> list[str]:
        """The texts of all versions of all objects, an object's in the order of its versions."""
        versions = (path.name.removesuffix(".sql").rsplit(".v", 1) for path in self.folder.glob("*.sql"))
        return [
            self.read(name, version) for name, version in sorted((name, int(version)) for name, version in versions)
        ]

    def install(self, name: str, version: int = 1) -> RunSQL:
        """A migration step that installs the object; its reverse is the version before, or nothing at all."""
        backwards = self.read(name, version - 1) if version > 1 else RunSQL.noop
        return RunSQL(self.read(name, version), reverse_sql=backwards)


FILES = SqlFiles(Path(__file__).parent)
read = FILES.read
install = FILES.install
texts = FILES.texts
