"""Callers that arrive while a job is in flight become the next group: one of them does the work of all.

There is no background thread. Whoever finds nobody at work leads: it takes the queue as one group, runs it, answers
everyone in it, and hands the lead to the first who came in the meantime. Postings go in groups, and so do the look-ups
of API keys: who is not leading needs no connection to the database.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar, overload

from django.db import connection
from prometheus_client import Histogram

from ledger.domain.refusals import Busy
from ledger.leading import LeadersConnection

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


class Group(Sequence[Job]):
    """The jobs of one group, in queue order. Who looks at them closes the group: until then others may still join.

    `expects_more`: its leader waited for another group, or the group before was shared. So more are about to come, and
    waiting for something else before one looks makes the group larger.
    """

    def __init__(self, take: Callable[[], Sequence[Job]], *, expects_more: bool) -> None:
        self._take = take
        self._jobs: Sequence[Job] | None = None
        self.expects_more = expects_more

    @property
    def jobs(self) -> Sequence[Job]:
        if self._jobs is None:
            self._jobs = self._take()
        return self._jobs

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Job]: ...
    def __getitem__(self, index: int | slice) -> Job | Sequence[Job]:
        return self.jobs[index]

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    def __len__(self) -> int:
        return len(self.jobs)


class GroupQueue(Generic[Job, Result]):
    """Hands groups of jobs to `run`, one group at a time in this process.

    `run` returns one result for each job, or raises for all of them. A group holds at most `size_max` (a job says its
    own size), and always at least one job. Every leader runs on one connection, the queue's. `arrived` counts the jobs that ever came.
    The histograms, where given, observe how long jobs waited and how many went together.
    """

    def __init__(
        self,
        run: Callable[[Group[Job]], Sequence[Result]],
        *,
        size_max: int,
        wait_seconds: Histogram | None = None,
        group_size: Histogram | None = None,
    ) -> None:
        self._run = run
        self._size_max = size_max
        self._wait_seconds, self._group_size = wait_seconds, group_size
        self._connection = LeadersConnection()
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket[Job, Result]] = deque()
        self._led = False
        self._is_shared = False
        self.arrived = 0

    def submit(self, job: Job, *, size: int, timeout_seconds: float) -> Result:
        """The job's result, once its group is through.

        Who is in a transaction goes alone: what he wrote there, only his own connection sees.

        Raises:
            Busy: the job was still queued after `timeout_seconds`; it was not run and never will be.
        """
        if connection.in_atomic_block:
            return self._run(Group(lambda: [job], expects_more=False))[0]
        ticket: _Ticket[Job, Result] = _Ticket(job, size)
        ticket.asleep.acquire()
        queued_at = time.perf_counter()
        with self._mutex:
            self._queue.append(ticket)
            self.arrived += 1
            if not self._led:
                self._led, ticket.state = True, _State.LEADING
        is_first = ticket.state is _State.LEADING
        if not is_first:
            self._wait(ticket, timeout_seconds)
        if self._wait_seconds:
            self._wait_seconds.observe(time.perf_counter() - queued_at)
        if ticket.state is _State.LEADING:
            self._lead(ticket, expects_more=self._is_shared or not is_first)
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

    def _lead(self, leader: _Ticket[Job, Result], *, expects_more: bool) -> None:
        tickets: list[_Ticket[Job, Result]] = []

        def take() -> list[Job]:
            tickets.extend(self._take())
            return [ticket.job for ticket in tickets]

        group = Group(take, expects_more=expects_more)
        try:
            with self._connection.lent():
                results = self._run(group)
            for ticket, result in zip(tickets, results, strict=True):
                ticket.result = result
        except BaseException as error:  # noqa: BLE001 - whatever it is, everyone in the group must hear of it
            # Nobody may be left behind in a queue that is handed over: those not looked at yet are taken now.
            for ticket, _ in zip(tickets, group.jobs, strict=True):
                ticket.error = error
        finally:
            if self._group_size:
                self._group_size.observe(len(tickets))
            self._is_shared = len(tickets) > 1
            self._hand_over()
            for ticket in tickets:
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
