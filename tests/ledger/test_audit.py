import pytest
from django.db import connection, transaction

from ledger.accounts import NewAccount, open_account
from ledger.api_keys import authenticate
from ledger.audit import Actor, recorded_as
from ledger.domain.refusals import InvalidRequest
from ledger.models import Account, AuditEntry, Ledger
from ledger.posting import post_transfer
from tests.ledger.api.calls import Api
from tests.ledger.orders import transfer


def entry_of(ledger: Ledger, code: str) -> AuditEntry:
    account = Account.objects.get(ledger=ledger, code=code)
    return AuditEntry.objects.filter(table_name="ledger_account", row_id=str(account.id)).latest("id")


def test_a_change_is_recorded_as_its_actors_and_the_next_is_nobodys(ledger: Ledger) -> None:
    with recorded_as(Actor(user_id=5, user_name='O\'Neil "quoted"')):
        open_account(NewAccount(ledger.id, "A", "A", "EUR"))
    open_account(NewAccount(ledger.id, "B", "B", "EUR"))
    assert (entry_of(ledger, "A").user_id, entry_of(ledger, "A").user_name) == (5, 'O\'Neil "quoted"')
    assert (entry_of(ledger, "B").user_id, entry_of(ledger, "B").user_name) == (None, "")


def test_nobody_is_named_inside_an_open_transaction(ledger: Ledger) -> None:
    """The name would outlive the block there, and fall on whatever comes after it."""
    with pytest.raises(RuntimeError), transaction.atomic(), recorded_as(Actor(user_id=5)):
        open_account(NewAccount(ledger.id, "A", "A", "EUR"))
    assert not Account.objects.filter(ledger=ledger).exists()


def test_a_posting_refuses_to_run_inside(ledger: Ledger, cash: Account, revenue: Account) -> None:
    with pytest.raises(RuntimeError), recorded_as(Actor(user_id=5)):
        post_transfer(transfer(ledger, "CASH", "REV", "1.00"))


def test_a_refusal_leaves_neither_a_change_nor_an_entry(ledger: Ledger) -> None:
    before = AuditEntry.objects.filter(ledger=ledger).count()
    with pytest.raises(InvalidRequest), recorded_as(Actor(user_id=5)):
        open_account(NewAccount(ledger.id, "A", "A", "EUR"))
        open_account(NewAccount(ledger.id, "not a code", "A", "EUR"))
    assert AuditEntry.objects.filter(ledger=ledger).count() == before


def test_what_an_api_key_changes_is_recorded_as_that_keys(ledger: Ledger) -> None:
    api = Api.on(ledger)
    caller = authenticate(str(api.key))
    assert caller
    body = {"code": "A", "name": "A", "ccy": "EUR"}
    assert api.post("/api/accounts/", body).status_code == 201
    assert entry_of(ledger, "A").api_key_id == caller.key_id
    assert api.patch("/api/accounts/A", {"status": "frozen"}).status_code == 200
    entry = entry_of(ledger, "A")
    assert (entry.operation, (entry.new_row or {})["status"], entry.api_key_id) == ("update", "frozen", caller.key_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('ledger.actor', true)")
        assert not cursor.fetchone()[0]
