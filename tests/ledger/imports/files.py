"""Files to import, as tests write them, and what the commands say about them."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import CommandError, call_command

from doublex.settings import BASE_DIR


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


def started_import(path: Path | str, ledger: str, *options: str, **popen: Any) -> subprocess.Popen[str]:
    """journals_import in a process of its own that may be interrupted at any instruction.

    coverage does not measure it: it waits for ever for a lock of its own once a KeyboardInterrupt hit it inside.
    """
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS_")}
    command = [sys.executable, "manage.py", "journals_import", str(path), "--ledger", ledger, *options]
    return subprocess.Popen(command, cwd=BASE_DIR, env=unmeasured, stderr=subprocess.PIPE, text=True, **popen)
