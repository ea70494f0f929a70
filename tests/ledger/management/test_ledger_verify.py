"""`ledger_verify` as operators and their schedulers run it: a process with an exit code."""

import contextlib
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError

from ledger.models import Account, Ledger
from ledger.posting import post_transfer
from tests.ledger.corrupting import unguarded
from tests.ledger.management.test_commands import refused, run
from tests.ledger.orders import transfer
from tests.ledger.raw_books import connect

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def books(ledger: Ledger, cash: Account, revenue: Account) -> Ledger:
    post_transfer(transfer(ledger, "CASH", "REV", "1.00"))
    return ledger


def verified(ledger: Ledger, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "ledger_verify", "--ledger", ledger.code, *options],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def lie(ledger: Ledger) -> None:
    with unguarded("ledger_bookstate") as owner:
        owner.execute("UPDATE ledger_bookstate SET last_number = 7 WHERE ledger_id = %s", [ledger.id])


def test_books_that_agree_are_said_to_and_nothing_else(books: Ledger) -> None:
    done = verified(books)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Ledger {books.code}: no discrepancy, after ")


def test_every_discrepancy_is_printed_and_the_exit_code_is_1(books: Ledger) -> None:
    lie(books)
    done = verified(books)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(
        f"book_state_is_that_of_the_last_journal: ledger {books.code}, book state: expected last number 1"
    )
    assert f"Ledger {books.code}: 1 discrepancy." in done.stderr


def test_all_ledgers_are_verified_when_none_is_named(books: Ledger) -> None:
    lie(books)
    with pytest.raises(CommandError, match="All ledgers") as refusal:
        run("ledger_verify")
    assert refusal.value.returncode == 1


def test_a_ledger_that_is_not_there_is_named() -> None:
    assert (
        refused("ledger_verify", "--ledger", "nowhere")
        == "--ledger: there is no ledger 'nowhere'; `ledgers` lists them."
    )


def test_each_of_several_ledgers_is_verified(books: Ledger) -> None:
    other = Ledger.objects.create(code=f"{books.code}-2", base_ccy_id="EUR", timezone="UTC")
    lie(books)
    done = verified(other, "--ledger", books.code)
    assert done.returncode == 1
    assert done.stdout.startswith(f"Ledger {other.code}: no discrepancy, after ")
    assert "book_state_is_that_of_the_last_journal" in done.stdout
    assert f"Ledger {books.code}: 1 discrepancy." in done.stderr


def read_to_the_end(terminal: int) -> Iterator[str]:
    """What is written to the terminal until its last writer goes, which the system tells by an error."""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 4096):
            yield piece.decode(errors="replace")
    os.close(terminal)


@pytest.mark.parametrize(("options", "shows"), [((), True), (("--no-progress",), False)])
def test_a_terminal_sees_the_progress_unless_it_asks_not_to(
    books: Ledger, options: tuple[str, ...], shows: bool
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    command = [sys.executable, str(ROOT / "manage.py"), "ledger_verify", "--ledger", books.code, *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        said = "".join(read_to_the_end(ours))
    assert process.returncode == 0
    assert ("check" in said) is shows, said


def test_the_read_only_role_may_verify(books: Ledger) -> None:
    password = os.urandom(16).hex()
    with connect("owner") as owner:
        owner.execute(f"ALTER ROLE doublex_readonly PASSWORD '{password}'")
        owner.commit()
    url = urlsplit(os.environ["DATABASE_URL"])
    readonly = urlunsplit(url._replace(netloc=f"doublex_readonly:{password}@{url.netloc.rpartition('@')[2]}"))
    done = verified(books, DATABASE_URL=readonly, DATABASE_OWNER_URL="")
    assert (done.returncode, done.stderr) == (0, ""), done
