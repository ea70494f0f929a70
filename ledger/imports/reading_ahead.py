"""Reading a large file ahead, in a process beside the one that posts: each has a processor to itself.

A thread would not do: whoever posts then waits for the interpreter's lock (docs/decisions/0019).
"""

import os
import signal
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from os.path import samestat
from stat import S_ISREG
from traceback import format_exc
from typing import TYPE_CHECKING, BinaryIO

from ledger.imports.journal_file import JournalFile

if TYPE_CHECKING:
    from ledger.imports.checked_batches import CheckedBatch

# A process takes a second or two to start. Meanwhile so many batches are read here, and a file that has hardly more is
# read here to its end.
BATCHES_MEANWHILE = 4
BATCHES_WORTH_A_PROCESS = 6


class ReadingFailed(Exception):  # noqa: N818 - named as what happened
    """The file could not be read to its end as it was at its beginning; what was read before is posted."""


class ReaderDied(ReadingFailed):
    """The process that read the file is gone."""


class FileChanged(ReadingFailed):
    """Somebody wrote to the file, or put another in its place."""

    def __init__(self, said: str = "The file was changed while it was read, and journals may be missing") -> None:
        super().__init__(said)


def read_batches(source: JournalFile, file: BinaryIO) -> Generator["CheckedBatch"]:
    """The batches of the open file, checked, in order: read ahead by a process of its own where that is worth it.

    At no time more than two batches wait in memory while one is posted. Close it, and the process is gone.

    Raises:
        ReaderDied: somebody killed the process that reads. FileChanged: somebody wrote to the file; said at the latest
        after its last batch. Anything that `checked_batches` raises, wherever it reads.
    """
    from ledger.imports.checked_batches import checked_batches

    state = _state(file)
    batches = checked_batches(source, file)
    first = next(batches, None)
    if first is None:
        return
    if not _is_worth_a_process(source, file, first.read_bytes):
        yield first
        yield from batches
    else:
        with _reader(source, state, skip=BATCHES_MEANWHILE) as ahead:
            yield first
            yield from islice(batches, BATCHES_MEANWHILE - 1)
            yield from ahead
    if _state(file) != state:
        raise FileChanged


def _is_worth_a_process(source: JournalFile, file: BinaryIO, first_bytes: int) -> bool:
    """Whether it has many batches like the first, and another process can open it: what comes out of a pipe is gone."""
    found = os.fstat(file.fileno())
    if not S_ISREG(found.st_mode) or found.st_size <= BATCHES_WORTH_A_PROCESS * first_bytes:
        return False
    try:
        return samestat(found, source.path.resolve().stat())
    except OSError:
        return False


@contextmanager
def _reader(source: JournalFile, state: "_State", *, skip: int) -> Iterator[Iterator["CheckedBatch"]]:
    """The batches that a new process reads; it ends with the block, whatever it is doing."""
    # Spawned, not forked: a fork would share this process's connections to the database.
    spawn = get_context("spawn")
    # /dev/stdin is another file in another process.
    elsewhere = replace(source, path=source.path.resolve())
    receiver, sender = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_read, args=(sender, elsewhere, state, skip), daemon=True)
    with receiver, ThreadPoolExecutor(1) as receiving:
        try:
            with sender, _interrupts_blocked():
                process.start()
            yield _received(receiver, process, receiving)
        finally:
            if process.pid is not None:
                process.kill()
                process.join()


def _received(receiver: Connection, process: BaseProcess, receiving: ThreadPoolExecutor) -> Iterator["CheckedBatch"]:
    """What the process sends, up to its end. The next batch is received while PostgreSQL works on the one before it."""
    pending = receiving.submit(receiver.recv)
    while True:
        try:
            received = pending.result()
        except (EOFError, OSError):
            process.join()
            raise ReaderDied(f"The process that reads the file ended too early ({_how(process)})") from None
        if received is None:
            return
        if isinstance(received, Exception):
            raise received
        pending = receiving.submit(receiver.recv)
        yield received


def _how(process: BaseProcess) -> str:
    code = process.exitcode or 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A process that is started in here never hears of Ctrl-C, which the terminal sends to all: its parent ends it."""
    # Started by itself with the first process, it would let the signal through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_State = tuple[int, int, int, int] | None


def _state(file: BinaryIO) -> _State:
    """Which file it is, and what says that somebody wrote to it; None for a pipe, which is read as it comes."""
    found = os.fstat(file.fileno())
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None


def _read(sender: Connection, source: JournalFile, state: _State, skip: int) -> None:
    """The process: sends the batches, at its end None, or the exception that ended it.

    It waits while the pipe is full, so it is never more than one batch ahead of those that are received.
    """
    import django

    django.setup()
    # A pipe that broke says that whom this reads for is gone, by a kill -9.
    with suppress(BrokenPipeError):
        try:
            for batch in _batches(source, state, skip):
                sender.send(batch)
            sender.send(None)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told where the file is imported
            error.add_note(f"In the process that reads the file:\n{format_exc()}")
            sender.send(error)


def _batches(source: JournalFile, state: _State, skip: int) -> Iterator["CheckedBatch"]:
    # Only now: none of it can be loaded before Django is.
    from django.db import connection

    from ledger.imports.checked_batches import checked_batches, rare_collections

    with rare_collections(), source.path.open("rb") as file, closing(checked_batches(source, file, skip=skip)) as read:
        if _state(file) != state:
            raise FileChanged
        for batch in read:
            # Waiting may take long: a connection that dies meanwhile is not missed.
            connection.close()
            yield batch
