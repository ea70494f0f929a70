"""A file's journals, read and checked, in batches that are ready to be posted."""

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO

from ledger.domain.checked import CheckedOrder
from ledger.domain.orders import TransferOrder
from ledger.extensions import rehearsal
from ledger.imports.csv_table import CsvTable
from ledger.imports.entries import Entry
from ledger.imports.journal_file import JournalFile
from ledger.imports.journal_lines import entries_of_lines
from ledger.imports.journal_rows import COLUMNS, entries_of_rows
from ledger.posting import check_transfers
from ledger.transfer_bodies import BATCH_LEGS_MAX, BATCH_TRANSFERS_MAX

OBJECTS_BETWEEN_COLLECTIONS = 100_000


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """Entries in the file's order; `read_bytes` is how far the file is read, 0 where that cannot be said."""

    entries: Sequence[Entry[CheckedOrder]]
    read_bytes: int

    @property
    def orders(self) -> list[CheckedOrder]:
        return [entry.order for entry in self.entries if entry.order]


def checked_batches(source: JournalFile, file: BinaryIO, *, skip: int = 0) -> Generator[CheckedBatch]:
    """The file's batches, the first `skip` of them left out: those are read, and not checked.

    Raises:
        UnusableFile: the file is none of journals. Busy, django.db.Error: the books did not say what its accounts are.
    """
    for number, batch in enumerate(_batches(_entries(source, file))):
        if number >= skip:
            with rehearsal() if source.is_rehearsal else nullcontext():
                entries = _checked(batch)
            yield CheckedBatch(entries, file.tell() if file.seekable() else 0)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for circles of garbage seldom.

    A batch makes a hundred thousand objects and hardly a circle, and a fifth of the time would go into looking.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _entries(source: JournalFile, file: BinaryIO) -> Iterator[Entry[TransferOrder]]:
    if source.is_json:
        return entries_of_lines(file, source.ledger_id)
    return entries_of_rows(CsvTable(file, COLUMNS, source.delimiter), source.ledger_id)


def _checked(batch: Sequence[Entry[TransferOrder]]) -> list[Entry[CheckedOrder]]:
    checked = iter(check_transfers([entry.order for entry in batch if entry.order]))
    return [
        Entry(entry.line, entry.key, next(checked) if entry.order else None, entry.refusal, entry.leg_lines)
        for entry in batch
    ]


def _batches(entries: Iterator[Entry[TransferOrder]]) -> Iterator[list[Entry[TransferOrder]]]:
    """As many at once as one request may bring, so that single postings get their turn in between."""
    batch: list[Entry[TransferOrder]] = []
    legs = 0
    for entry in entries:
        size = len(entry.order.legs) if entry.order else 0
        if batch and (len(batch) == BATCH_TRANSFERS_MAX or legs + size > BATCH_LEGS_MAX):
            yield batch
            batch, legs = [], 0
        batch.append(entry)
        legs += size
    if batch:
        yield batch
