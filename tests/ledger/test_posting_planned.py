"""What another app plans of an order: its journals, its rows and its words, or a refusal; of a reversal, what goes with it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ledger import posting
from ledger.domain import refusals
from ledger.domain.accounts import Side
from ledger.domain.checked import Companion
from ledger.domain.journals import PlannedJournal
from ledger.domain.judging import mirror
from ledger.domain.orders import LegOrder, ReversalOrder, TransferOrder
from ledger.domain.posted import PostedJournal
from ledger.extensions import Plan, extensions
from ledger.models import Account, Journal, Ledger
from ledger.posting import post_batch, post_transfer, reverse_journal, unit
from ledger.queries.account_facts import account_facts
from ledger.queries.messages import Message
from ledger.queries.posted import with_legs
from tests.ledger.orders import transfer
from tests.ledger.raw_books import Footprint

_ACCOUNT = """INSERT INTO ledger_account (id, ledger_id, code, name, ccy, type, non_negative, status, metadata, created_at)
    VALUES (%s, %s, %s, '', 'EUR', 'asset', false, 'active', '{}', now())"""


def write_accounts(message: Message, rows: Sequence[tuple[Any, tuple[PostedJournal, ...]]]) -> None:
    """The companion's row: an account named after what was planned and the numbers of its journals."""
    for (ledger_id, word), journals in rows:
        code = "-".join([word, *[str(journal.number) for journal in journals]])
        message.add(_ACCOUNT, [uuid.uuid4().hex, ledger_id.hex, code])


def has_account(ledger: Ledger, code: str) -> bool:
    return Account.objects.filter(ledger=ledger, code=code).exists()


class EachCurrencyByItself:
    """Plans a transfer between two currencies as one journal in each of them, against an account VIA of that currency."""

    def plan(self, orders: Sequence[TransferOrder]) -> list[Plan | refusals.Refusal]:
        assert orders, "posting in one currency does not wait for the planner"
        return [self._plan(order) for order in orders]

    def answer(self, journals: Sequence[PostedJournal]) -> Mapping[str, Any]:
        return {"planned": journals[0].description}

    @staticmethod
    def _plan(order: TransferOrder) -> Plan | refusals.Refusal:
        if order.description == "refuse":
            return refusals.InvalidRequest("The planner refuses.")
        journals: list[PlannedJournal] = []
        for leg in order.legs:
            legs = (leg, replace(leg, account=f"VIA-{leg.ccy}", side=leg.side.opposite))
            journals += posting._check_transfer(replace(order, legs=legs)).journals
        content = (order.ledger_id, order.description)
        return Plan(tuple(journals), Companion(write_accounts, content, {"planned": order.description}))


class WholeKeys:
    """Reverses everything that a key has posted together; a journal that is alone stands for itself."""

    def plan(self, original: PostedJournal, order: ReversalOrder) -> Plan | None:
        of_key = Journal.objects.filter(ledger_id=order.ledger_id, idempotency_key__key=original.idempotency_key)
        journals = with_legs(of_key.order_by("ordinal"))
        if len(journals) == 1:
            return None
        accounts = account_facts(order.ledger_id, {leg.account for journal in journals for leg in journal.legs})
        mirrored = tuple(mirror(journal, accounts, order.value_date, order.description) for journal in journals)
        return Plan(mirrored, Companion(write_accounts, (order.ledger_id, "undone"), {"planned": "undone"}))


@pytest.fixture(autouse=True)
def planners(monkeypatch: pytest.MonkeyPatch, make_account: Callable[..., Account]) -> None:
    """Every test has both planners, and an account of its own and one to go by in two currencies."""
    monkeypatch.setattr(extensions, "transfer_planner", EachCurrencyByItself())
    monkeypatch.setattr(extensions, "reversal_planner", WholeKeys())
    for ccy in ("EUR", "USD"):
        for code in ("CASH", "VIA"):
            make_account(f"{code}-{ccy}", ccy)


def exchange(ledger: Ledger, description: str = "planned", **rest: Any) -> TransferOrder:
    """One euro for one dollar."""
    legs = (LegOrder("CASH-USD", Side.DEBIT, "1.00", "USD"), LegOrder("CASH-EUR", Side.CREDIT, "1.00", "EUR"))
    return transfer(ledger, "", "", None, legs=legs, description=description, **rest)


