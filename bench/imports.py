"""`python -m bench.imports [JOURNALS]`: how long `journals_import` takes for a CSV file of that many, 100,000 if not said.

Each round imports a file of its own into the same ledger, by the command as an operator runs it. Beside the seconds
stands the processor time of each process, which moves little when the machine has other things to do: the one that
posts, the one that reads, and the database.
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.product import FOLDER, ROOT, Product
from bench.workloads import ACCOUNTS, account_code

JOURNALS = 100_000
ROUNDS = 3
SECONDS_MAX = 30.0
_LEDGER = "bench"
_HEADER = ("idempotency_key", "account", "side", "amount", "ccy", "value_date", "description", "reference")
_POLL_SECONDS = 0.2


def main() -> int:
    """Run it; 0 if the median is below half a minute for every 100,000 journals."""
    journals = int(sys.argv[1]) if len(sys.argv) > 1 else JOURNALS
    path = FOLDER / "journals.csv"
    seconds: list[float] = []
    with Product() as product:
        for round_ in range(ROUNDS):
            _write(path, round_, journals)
            database = product.cpu_seconds()["database"]
            started_at = time.perf_counter()
            cpu = _import(path, product.environment)
            seconds.append(time.perf_counter() - started_at)
            cpu["database"] = product.cpu_seconds()["database"] - database
            shares = ", ".join(f"{part} {spent:.1f} s" for part, spent in cpu.items())
            sys.stdout.write(f"{seconds[-1]:.1f} s, {journals / seconds[-1]:.0f} journals/s; processor: {shares}\n")
    path.unlink()
    median = statistics.median(seconds)
    sys.stdout.write(f"median of {ROUNDS}: {median:.1f} s, {journals / median:.0f} journals/s\n")
    return 0 if median <= SECONDS_MAX * journals / JOURNALS else 1


def _import(path: Path, environment: dict[str, str]) -> dict[str, float]:
    """Import the file; the processor time in seconds of the process that posts and of the one that reads."""
    command = [sys.executable, "manage.py", "journals_import", str(path), "--ledger", _LEDGER]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)  # noqa: S603 - our own command
    spent = {"posting": 0.0, "reading": 0.0}
    while process.poll() is None:
        try:
            posting = psutil.Process(process.pid)
            spent["posting"] = _seconds(posting)
            # The other child, multiprocessing's tracker of resources, hardly costs anything.
            spent["reading"] = max([spent["reading"], *map(_seconds, posting.children())])
        except psutil.Error:
            continue
        time.sleep(_POLL_SECONDS)
    if process.returncode:
        raise SystemExit(f"The import ended with {process.returncode}.")
    return spent


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _write(path: Path, round_: int, journals: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(_rows(round_, journals))


def _rows(round_: int, journals: int) -> Iterator[tuple[str, ...]]:
    """The two legs of each journal, between accounts drawn uniformly."""
    pick = random.Random(round_)  # noqa: S311 - a load, not a secret
    for number in range(journals):
        given, other = pick.sample(range(ACCOUNTS), 2)
        amount = f"{pick.randrange(1, 100_000) / 100:.2f}"
        rest = (amount, "EUR", "2026-01-15", f"Payment {number}", f"ref-{number}")
        yield (f"import-{round_}-{number}", account_code(given), "credit", *rest)
        yield (f"import-{round_}-{number}", account_code(other), "debit", *rest)


if __name__ == "__main__":
    sys.exit(main())
