"""A dry run of conversions says what would become of them, and opens nothing for it."""

import json
from datetime import date
from pathlib import Path

import pytest

from fx.models import ClearingAccount, Settlement
from ledger.extensions import is_rehearsal, rehearsal
from ledger.imports import reading_ahead
from ledger.models import Account, Ledger
from ledger.transfer_bodies import BATCH_TRANSFERS_MAX
from tests.fx.books import fresh_day, open_accounts, quote
from tests.ledger.imports.files import Said, file_of, run
from tests.ledger.raw_books import Footprint


@pytest.fixture
def day(ledger: Ledger) -> date:
    on = fresh_day()
    open_accounts(ledger, "CASH-EUR", "CASH-USD", "CASH-JPY")
    quote("EUR/USD", "1.1000", on)
    return on


def import_(ledger: Ledger, folder: Path, *lines: str, options: tuple[str, ...] = ()) -> Said:
    return run("journals_import", file_of(folder, "".join(lines), "file.jsonl"), ledger.code, *options)


def line(key: str, day: date, other: str = "USD", euros: str = "100.00") -> str:
    legs = [
        {"account": "CASH-EUR", "side": "credit", "amount": euros, "ccy": "EUR"},
        {"account": f"CASH-{other}", "side": "debit", "ccy": other},
    ]
    return json.dumps({"idempotency_key": key, "value_date": f"{day}", "legs": legs}) + "\n"


def test_a_dry_run_opens_no_clearing_account_and_the_import_does(ledger: Ledger, day: date, tmp_path: Path) -> None:
    before = Footprint.of(ledger), set(Account.objects.filter(ledger=ledger).values_list("code", flat=True))
    file = line("a", day), line("b", day), line("c", day, "JPY"), line("d", day, euros="0.001")
    rehearsed = import_(ledger, tmp_path, *file, options=("--dry-run",))
    assert "2 applied, 0 duplicate, 2 refused." in rehearsed.out, rehearsed
    errors = (tmp_path / "file.jsonl.errors.jsonl").read_text()
    assert "fx_rate_missing" in errors
    assert "invalid_amount" in errors
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()
    after = Footprint.of(ledger), set(Account.objects.filter(ledger=ledger).values_list("code", flat=True))
    assert after == before
    assert "2 applied, 0 duplicate, 2 refused." in import_(ledger, tmp_path, *file).out
    assert Settlement.objects.filter(ledger=ledger).count() == 2
    assert ClearingAccount.objects.filter(ledger=ledger).count() == 2


def test_a_dry_run_counts_with_the_clearing_accounts_that_are_there(ledger: Ledger, day: date, tmp_path: Path) -> None:
    quote("EUR/JPY", "160", day)
    import_(ledger, tmp_path, line("a", day))
    before = Footprint.of(ledger)
    said = import_(ledger, tmp_path, line("a", day), line("b", day, "JPY"), options=("--dry-run",))
    assert "1 applied, 1 duplicate, 0 refused." in said.out, said
    assert Footprint.of(ledger) == before
    assert ClearingAccount.objects.filter(ledger=ledger).count() == 2


def test_a_code_that_is_taken_is_refused_in_a_dry_run_as_in_earnest(ledger: Ledger, day: date, tmp_path: Path) -> None:
    open_accounts(ledger, "FX-CLEARING-USD")
    for options in (("--dry-run",), ()):
        said = import_(ledger, tmp_path, line("a", day), options=options)
        assert "0 applied, 0 duplicate, 1 refused." in said.out, said
        assert "posting_not_allowed" in (tmp_path / "file.jsonl.errors.jsonl").read_text()
    assert not Settlement.objects.filter(ledger=ledger).exists()


def test_conversions_that_another_process_reads_are_rehearsed_and_posted_as_those_that_are_read_here(
    ledger: Ledger, day: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_ahead, "BATCHES_MEANWHILE", 1)
    monkeypatch.setattr(reading_ahead, "BATCHES_WORTH_A_PROCESS", 1)
    file = [line(f"{index}", day, euros="1.00") for index in range(2 * BATCH_TRANSFERS_MAX + 2)]
    file[BATCH_TRANSFERS_MAX + 1] = line("yen", day, "JPY")
    said = f"{len(file) - 1} applied, 0 duplicate, 1 refused."
    before = Footprint.of(ledger)
    assert said in import_(ledger, tmp_path, *file, options=("--dry-run",)).out
    assert Footprint.of(ledger) == before
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()
    assert said in import_(ledger, tmp_path, *file).out
    assert "fx_rate_missing" in (tmp_path / "file.jsonl.errors.jsonl").read_text()
    assert Settlement.objects.filter(ledger=ledger).count() == len(file) - 1


def test_a_rehearsal_ends_also_where_it_fails() -> None:
    def fail() -> None:
        with rehearsal():
            assert is_rehearsal()
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        fail()
    assert not is_rehearsal()