def local(ledger: Ledger) -> TransferOrder:
    return transfer(ledger, "CASH-EUR", "VIA-EUR", "1.00")


def accounts_of(journal: PostedJournal) -> list[str]:
    return [leg.account for leg in journal.legs]


def test_an_order_posts_the_journals_and_the_row_that_were_planned_and_a_replay_says_the_same(ledger: Ledger) -> None:
    order = exchange(ledger, key="k-1")
    posted = post_transfer(order)
    assert [accounts_of(journal) for journal in posted.journals] == [["CASH-USD", "VIA-USD"], ["CASH-EUR", "VIA-EUR"]]
    assert {journal.idempotency_key for journal in posted.journals} == {"k-1"}
    assert (posted.duplicate, posted.extra) == (False, {"planned": "planned"})
    assert has_account(ledger, "planned-1-2")
    before = Footprint.of(ledger)
    again = post_transfer(order)
    assert (again.duplicate, again.extra, again.journals) == (True, posted.extra, posted.journals)
    with pytest.raises(refusals.IdempotencyConflict):
        post_transfer(exchange(ledger, "something else", key="k-1"))
    assert Footprint.of(ledger) == before


def test_the_planner_has_nothing_to_say_about_a_transfer_in_one_currency(ledger: Ledger) -> None:
    order = local(ledger)
    answers = [post_transfer(order), post_transfer(order)]
    assert [(answer.duplicate, answer.extra) for answer in answers] == [(False, {}), (True, {})]


def test_what_the_planner_refuses_is_refused_and_nothing_is_written(ledger: Ledger) -> None:
    before = Footprint.of(ledger)
    with pytest.raises(refusals.InvalidRequest, match=r"^The planner refuses\.$"):
        post_transfer(exchange(ledger, "refuse"))
    assert Footprint.of(ledger) == before


def test_a_planners_refusal_stands_behind_what_its_key_has_posted(ledger: Ledger) -> None:
    post_transfer(exchange(ledger, key="k-1"))
    with pytest.raises(refusals.IdempotencyConflict):
        post_transfer(exchange(ledger, "refuse", key="k-1"))


def test_a_batch_of_both_kinds_keeps_its_order(ledger: Ledger) -> None:
    orders = [local(ledger), exchange(ledger, "refuse"), exchange(ledger, "a"), local(ledger), exchange(ledger, "b")]
    outcomes = post_batch(orders, atomic=False)
    assert [posting.result_label(outcome) for outcome in outcomes] == ["applied", "validation_error", *["applied"] * 3]
    assert Footprint.of(ledger).journals == 6
    assert has_account(ledger, "a-2-3")
    assert has_account(ledger, "b-5-6")


@pytest.mark.parametrize("asked_for", [0, 1])
def test_a_reversal_posts_what_was_planned_with_it(ledger: Ledger, asked_for: int) -> None:
    original = post_transfer(exchange(ledger))
    order = ReversalOrder(ledger.id, original.journals[asked_for].id, "r-1", description="typing error")
    undone = reverse_journal(order)
    assert [journal.reverses for journal in undone.journals] == [journal.id for journal in original.journals]
    assert {(journal.idempotency_key, journal.description) for journal in undone.journals} == {("r-1", "typing error")}
    assert undone.extra == {"planned": "undone"}
    assert has_account(ledger, "undone-3-4")
    before = Footprint.of(ledger)
    assert reverse_journal(order).duplicate
    with pytest.raises(refusals.IdempotencyConflict):
        reverse_journal(replace(order, description="other"))
    assert Footprint.of(ledger) == before


def test_a_reversal_with_nothing_to_go_with_it_posts_its_own_mirror_image(ledger: Ledger) -> None:
    original = post_transfer(local(ledger))
    undone = reverse_journal(ReversalOrder(ledger.id, original.journals[0].id, "r-1"))
    assert [journal.reverses for journal in undone.journals] == [original.journals[0].id]
    assert undone.extra == {}


def test_rows_of_a_posting_in_a_unit_are_written_with_it(ledger: Ledger) -> None:
    (checked,) = posting.check_transfers([exchange(ledger)])
    posted = unit(lambda books: books.post(checked))
    assert [journal.number for journal in posted.journals] == [1, 2]
    assert has_account(ledger, "planned-1-2")
