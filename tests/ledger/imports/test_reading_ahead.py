"""journals_import with a file so large that a process beside the one that posts reads it: really started, really killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db.models import Max

from ledger.imports import answers, reading_ahead
from ledger.imports.journal_file import JournalFile
from ledger.imports.reading_ahead import FileChanged
from ledger.models import Account, Journal, Ledger
from ledger.posting import post_checked
from ledger.transfer_bodies import BATCH_TRANSFERS_MAX
from tests.ledger.imports.files import Said, file_of, run, started_import
from tests.ledger.imports.journals import HEADER, Import, balance, errors_in, keys, line, lines, pair
from tests.ledger.raw_books import connect
from tests.ledger.test_accounts import wait_until_somebody_waits_for

# Read here while the other process starts, by the other process, and by it as well.
BATCHES = 3
COUNT = (BATCHES - 1) * BATCH_TRANSFERS_MAX + 10
READER_GONE_SECONDS_MAX = 20.0


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let a file of three batches be worth a process, from its second batch on; the processes that were seen."""
    monkeypatch.setattr(reading_ahead, "BATCHES_MEANWHILE", 1)
    monkeypatch.setattr(reading_ahead, "BATCHES_WORTH_A_PROCESS", 1)
    seen: list[int] = []

    def watched(orders: Any, **options: Any) -> Any:
        seen.extend(pid for child in active_children() if (pid := child.pid))
        return post_checked(orders, **options)

    monkeypatch.setattr(answers, "post_checked", watched)
    return seen


@pytest.fixture(autouse=True)
def _nobody_reads_on() -> Iterator[None]:
    yield
    assert not active_children()


@pytest.fixture
def at_first_posting(monkeypatch: pytest.MonkeyPatch, readers: list[int]) -> Callable[[Callable[[int], object]], None]:
    """Do something with the reader's process id when the first batch is about to be posted."""

    def set_(action: Callable[[int], object]) -> None:
        def posted(orders: Any, **options: Any) -> Any:
            if not readers:
                (child,) = active_children()
                assert child.pid
                readers.append(child.pid)
                action(child.pid)
            return post_checked(orders, **options)

        monkeypatch.setattr(answers, "post_checked", posted)

    return set_


def _journals() -> str:
    """Good ones with every kind of bad one in each batch."""
    bad = {
        50: pair("nothing", "0"),
        51: "one,cell\n",
        52: pair("lost").replace("REV", "LOST"),
        53: pair("unlike", "1") + "unlike,CASH,debit,1,EUR,,other,,\n",
        54: pair("{before}", "99"),
    }
    return HEADER + "".join(
        pair(f"j{index}", "0.01") + bad.get(index % 1000, "").format(before=f"j{index - 1}") for index in range(COUNT)
    )


def _one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_ahead, "BATCHES_WORTH_A_PROCESS", 10**9)


def test_the_files_order_is_kept(ledger: Ledger, cash: Account, import_: Import, readers: list[int]) -> None:
    said = import_("".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT)), name="file.jsonl")
    assert (said.code, said.out) == (0, f"{COUNT} applied, 0 duplicate, 0 refused.\n")
    assert readers
    assert keys(ledger) == [f"k{index}" for index in range(COUNT)]
    assert balance(cash) * 100 == COUNT


