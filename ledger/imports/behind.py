"""Work that goes on behind: PostgreSQL writes one batch while the next is read and checked."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

from django.db import connections

Job = TypeVar("Job")
Result = TypeVar("Result")


class Behind(Generic[Job, Result]):
    """Does jobs one after the other in a thread of its own, which ends with the process: nobody who stops waits for it."""

    def __init__(self, work: Callable[[Job], Result]) -> None:
        self._work = work
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()
        threading.Thread(target=self._run, name="behind", daemon=True).start()

    def begin(self, job: Job) -> None:
        self._jobs.put(job)

    def result(self) -> Result:
        """The result of the oldest job that was not asked for yet; what the work raised is raised here."""
        result, error = self._done.get()
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    def end(self) -> None:
        """Let the thread go, and its connection to the database, once its job is done."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._done.put((self._work(job), None))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the result is asked for
                self._done.put((None, error))
        connections.close_all()
