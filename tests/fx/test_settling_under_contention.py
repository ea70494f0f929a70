"""Conversions when others are at work: rates that change, first uses at once, backends that die at the worst moment."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from fx.clearing import require_clearing_accounts
from fx.domain.conversion import CONVERSION
from fx.models import ClearingAccount, Rate, Settlement
from ledger.domain import refusals
from ledger.domain.orders import ReversalOrder
from ledger.models import Balance, Journal, Ledger
from ledger.posting import post_transfer, reverse_journal
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote
from tests.ledger.raw_books import Footprint, connect
from tests.ledger.test_posting_under_contention import backend_that_waits, in_thread, queue_up, stalled_commit

__all__ = ["stalled_commit"]


@pytest.fixture
def day(ledger: Ledger) -> date:
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    on = fresh_day()
    quote("EUR/USD", "1.1000", on)
    return on


def test_each_settlement_agrees_with_the_rate_that_it_recorded_while_rates_change(ledger: Ledger, day: date) -> None:
    """One thread revises the rate as fast as it can, eight convert; every settlement used one revision, whole."""
    stop = False

    def revise() -> None:
        for revision in itertools.count(2):
            if stop:
                return
            value = Decimal("1.1") + Decimal(revision).scaleb(-4)
            Rate.objects.filter(base_id="EUR", quote_id="USD", date=day).update(
                value=value, quoted_value=value, revision=revision
            )

    def convert() -> None:
        for _ in range(15):
            post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "97.31"), leg("CASH-USD", DEBIT, None), on=day))

    reviser = in_thread(revise)
    converters = [in_thread(convert) for _ in range(8)]
    assert [thread.outcome() for thread in converters] == [None] * 8
    stop = True
    assert reviser.outcome() is None
    settlements = list(Settlement.objects.filter(ledger=ledger))
    assert len(settlements) == 120
    assert len({settlement.rate for settlement in settlements}) > 1, "the rate did change meanwhile"
    rate_id = Rate.objects.get(base_id="EUR", quote_id="USD", date=day).id
    used = {(r.revision, r.quoted_value) for r in Rate.objects.get(id=rate_id).revisions.all()}
    for settlement in settlements:
        exact = CONVERSION.multiply(settlement.base_amount, settlement.rate)
        assert abs(settlement.quote_amount - exact) <= Decimal("0.005")
        assert (settlement.steps[0]["revision"], settlement.rate) in used


def test_two_first_uses_at_once_open_one_clearing_account(ledger: Ledger, day: date) -> None:
    found: list[object] = []

    def open_it() -> None:
        found.append(require_clearing_accounts(ledger.id, {"EUR"})["EUR"].id)

    with connect() as other:
        account = (uuid.uuid4(), ledger.id)
        other.execute(
            "INSERT INTO ledger_account (id, ledger_id, code, name, ccy, type, non_negative, status, metadata, created_at)"
            " VALUES (%s, %s, 'FX-CLEARING-EUR', 'x', 'EUR', 'equity', false, 'active', '{}', now())",
            account,
        )
        other.execute("INSERT INTO fx_clearingaccount (account_id, ledger_id, ccy) VALUES (%s, %s, 'EUR')", account)
        thread = in_thread(open_it)
        backend_that_waits("ShareLock")
        other.commit()
        assert thread.outcome() is None
    assert found == [account[0]]
    assert ClearingAccount.objects.filter(ledger=ledger).count() == 1


def test_two_reversals_of_two_halves_at_once_are_one(ledger: Ledger, day: date) -> None:
    posted = post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day))
    outcomes: list[object] = []

    def undo(half: int) -> None:
        try:
            outcomes.append(reverse_journal(ReversalOrder(ledger.id, posted.journals[half].id, f"undo {half}")))
        except refusals.Refusal as refusal:
            outcomes.append(refusal)

    with connect() as holder:
        holder.execute("LOCK TABLE ledger_gate IN EXCLUSIVE MODE")
        threads = [in_thread(lambda half=half: undo(half)) for half in (0, 1)]  # type: ignore[misc]
        backend_that_waits("ExclusiveLock")
        holder.rollback()
    assert [thread.outcome() for thread in threads] == [None, None]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyReversed", "PostedTransfer"]
    assert Journal.objects.filter(ledger=ledger).count() == 4
    assert set(Balance.objects.filter(account__ledger=ledger).values_list("balance", flat=True)) == {Decimal(0)}


@pytest.fixture(params=["fx_settlement", "ledger_idempotencykey", "ledger_journal", "ledger_leg"])
def release(request: pytest.FixtureRequest) -> Iterator[Callable[[], object]]:
    """The statement that writes the table stops in its last trigger, until this is called."""
    table = request.param
    with connect("owner") as owner:
        owner.autocommit = True
        owner.execute(
            "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_advisory_xact_lock_shared(9); RETURN NULL; END'"
        )
        owner.execute(f"CREATE TRIGGER zz_stall AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION stall()")
        owner.execute("SELECT pg_advisory_lock(9)")
        try:
            yield lambda: owner.execute("SELECT pg_advisory_unlock_all()")
        finally:
            owner.execute("SELECT pg_advisory_unlock_all()")
            owner.execute("DROP FUNCTION stall CASCADE")


def kill(backend: int) -> None:
    with connect() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [backend])
        killer.commit()


def whole_settlements(ledger: Ledger) -> int:
    """How many settlements there are, after a look that nothing is there by halves."""
    settlements = Settlement.objects.filter(ledger=ledger)
    halves = {id_ for pair in settlements.values_list("base_journal_id", "quote_journal_id") for id_ in pair}
    assert halves == set(Journal.objects.filter(ledger=ledger).values_list("id", flat=True))
    return settlements.count()


def test_a_backend_killed_between_the_settlement_and_its_journals_leaves_neither(
    ledger: Ledger, day: date, release: Callable[[], object]
) -> None:
    before = Footprint.of(ledger)
    order = conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day)
    threads, outcomes = queue_up([order])
    backend = backend_that_waits("ShareLock")
    kill(backend)
    assert threads[0].outcome() is None
    # The COMMIT travels with the statements, so whoever lost the connection cannot know; the books do.
    assert isinstance(outcomes[0], refusals.OutcomeUnknown)
    assert whole_settlements(ledger) == 0
    assert Footprint.of(ledger).last_number == before.last_number
    release()
    assert not post_transfer(order).duplicate
    assert whole_settlements(ledger) == 1


@pytest.mark.usefixtures("stalled_commit")
def test_a_backend_killed_in_its_commit_leaves_both_or_neither_and_the_key_tells(ledger: Ledger, day: date) -> None:
    order = conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day)
    threads, outcomes = queue_up([order])
    kill(backend_that_waits("ShareLock"))
    assert threads[0].outcome() is None
    assert isinstance(outcomes[0], refusals.OutcomeUnknown)
    assert whole_settlements(ledger) == 0


def test_a_first_use_that_is_rolled_back_is_not_remembered(ledger: Ledger, day: date) -> None:
    from ledger.posting import Unit, unit

    order = conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=day)

    def work(books: Unit) -> None:
        books.post(order)
        raise refusals.Refusal("changed its mind")

    with pytest.raises(refusals.Refusal):
        unit(work)
    assert not ClearingAccount.objects.filter(ledger=ledger).exists()
    assert not post_transfer(order).duplicate
    assert whole_settlements(ledger) == 1


def test_what_only_postgresql_refuses_on_a_clearing_account_has_its_name_too(ledger: Ledger, day: date) -> None:
    """An account that became a clearing account behind the back of a process that had seen it before."""
    open_accounts(ledger, "LATE-EUR")
    post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "1.00"), leg("CASH-EUR", DEBIT, "1.00"), on=day))
    from ledger.queries.account_facts import account_facts

    late = account_facts(ledger.id, {"LATE-EUR"})["LATE-EUR"]
    ClearingAccount.objects.create(account_id=late.id, ledger=ledger, ccy_id="EUR")
    with pytest.raises(refusals.PostingNotAllowed):
        post_transfer(conversion(ledger, leg("LATE-EUR", DEBIT, "1.00"), leg("CASH-EUR", CREDIT, "1.00"), on=day))
    assert Journal.objects.filter(ledger=ledger).count() == 1