def test_answers_and_refused_lines_are_those_of_reading_and_posting_one_after_the_other(
    ledger: Ledger, import_: Import, readers: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal twice and a posting: three times the same journals are refused, for the same reasons."""
    found: list[tuple[str, list[dict[str, str]]]] = []
    for options, together in ((["--dry-run"], False), (["--dry-run"], True), ([], True)):
        with monkeypatch.context() as patched:
            if not together:
                _one_after_the_other(patched)
            said = import_(_journals(), *options)
        assert said.code == 1
        found.append(
            (said.out.removeprefix("Dry run, nothing is written: "), errors_in(tmp_path / "file.csv.errors.csv"))
        )
    assert readers
    assert found[0] == found[1] == found[2]
    written = [number for number, row in enumerate(_journals().splitlines(), 1) if row.startswith("lost,LOST")]
    assert [int(error["line"]) for error in found[0][1] if error["code"] == "account_not_found"] == written
    assert len(keys(ledger)) == int(found[0][0].split()[0])


def test_a_reader_that_is_killed_ends_the_import_with_1_and_what_is_missing_is_posted_by_the_next(
    ledger: Ledger,
    import_: Import,
    tmp_path: Path,
    at_first_posting: Callable[[Callable[[int], object]], None],
) -> None:
    at_first_posting(lambda pid: os.kill(pid, signal.SIGKILL))
    text = "".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT))
    said = import_(text, name="file.jsonl")
    assert said == Said(
        1,
        "",
        "The process that reads the file ended too early (killed by SIGKILL): 1000 applied, 0 duplicate, 0 refused. "
        "The same command again goes on.\n",
    )
    assert len(keys(ledger)) == BATCH_TRANSFERS_MAX
    assert [path.name for path in tmp_path.iterdir()] == ["file.jsonl"]
    assert import_(text, name="file.jsonl").out == f"{COUNT - 1000} applied, 1000 duplicate, 0 refused.\n"
    assert keys(ledger) == [f"k{index}" for index in range(COUNT)]


def test_a_reader_without_a_database_is_told_as_one_that_posts_without(
    ledger: Ledger, import_: Import, readers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing")
    said = import_("".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT)), name="file.jsonl")
    assert (said.code, "The database went away: 1000 applied, 0 duplicate, 0 refused." in said.err) == (1, True), said
    assert readers
    assert len(keys(ledger)) == BATCH_TRANSFERS_MAX


def test_a_file_that_becomes_unusable_is_told_in_the_same_words(
    ledger: Ledger, import_: Import, readers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + "".join(pair(f"j{index}", "0.01") for index in range(COUNT)) + f"{'x' * 2**20}\n"
    ahead = import_(text)
    assert (ahead.code, f"line {2 * COUNT + 2} is longer than" in ahead.err) == (1, True), ahead
    assert readers
    _one_after_the_other(monkeypatch)
    assert import_(text).err == ahead.err
    assert len(keys(ledger)) == 2 * BATCH_TRANSFERS_MAX


def test_a_file_that_another_one_has_replaced_is_not_read(ledger: Ledger, tmp_path: Path) -> None:
    source = JournalFile(file_of(tmp_path, HEADER + pair("a")), ledger.id, is_json=False)
    with pytest.raises(FileChanged):
        list(reading_ahead._batches(source, (0, 0, 0, 0), 0))


@pytest.mark.parametrize("ahead", [True, False], ids=["by the reader", "by who posts"])
def test_a_file_that_is_written_to_while_it_is_read_is_not_called_imported(
    import_: Import, tmp_path: Path, readers: list[int], monkeypatch: pytest.MonkeyPatch, *, ahead: bool
) -> None:
    if not ahead:
        _one_after_the_other(monkeypatch)
    watched = vars(answers)["post_checked"]

    def posting(orders: Any, **options: Any) -> Any:
        with (tmp_path / "file.jsonl").open("a") as file:
            file.write(lines(line("late", "0.01")))
        return watched(orders, **options)

    monkeypatch.setattr(answers, "post_checked", posting)
    said = import_("".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT)), name="file.jsonl")
    assert (said.code, "The file was changed while it was read" in said.err, " applied, " in said.err) == (
        1,
        True,
        True,
    )
    assert bool(readers) is ahead


def test_the_reader_shares_no_connection_with_whoever_posts(
    import_: Import, at_first_posting: Callable[[Callable[[int], object]], None]
) -> None:
    sockets: list[set[str]] = []
    at_first_posting(lambda pid: sockets.extend((_sockets(os.getpid()), _sockets(pid))))
    assert import_("".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT)), name="file.jsonl").code == 0
    mine, its = sockets
    assert mine
    assert not mine & its


def _sockets(pid: int) -> set[str]:
    found: set[str] = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        # It may be closed by now: it is the listing's own, or that of a module being loaded.
        with suppress(FileNotFoundError):
            found.add(str(entry.readlink()))
    return {target for target in found if target.startswith("socket:")}


def test_a_small_file_starts_no_process(import_: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(reading_ahead, "get_context", started.append)
    text = "".join(lines(line(f"k{index}", "0.01")) for index in range(COUNT))
    assert import_(text, name="file.jsonl").code == 0
    assert not started


@pytest.mark.parametrize(
    ("how", "when"), [(signal.SIGINT, "it starts"), (signal.SIGINT, "it reads"), (signal.SIGKILL, "it reads")]
)
def test_a_large_import_that_is_stopped_leaves_no_reader_and_is_completed_by_the_next(
    ledger: Ledger, cash: Account, revenue: Account, tmp_path: Path, how: signal.Signals, when: str
) -> None:
    """Ctrl-C reaches both processes, as from a terminal; kill -9 the one that posts alone."""
    count = 9 * BATCH_TRANSFERS_MAX
    path = file_of(tmp_path, "".join(lines(line(f"k{index}", "0.01")) for index in range(count)), "large.jsonl")
    mine = Journal.objects.filter(ledger=ledger)
    process = started_import(path, ledger.code, start_new_session=True)
    with connect() as other:
        reader = _reader_of(process)
        while when == "it reads" and mine.count() <= reading_ahead.BATCHES_MEANWHILE * BATCH_TRANSFERS_MAX:
            assert process.poll() is None
        other.execute("SET idle_in_transaction_session_timeout = 0")
        other.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        if when == "it reads":
            wait_until_somebody_waits_for(other)
        (os.killpg if how is signal.SIGINT else os.kill)(process.pid, how)
        _, told = process.communicate(timeout=60)
        other.rollback()
    posted = mine.count()
    assert process.returncode == (-9 if how is signal.SIGKILL else 130)
    assert "Traceback" not in told
    assert how is signal.SIGKILL or f"Stopped: {posted} applied" in told
    psutil.wait_procs([reader], timeout=READER_GONE_SECONDS_MAX)
    assert not reader.is_running()

    said = run("journals_import", path, ledger.code)
    assert said.out == f"{count - posted} applied, {posted} duplicate, 0 refused.\n"
    assert keys(ledger) == [f"k{index}" for index in range(count)]
    assert mine.aggregate(last=Max("number"))["last"] == count
    assert balance(cash) * 100 == count


def _reader_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The process that reads for the import, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        for child in psutil.Process(process.pid).children():
            if "spawn_main" in " ".join(child.cmdline()):
                return child
        time.sleep(0.01)
    raise AssertionError("nobody reads ahead")


def test_a_large_file_that_is_open_already_is_read_ahead_too(
    ledger: Ledger, cash: Account, revenue: Account, tmp_path: Path
) -> None:
    """By a name that means something in the command's own process only."""
    count = 8 * BATCH_TRANSFERS_MAX
    path = file_of(tmp_path, "".join(lines(line(f"k{index}", "0.01")) for index in range(count)), "large.jsonl")
    with path.open("rb") as file:
        options = ["--format", "jsonl", "--errors", str(tmp_path / "errors.csv")]
        process = started_import(f"/dev/fd/{file.fileno()}", ledger.code, *options, pass_fds=[file.fileno()])
        _reader_of(process)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert keys(ledger) == [f"k{index}" for index in range(count)]
