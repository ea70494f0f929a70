"""Callers without HTTP: threads in processes of their own, posting through the verb or in the naive form.

The processes live as long as the benchmark, so that rounds can take turns and nothing is measured cold.
"""

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID, uuid4

from bench.measured import Round
from bench.workloads import Workload, account_code, account_pairs

PROCESSES = 2
START_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Task:
    """One round for one process: post like this, with so many threads, for so long; `bulk` orders per call."""

    form: str
    workload: Workload
    threads: int
    seconds: float
    seed: int
    ledger_id: UUID
    bulk: int = 1


class CallerProcesses:
    """Two processes full of callers."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, dict(environment)), daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def run(
        self, form: str, workload: Workload, callers: int, seconds: float, *, ledger_id: UUID, bulk: int = 1
    ) -> Round:
        """One round of so many callers over both processes; a single one is in the first."""
        shares = [callers - callers // PROCESSES, callers // PROCESSES]
        busy = []
        for pipe, threads in zip(self._pipes, shares, strict=True):
            if threads:
                pipe.send(Task(form, workload, threads, seconds, time.monotonic_ns(), ledger_id, bulk))
                busy.append(pipe)
        answers = [pipe.recv() for pipe in busy]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return Round.of_parts(answers)

    def stop(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(None)
            process.join(START_SECONDS_MAX)


def _serve(pipe: Connection, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    import django

    django.setup()
    while (task := pipe.recv()) is not None:
        try:
            pipe.send(_round(task))
        except Exception as error:  # noqa: BLE001 - the benchmark stops with it, in the process that prints
            pipe.send(error)


def _round(task: Task) -> Round:
    barrier = threading.Barrier(task.threads + 1)
    results: list[Any] = [None] * task.threads
    make_caller = {"verb": _verb_caller, "naive": _naive_caller}[task.form]

    def call(index: int) -> None:
        try:
            results[index] = _calls(task, index, make_caller, barrier)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            barrier.abort()
            results[index] = error

    threads = [threading.Thread(target=call, args=(index,)) for index in range(task.threads)]
    for thread in threads:
        thread.start()
    retries_before = _verb_retries()
    with contextlib.suppress(threading.BrokenBarrierError):
        barrier.wait(START_SECONDS_MAX)
    started_at = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started_at
    for result in results:
        if isinstance(result, BaseException):
            raise result
    latencies = [latency for part, _ in results for latency in part]
    retries = sum(retries for _, retries in results) + _verb_retries() - retries_before
    return Round(len(latencies) * task.bulk, seconds, latencies, retries)


Caller = tuple[Callable[[int, int], None], Callable[[], int]]


def _calls(
    task: Task, index: int, make_caller: Callable[[Task], Caller], barrier: threading.Barrier
) -> tuple[list[float], int]:
    post, close = make_caller(task)
    pairs = account_pairs(task.workload, task.seed + index)
    latencies = []
    clock = time.perf_counter
    barrier.wait(START_SECONDS_MAX)
    now = clock()
    end_at = now + task.seconds
    while now < end_at:
        post(*next(pairs))
        answered_at = clock()
        latencies.append(answered_at - now)
        now = answered_at
    return latencies, close()


def _verb_caller(task: Task) -> Caller:
    from django.db import connection

    from ledger.domain.accounts import Side
    from ledger.domain.orders import LegOrder, TransferOrder
    from ledger.domain.refusals import Refusal
    from ledger.posting import post_batch, post_transfer

    def order(debit: int, credit: int) -> TransferOrder:
        legs = (
            LegOrder(account_code(debit), Side.DEBIT, "1.00", "EUR"),
            LegOrder(account_code(credit), Side.CREDIT, "1.00", "EUR"),
        )
        return TransferOrder(task.ledger_id, uuid4().hex, legs)

    def post(debit: int, credit: int) -> None:
        post_transfer(order(debit, credit))

    pairs = account_pairs(task.workload, task.seed - 1)

    def post_bulk(debit: int, credit: int) -> None:
        orders = [order(debit, credit), *(order(*next(pairs)) for _ in range(task.bulk - 1))]
        for outcome in post_batch(orders, atomic=False):
            if isinstance(outcome, Refusal):
                raise outcome

    def close() -> int:
        connection.close()
        return 0

    return (post if task.bulk == 1 else post_bulk), close


def _naive_caller(_: Task) -> Caller:
    from bench.naive import NaivePoster

    poster = NaivePoster(os.environ["DATABASE_OWNER_URL"])

    def close() -> int:
        poster.close()
        return poster.retries

    return poster.post, close


def _verb_retries() -> int:
    from ledger import telemetry

    return int(telemetry.SERIALIZATION_RETRIES_TOTAL._value.get())
