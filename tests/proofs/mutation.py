"""Mutation testing by mutmut, on a copy of the checkout: one small change at a time, which some test should notice.

    python -m tests.proofs.mutation domain        prints the score and every change that nobody noticed

Runs within a test or with DATABASE_URL set; one change at a time, because the tests of races watch the database's locks.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.doublex.running import ROOT

_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "mutants", "htmlcov")
_SURVIVED, _NO_TEST = 0, 33


@dataclass(frozen=True)
class Slice:
    """What is mutated, and the tests that should notice."""

    mutated: str
    tests: tuple[str, ...]


SLICES = {
    "domain": Slice("ledger/domain/*.py", ("tests/ledger/domain",)),
    "posting": Slice(
        "ledger/posting*.py",
        (
            "tests/ledger/test_posting.py",
            "tests/ledger/test_posting_answers.py",
            "tests/ledger/test_posting_attempts.py",
            "tests/ledger/test_posting_failures.py",
            "tests/ledger/test_posting_planned.py",
            "tests/ledger/test_posting_unit.py",
            "tests/ledger/test_group_queue.py",
            "tests/ledger/test_posting_under_contention.py",
            "tests/ledger/test_batches_and_reversals.py",
        ),
    ),
}


@dataclass(frozen=True)
class Score:
    """How many changes were made, and which of them nobody noticed, each as a diff."""

    total: int
    survivors: dict[str, str]

    @property
    def killed_share(self) -> float:
        return 1 - len(self.survivors) / self.total

    def __str__(self) -> str:
        killed = self.total - len(self.survivors)
        return "\n".join(
            [*self.survivors.values(), f"{killed} of {self.total} changes noticed: {self.killed_share:.1%}"]
        )


def score_of(name: str, folder: Path) -> Score:
    """Mutate the slice in `folder`, an empty one, and run its tests against each change."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT, checkout, ignore=_LEFT_OUT)
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(_configuration(SLICES[name]))
    _mutmut(checkout, "run", "--max-children", "1")
    outcomes = dict(_outcomes(checkout))
    unnoticed = [mutant for mutant, code in outcomes.items() if code in (_SURVIVED, _NO_TEST)]
    return Score(len(outcomes), {mutant: _mutmut(checkout, "show", mutant) for mutant in unnoticed})


def _configuration(wanted: Slice) -> str:
    # Forked from a process that has no connection to the database and no thread.
    return f"""
[tool.mutmut]
source_paths = ["ledger"]
only_mutate = [{wanted.mutated!r}]
also_copy = ["doublex", "fx", "eod", "recon", "manage.py"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist"]
pytest_add_cli_args_test_selection = {list(wanted.tests)!r}
process_isolation = "forkserver"
timeout_constant = 5.0
timeout_multiplier = 4.0
track_dependencies = false
log_to_file = true
"""


def _mutmut(checkout: Path, *arguments: str) -> str:
    command = [os.fspath(Path(sys.executable).with_name("mutmut")), *arguments]
    environment = os.environ | {"DATABASE_IS_MIGRATED": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        ["nice", "-n", "10", *command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, _last_words(checkout, done)
    return done.stdout


def _last_words(checkout: Path, done: "subprocess.CompletedProcess[str]") -> str:
    log = checkout / "mutants" / "mutmut-debug.log"
    return done.stdout[-500:] + done.stderr[-2000:] + (log.read_text("utf-8")[-8000:] if log.exists() else "")


def _outcomes(checkout: Path) -> Iterator[tuple[str, int]]:
    for path in sorted((checkout / "mutants" / "ledger").rglob("*.meta")):
        yield from json.loads(path.read_text("utf-8"))["exit_code_by_key"].items()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(f"{score_of(sys.argv[1], Path(scratch))}\n")
