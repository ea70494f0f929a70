"""What verification finds, and what a check of it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class Discrepancy(NamedTuple):
    """One thing in the books that is not as it must be: where it is, what should stand there, what does."""

    check: str
    ledger: str
    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: ledger {self.ledger}, {self.where}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the books, named for the invariant that it recomputes; `find` gives every breach of it.

    `find` takes the id of the one ledger to look at, or None for all. It is called in a read-only REPEATABLE READ
    transaction, so all checks of a run see the same books; it neither writes nor commits.
    """

    name: str
    find: Callable[[UUID | None], Iterable[Discrepancy]]
