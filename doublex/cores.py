"""A core for each web worker, where there are as many of one as of the other.

A worker runs one thread at a time, and moving it from core to core costs what the caches of the old one held. What it is
worth was measured (docs/performance.md).
"""

import fcntl
import os
from pathlib import Path
from typing import IO

# Open for as long as the process lives: closing one would give its core to another worker.
_taken: list[IO[str]] = []


def settle_on_a_core(workers: int, folder: Path) -> int | None:
    """Bind this thread, and those that it will start, to a core that none of the other `workers` has.

    They agree by locks on files in `folder`, which a worker that dies gives back to the one that takes its place.
    Returns the core; None where workers and cores are not as many, or the system does not know such a thing.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) != workers:
        return None
    for core in cores:
        mark = (folder / f"core-{core}").open("w", encoding="ascii")
        try:
            fcntl.lockf(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mark.close()
            continue
        _taken.append(mark)
        os.sched_setaffinity(0, {core})
        return core
    return None
