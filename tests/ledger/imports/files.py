"""Files to import, as tests write them, and what the commands say about them."""

from io import StringIO
from pathlib import Path
from typing import NamedTuple

from django.core.management import CommandError, call_command


class Said(NamedTuple):
    code: int
    out: str
    err: str


def run(command: str, path: Path, ledger: str, *options: str) -> Said:
    """The command as a shell would see it: its exit code, and both of its streams."""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, str(path), "--ledger", ledger, *options, stdout=out, stderr=err)
    except CommandError as error:
        return Said(error.returncode, out.getvalue(), f"{err.getvalue()}{error}\n")
    return Said(0, out.getvalue(), err.getvalue())


def file_of(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
