"""Callers that arrive while a job is in flight become the next group: one of them does the work of all.

There is no background thread. Whoever finds nobody at work leads: it takes the queue as one group, runs it, answers
everyone in it, and hands the lead to the first who came in the meantime. Postings go in groups, and so do the look-ups
of API keys: who is not leading needs no connection to the database.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

from prometheus_client import Histogram

from ledger.domain.refusals import Busy

Job = TypeVar("Job")
Result = TypeVar("Result")


class _State(Enum):
    QUEUED = auto()
    LEADING = auto()
    TAKEN = auto()
    DONE = auto()


@dataclass(eq=False, slots=True)
class _Ticket(Generic[Job, Result]):
    job: Job
    size: int
    state: _State = _State.QUEUED
    # Released once, to wake whoever waits: a tenth of the price of an Event.
    asleep: threading.Lock = field(default_factory=threading.Lock)
    result: Result | None = None
    error: BaseException | None = None


class GroupQueue(Generic[Job, Result]):
    """Hands groups of jobs to `run`, one group at a time in this process.

    `run` gets the jobs in queue order and returns one result each, or raises for all of them. A group holds at most
    `size_max` (a job says its own size), and always at least one job. `arrived` counts the jobs that ever came.
    The histograms, where given, observe how long jobs waited and how many went together.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Job]], Sequence[Result]],
        *,
        size_max: int,
        wait_seconds: Histogram | None = None,
        group_size: Histogram | None = None,
    ) -> None:
        self._run = run
        self._size_max = size_max
        self._wait_seconds, self._group_size = wait_seconds, group_size
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket[Job, Result]] = deque()
        self._led = False
        self.arrived = 0

    def submit(self, job: Job, *, size: int, timeout_seconds: float) -> Result:
        """The job's result, once its group is through.

        Raises:
            Busy: the job was still queued after `timeout_seconds`; it was not run and never will be.
        """
        ticket: _Ticket[Job, Result] = _Ticket(job, size)
        ticket.asleep.acquire()
        queued_at = time.perf_counter()
        with self._mutex:
            self._queue.append(ticket)
            self.arrived += 1
            if not self._led:
                self._led, ticket.state = True, _State.LEADING
        if ticket.state is not _State.LEADING:
            self._wait(ticket, timeout_seconds)
        if self._wait_seconds:
            self._wait_seconds.observe(time.perf_counter() - queued_at)
        if ticket.state is _State.LEADING:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]

    def _wait(self, ticket: _Ticket[Job, Result], timeout_seconds: float) -> None:
        if ticket.asleep.acquire(timeout=timeout_seconds):
            return
        with self._mutex:
            if ticket.state is _State.QUEUED:
                self._queue.remove(ticket)
                raise Busy("Too many requests are waiting; nothing was written. Try again in a moment.")
        # Taken or promoted in the meantime: from here the database's own time-outs bound the wait.
        ticket.asleep.acquire()

    def _lead(self, leader: _Ticket[Job, Result]) -> None:
        group = self._take()
        if self._group_size:
            self._group_size.observe(len(group))
        try:
            for ticket, result in zip(group, self._run([t.job for t in group]), strict=True):
                ticket.result = result
        except BaseException as error:  # noqa: BLE001 - whatever it is, everyone in the group must hear of it
            for ticket in group:
                ticket.error = error
        finally:
            self._hand_over()
            for ticket in group:
                ticket.state = _State.DONE
                if ticket is not leader:
                    ticket.asleep.release()

    def _take(self) -> list[_Ticket[Job, Result]]:
        with self._mutex:
            group = [self._queue.popleft()]
            size = group[0].size
            while self._queue and size + self._queue[0].size <= self._size_max:
                group.append(self._queue.popleft())
                size += group[-1].size
            for ticket in group:
                ticket.state = _State.TAKEN
        return group

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._queue:
                self._led = False
                return
            heir = self._queue[0]
            heir.state = _State.LEADING
            heir.asleep.release()
