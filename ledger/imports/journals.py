"""The verb that brings a file's journals into a ledger: the good ones are posted, the others are told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.checked import CheckedOrder
from ledger.domain.refusals import Refusal
from ledger.imports.answers import Answer, post_all
from ledger.imports.entries import Entry
from ledger.imports.line_problems import LineProblem
from ledger.posting import check_transfers
from ledger.transfer_bodies import BATCH_LEGS_MAX, BATCH_TRANSFERS_MAX


@dataclass(slots=True)
class Tally:
    """How many journals of the file became what."""

    applied: int = 0
    duplicate: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return f"{self.applied} applied, {self.duplicate} duplicate, {self.refused} refused"


def import_journals(
    entries: Iterable[Entry],
    on_refusal: Callable[[LineProblem, str], object],
    tally: Tally,
    answers_of: Callable[[Sequence[CheckedOrder]], Iterable[Answer]] = post_all,
) -> Iterator[int]:
    """Post the entries in their order, each exactly once per key, and count them; gives each batch's size after it.

    What cannot be posted goes to `on_refusal`, with its line and its key, and hinders no other. Stopped at any moment,
    the same import again posts what is missing. `answers_of` says what became of orders, and posts them if left out.

    Raises:
        Busy, OutcomeUnknown: the books did not answer for minutes; the same import again goes on.
    """
    for batch in _batches(entries):
        checked = check_transfers([entry.order for entry in batch if entry.order])
        yield _settle(batch, answers_of(checked), on_refusal, tally)


def _settle(
    batch: list[Entry], answered: Iterable[Answer], on_refusal: Callable[[LineProblem, str], object], tally: Tally
) -> int:
    """Count what became of a batch, and pass on what was refused; how many entries it has."""
    answers = iter(answered)
    for entry in batch:
        answer = entry.refusal or next(answers)
        if isinstance(answer, Refusal):
            tally.refused += 1
            on_refusal(entry.problem(answer), entry.key)
        else:
            setattr(tally, answer, getattr(tally, answer) + 1)
    return len(batch)


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """As many at once as one request may bring, so that single postings get their turn in between."""
    batch: list[Entry] = []
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
