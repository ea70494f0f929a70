"""The verb that brings a file's journals into a ledger: the good ones are posted, the others are told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.checked import CheckedOrder
from ledger.imports.answers import Answer
from ledger.imports.checked_batches import CheckedBatch
from ledger.imports.line_problems import LineProblem


@dataclass(slots=True)
class Tally:
    """How many journals of the file became what."""

    applied: int = 0
    duplicate: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return f"{self.applied} applied, {self.duplicate} duplicate, {self.refused} refused"


def import_journals(
    batches: Iterable[CheckedBatch],
    on_refusal: Callable[[LineProblem, str], object],
    tally: Tally,
    answers_of: Callable[[Sequence[CheckedOrder]], Iterable[Answer]],
) -> Iterator[int]:
    """Post the batches in their order, each journal exactly once per key, and count them; gives each's `read_bytes`.

    What cannot be posted goes to `on_refusal`, with its line and its key, and hinders no other. Stopped at any moment,
    the same import again posts what is missing. `answers_of` posts orders, or only says what would become of them.

    Raises:
        Busy, OutcomeUnknown: the books did not answer for minutes; the same import again goes on.
        Anything that reading the batches raises: those before it are posted.
    """
    for batch in batches:
        _settle(batch, answers_of(batch.orders), on_refusal, tally)
        yield batch.read_bytes


def _settle(
    batch: CheckedBatch, answered: Iterable[Answer], on_refusal: Callable[[LineProblem, str], object], tally: Tally
) -> None:
    """Count what became of a batch, and pass on what was refused."""
    answers = iter(answered)
    for entry in batch.entries:
        answer = entry.refusal or next(answers)
        if answer == "applied":
            tally.applied += 1
        elif answer == "duplicate":
            tally.duplicate += 1
        else:
            tally.refused += 1
            on_refusal(entry.problem(answer), entry.key)
