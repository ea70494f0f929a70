"""What becomes of a group that PostgreSQL itself refuses: it is posted in ever smaller parts."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from ledger import posting, posting_group, posting_rows
from ledger.api_keys import create_api_key
from ledger.domain import refusals
from ledger.domain.checked import Bundle, CheckedOrder, Companion
from ledger.domain.judging import judge
from ledger.domain.posted import PostedBefore, PostedTransfer
from ledger.domain.presented import KeyFacts, PresentedKey
from ledger.models import Account, Ledger
from ledger.posting_attempts import ATTEMPTS_MAX, Failed, post, with_retries
from ledger.queries.messages import Message
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint, connect


@pytest.fixture(autouse=True)
def accounts(cash: Account, revenue: Account) -> None:
    """Every test has CASH and REV."""


def checked(ledger: Ledger, description: str = "") -> CheckedOrder:
    return posting._check_transfer(transfer(ledger, "CASH", "REV", "1.00", description=description))


@pytest.fixture
def lying_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours: journals that are described as 'bug' are written one cent short on their first leg."""
    truthful = posting_rows.write

    def write(message: Message, postings: Sequence[Any]) -> None:
        truthful(message, [_one_cent_short(new) if _is_bug(new) else new for new in postings])

    monkeypatch.setattr(posting_group, "write", write)


def _is_bug(new: Any) -> bool:
    return bool(new.order.journals[0].description == "bug")


def _one_cent_short(new: Any) -> Any:
    order, (planned,) = new.order, new.order.journals
    first, *others = planned.legs
    short = replace(planned, legs=(replace(first, amount=first.amount - Decimal("0.01")), *others))
    drafted = posting_rows.draft(order.idempotency_key, order.fingerprint, [short])
    return replace(new, draft=drafted)


def kinds(outcomes: Sequence[Sequence[Any]]) -> list[list[type]]:
    return [[type(outcome) for outcome in of_bundle] for of_bundle in outcomes]


@pytest.mark.usefixtures("lying_rows")
def test_a_bug_in_one_order_is_not_the_end_of_its_mates(ledger: Ledger) -> None:
    good = [Bundle((checked(ledger), checked(ledger))), Bundle((checked(ledger),))]
    outcomes = post([*good, Bundle((checked(ledger, "bug"),))])
    assert kinds(outcomes) == [[PostedTransfer] * 2, [PostedTransfer], [Failed]]
    (failed,) = outcomes[2]
    assert isinstance(failed, Failed)
    assert "balance" in str(failed.error)
    assert Footprint.of(ledger).journals == 3


@pytest.mark.usefixtures("lying_rows")
def test_a_key_revoked_while_its_group_fails_posts_none_of_the_groups_parts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = create_api_key(ledger.code, ["post"])
    presented = PresentedKey(hashlib.sha256(key.encode()).digest())
    bundle = Bundle((checked(ledger, "bug"), checked(ledger)), presented=presented)
    lying = vars(posting_group)["write"]

    def write_and_revoke(message: Message, postings: Any) -> None:
        lying(message, postings)
        with connect() as another:
            another.execute("UPDATE ledger_apikey SET revoked_at = now() WHERE ledger_id = %s", [ledger.id])
            another.commit()

    monkeypatch.setattr(posting_group, "write", write_and_revoke)
    assert kinds(post([bundle])) == [[refusals.KeyRefused] * 2]
    assert Footprint.of(ledger).journals == 0


@pytest.mark.usefixtures("lying_rows")
def test_a_bug_in_an_atomic_bundle_posts_none_of_it(ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    assert kinds(post([Bundle((checked(ledger), checked(ledger, "bug")), atomic=True)])) == [[Failed] * 2]
    assert Footprint.of(ledger) == before


@pytest.mark.usefixtures("lying_rows")
def test_a_bundle_of_its_own_is_taken_apart(ledger: Ledger) -> None:
    assert kinds(post([Bundle((checked(ledger), checked(ledger, "bug")))])) == [[PostedTransfer, Failed]]
    assert Footprint.of(ledger).journals == 1


def test_a_bug_of_python_reaches_nobody_but_the_caller_whose_order_met_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_with_a_bug(planned: Any, *others: Any) -> Any:
        if planned.description == "bug":
            raise KeyError("forgotten")
        return judge(planned, *others)

    monkeypatch.setattr(posting_group, "judge", judge_with_a_bug)
    outcomes = post([Bundle((checked(ledger, "bug"),)), Bundle((checked(ledger),))])
    assert kinds(outcomes) == [[Failed], [PostedTransfer]]
    before = Footprint.of(ledger)
    with pytest.raises(KeyError, match="forgotten"):
        posting.post_transfer(transfer(ledger, "CASH", "REV", "1.00", description="bug"))
    assert Footprint.of(ledger) == before


def test_a_refusal_that_postgresql_names_reaches_only_whom_it_concerns(
    ledger: Ledger, cash: Account, make_account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.ledger.test_posting_under_contention import _judge_without_rules

    make_account("OTHER")
    monkeypatch.setattr(posting_group, "judge", _judge_without_rules())
    Account.objects.filter(id=cash.id).update(status="frozen")
    fine = posting._check_transfer(transfer(ledger, "OTHER", "REV", "1.00"))
    outcomes = post([Bundle((checked(ledger), fine))])
    assert isinstance(outcomes[0][0], refusals.AccountNotActive)
    assert isinstance(outcomes[0][1], PostedTransfer)


def test_a_group_that_meets_others_every_time_is_busy_as_a_whole_and_not_tried_in_parts(ledger: Ledger) -> None:
    tries: list[int] = []

    def write(message: Message, _: Sequence[Any]) -> None:
        tries.append(1)
        message.command("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$")

    unlucky = replace(checked(ledger), companion=Companion(write, None))
    outcomes = post([Bundle((unlucky, checked(ledger))), Bundle((checked(ledger),))])
    assert kinds(outcomes) == [[refusals.Busy] * 2, [refusals.Busy]]
    assert len(tries) == ATTEMPTS_MAX
    assert Footprint.of(ledger).journals == 0


def test_a_connection_lost_by_a_group_that_writes_nothing_is_replaced_and_the_replay_answered(ledger: Ledger) -> None:
    """There is no commit whose outcome could be unknown."""
    killed: list[int] = []

    class DeadlyKey(PresentedKey):
        def settle(self, _: KeyFacts | None) -> None:
            if not killed:
                killed.append(connection.connection.info.backend_pid)
                with connect() as killer:
                    killer.execute("SELECT pg_terminate_backend(%s, 5000)", killed)

    order = transfer(ledger, "CASH", "REV", "1.00")
    posting.post_transfer(order)
    before = Footprint.of(ledger)
    assert kinds(post([Bundle((posting._check_transfer(order),), presented=DeadlyKey(b""))])) == [[PostedBefore]]
    assert killed
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("died", [True, False])
def test_before_the_next_try_a_connection_is_replaced_if_it_died_and_kept_if_not(died: bool) -> None:
    backends: list[int] = []

    def attempt() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])
            if len(backends) == 1:
                cursor.execute(
                    "SELECT pg_terminate_backend(pg_backend_pid())"
                    if died
                    else "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$"
                )

    with_retries(attempt)
    first, second = backends
    assert (first != second) is died
