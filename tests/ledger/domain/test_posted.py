"""What a caller is answered: the journals of his key, made when he looks."""

from dataclasses import replace

from ledger.domain.posted import PostedJournal, PostedTransfer
from tests.ledger.domain.test_mirror import POSTED


def test_journals_are_made_once_and_not_before_somebody_looks() -> None:
    made: list[PostedJournal] = []

    def make() -> tuple[PostedJournal, ...]:
        made.append(replace(POSTED, number=len(made) + 1))
        return tuple(made)

    transfer = PostedTransfer(make, duplicate=False, extra={"settlement": 1})
    assert not made
    assert transfer.journals == (replace(POSTED, number=1),)
    assert transfer.journals == (replace(POSTED, number=1),)
    assert (transfer.duplicate, transfer.extra) == (False, {"settlement": 1})


def test_journals_that_are_there_are_given_as_they_are() -> None:
    transfer = PostedTransfer((POSTED,), duplicate=True)
    assert transfer.journals == (POSTED,)
    assert (transfer.duplicate, transfer.extra) == (True, {})
