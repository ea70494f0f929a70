"""Web workers on cores of their own: seen from outside, at processes that settle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

if not hasattr(os, "sched_setaffinity"):
    pytest.skip("this system does not bind processes to cores", allow_module_level=True)

CORES = sorted(os.sched_getaffinity(0))
# Says where it settled and where a thread of it may run, and stays until its standard input ends.
SETTLED = """
import os, sys, threading
from pathlib import Path
from doublex.cores import settle_on_a_core
print(settle_on_a_core(int(sys.argv[1]), Path(sys.argv[2])))
thread = threading.Thread(target=lambda: print(sorted(os.sched_getaffinity(0)), flush=True))
thread.start()
thread.join()
sys.stdin.read()
"""


class Worker:
    def __init__(self, folder: Path, workers: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SETTLED, str(workers), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.core = self.process.stdout.readline().strip()
        self.threads_run_on = self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def test_each_worker_has_a_core_of_its_own_and_his_successor_takes_it_over(tmp_path: Path) -> None:
    workers = [Worker(tmp_path, len(CORES)) for _ in CORES]
    assert sorted(worker.core for worker in workers) == sorted(map(str, CORES))
    assert all(worker.threads_run_on == f"[{worker.core}]" for worker in workers)
    one_too_many = Worker(tmp_path, len(CORES))
    assert (one_too_many.core, one_too_many.threads_run_on) == ("None", str(CORES))
    workers[-1].kill()
    successor = Worker(tmp_path, len(CORES))
    assert successor.core == workers[-1].core
    for worker in (*workers[:-1], one_too_many, successor):
        worker.kill()


@pytest.mark.parametrize("more_or_less", [-1, 1])
def test_where_workers_and_cores_are_not_as_many_the_system_decides(tmp_path: Path, more_or_less: int) -> None:
    worker = Worker(tmp_path, len(CORES) + more_or_less)
    assert (worker.core, worker.threads_run_on) == ("None", str(CORES))
    worker.kill()
