import threading

import pytest

from ledger.domain.refusals import Busy
from ledger.group_queue import Group, GroupQueue
from tests.ledger.raw_books import InBackground


class Gatekeeper:
    """A `run` that notes its groups and waits at the first one until it is let through."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.expected_more: list[bool] = []
        self.entered = threading.Event()
        self.may_pass = threading.Event()

    def __call__(self, jobs: Group[str]) -> list[str]:
        self.groups.append(list(jobs))
        self.expected_more.append(jobs.expects_more)
        self.entered.set()
        assert self.may_pass.wait(10)
        if "boom" in jobs:
            raise ValueError("boom")
        return [job.upper() for job in jobs]


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    return Gatekeeper()


@pytest.fixture
def queue(gatekeeper: Gatekeeper) -> GroupQueue[str, str]:
    return GroupQueue(gatekeeper, size_max=10)


def submit(queue: GroupQueue[str, str], job: str, answers: dict[str, str], size: int = 1) -> InBackground:
    """Submit in a thread, and return once the queue or its leader has the job."""
    arrived = queue.arrived
    thread = InBackground(lambda: answers.update({job: queue.submit(job, size=size, timeout_seconds=10)}))
    while queue.arrived == arrived:
        threading.Event().wait(0.001)
    return thread


def test_whoever_arrives_meanwhile_becomes_one_group_in_order(
    queue: GroupQueue[str, str], gatekeeper: Gatekeeper
) -> None:
    answers: dict[str, str] = {}
    threads = [submit(queue, "a", answers)]
    assert gatekeeper.entered.wait(10)
    threads += [submit(queue, job, answers) for job in ("b", "c", "d")]
    gatekeeper.may_pass.set()
    assert [thread.outcome() for thread in threads] == [None] * 4
    assert gatekeeper.groups == [["a"], ["b", "c", "d"]]
    assert answers == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert queue.arrived == 4


def test_a_group_holds_no_more_than_its_size_and_a_giant_goes_alone(
    queue: GroupQueue[str, str], gatekeeper: Gatekeeper
) -> None:
    answers: dict[str, str] = {}
    threads = [submit(queue, "a", answers)]
    assert gatekeeper.entered.wait(10)
    threads += [submit(queue, job, answers, size) for job, size in (("b", 6), ("c", 4), ("d", 11), ("e", 1))]
    gatekeeper.may_pass.set()
    assert [thread.outcome() for thread in threads] == [None] * 5
    assert gatekeeper.groups == [["a"], ["b", "c"], ["d"], ["e"]]


def test_until_somebody_looks_at_a_group_others_may_still_join_it() -> None:
    entered, may_look = threading.Event(), threading.Event()
    seen: list[tuple[bool, list[str]]] = []

    def run(group: Group[str]) -> list[str]:
        entered.set()
        assert may_look.wait(10)
        seen.append((group.expects_more, list(group)))
        return list(group)

    queue: GroupQueue[str, str] = GroupQueue(run, size_max=10)
    answers: dict[str, str] = {}
    threads = [submit(queue, "a", answers)]
    assert entered.wait(10)
    threads += [submit(queue, job, answers) for job in ("b", "c")]
    may_look.set()
    assert [thread.outcome() for thread in threads] == [None] * 3
    assert seen == [(False, ["a", "b", "c"])]


def test_a_group_expects_more_when_it_waited_for_another_or_the_one_before_was_shared(
    queue: GroupQueue[str, str], gatekeeper: Gatekeeper
) -> None:
    answers: dict[str, str] = {}
    threads = [submit(queue, "a", answers)]
    assert gatekeeper.entered.wait(10)
    threads += [submit(queue, job, answers) for job in ("b", "c")]
    gatekeeper.may_pass.set()
    assert [thread.outcome() for thread in threads] == [None] * 3
    for job in ("d", "e"):
        assert submit(queue, job, answers).outcome() is None
    assert gatekeeper.groups == [["a"], ["b", "c"], ["d"], ["e"]]
    assert gatekeeper.expected_more == [False, True, True, False]


def test_a_failure_before_anybody_looked_reaches_all_who_had_joined() -> None:
    entered, may_fail = threading.Event(), threading.Event()

    def run(_: Group[str]) -> list[str]:
        entered.set()
        assert may_fail.wait(10)
        raise ValueError("boom")

    queue: GroupQueue[str, str] = GroupQueue(run, size_max=10)
    answers: dict[str, str] = {}
    threads = [submit(queue, "a", answers)]
    assert entered.wait(10)
    threads += [submit(queue, "b", answers)]
    may_fail.set()
    assert [str(thread.outcome()) for thread in threads] == ["boom"] * 2
    assert answers == {}


def test_whoever_is_still_queued_at_the_time_out_is_busy_and_never_runs(
    queue: GroupQueue[str, str], gatekeeper: Gatekeeper
) -> None:
    answers: dict[str, str] = {}
    leader = submit(queue, "a", answers)
    assert gatekeeper.entered.wait(10)
    with pytest.raises(Busy):
        queue.submit("b", size=1, timeout_seconds=0.01)
    gatekeeper.may_pass.set()
    assert leader.outcome() is None
    assert queue.submit("c", size=1, timeout_seconds=1) == "C"
    assert gatekeeper.groups == [["a"], ["c"]]


def test_an_error_reaches_everyone_in_its_group_and_nobody_else(
    queue: GroupQueue[str, str], gatekeeper: Gatekeeper
) -> None:
    answers: dict[str, str] = {}
    leader = submit(queue, "a", answers)
    assert gatekeeper.entered.wait(10)
    unlucky = [submit(queue, job, answers) for job in ("b", "boom")]
    gatekeeper.may_pass.set()
    assert leader.outcome() is None
    assert [type(thread.outcome()) for thread in unlucky] == [ValueError, ValueError]
    assert queue.submit("z", size=1, timeout_seconds=1) == "Z"
