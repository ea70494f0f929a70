"""The audit log through raw SQL: what must leave an entry, what must not, and what nobody can do to it."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ledger.models import Account, Ledger
from tests.ledger.raw_books import connect

AUDITED = {
    "ledger_ledger",
    "ledger_currency",
    "ledger_account",
    "ledger_apikey",
    "auth_user",
    "auth_group",
    "auth_user_groups",
    "auth_group_permissions",
    "auth_user_user_permissions",
}
USER = """INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active,
    date_joined) VALUES (%s, 'pbkdf2$the-hash', '', '', '', false, true, true, now()) RETURNING id"""
KEY = """INSERT INTO ledger_apikey (id, ledger_id, name, prefix, secret_hash, scopes, created_at)
    VALUES (%s, %s, '', 'dx_12345678', %s, '{read}', now())"""


@pytest.fixture
def app() -> Iterator[psycopg.Connection]:
    """A session of the app's role, as somebody with its password has it."""
    with connect() as connection:
        yield connection


def entries(table: str, row_id: Any) -> list[dict[str, Any]]:
    with connect() as reader:
        rows = reader.cursor(row_factory=dict_row).execute(
            "SELECT * FROM ledger_auditentry WHERE table_name = %s AND row_id = %s ORDER BY id", [table, str(row_id)]
        )
        return rows.fetchall()


def one(connection: psycopg.Connection, statement: str, *values: Any) -> Any:
    row = connection.execute(statement, values).fetchone()
    assert row
    return row[0]


def new_user(app: psycopg.Connection) -> int:
    user_id: int = one(app, USER, f"u-{uuid.uuid4().hex}")
    return user_id


def test_every_table_that_must_be_is_audited() -> None:
    with connect("owner") as owner:
        found = owner.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'change_is_audited' AND tgenabled = 'O'"
            # insert, update and delete, per row, after it
            " AND tgtype & 29 = 29 AND tgtype & 2 = 0"
        ).fetchall()
    assert {name for (name,) in found} == AUDITED


def test_a_freeze_is_recorded_with_what_was_and_what_is(app: psycopg.Connection, cash: Account) -> None:
    app.execute("UPDATE ledger_account SET status = 'frozen' WHERE id = %s", [cash.id])
    app.commit()
    opened, frozen = entries("ledger_account", cash.id)
    assert (opened["operation"], opened["old_row"], opened["new_row"]["code"]) == ("insert", None, "CASH")
    assert (frozen["operation"], frozen["old_row"]["status"], frozen["new_row"]["status"]) == (
        "update",
        "active",
        "frozen",
    )
    assert (frozen["ledger_id"], frozen["database_role"]) == (cash.ledger_id, "doublex_app")
    assert (frozen["user_id"], frozen["user_name"], frozen["api_key_id"]) == (None, "", None)


def test_an_update_that_changes_nothing_leaves_no_entry(app: psycopg.Connection, cash: Account) -> None:
    app.execute("UPDATE ledger_account SET name = name, status = status WHERE id = %s", [cash.id])
    app.commit()
    assert len(entries("ledger_account", cash.id)) == 1


def test_a_password_is_recorded_as_changed_and_never_as_itself(app: psycopg.Connection) -> None:
    user_id = new_user(app)
    app.execute("UPDATE auth_user SET password = 'pbkdf2$another-hash' WHERE id = %s", [user_id])
    app.execute("UPDATE auth_user SET last_login = now() WHERE id = %s", [user_id])
    app.execute("DELETE FROM auth_user WHERE id = %s", [user_id])
    app.commit()
    found = entries("auth_user", user_id)
    assert [entry["operation"] for entry in found] == ["insert", "update", "delete"]
    assert found[1]["new_row"]["password"] == "(changed)"
    assert not any("hash" in json.dumps([entry["old_row"], entry["new_row"]]) for entry in found)


def test_a_keys_hash_is_never_recorded_and_its_use_is_not_either(app: psycopg.Connection, ledger: Ledger) -> None:
    key_id, secret_hash = uuid.uuid4(), uuid.uuid4().bytes * 2
    app.execute(KEY, [key_id, ledger.id, secret_hash])
    app.execute("UPDATE ledger_apikey SET last_used_at = now() WHERE id = %s", [key_id])
    app.execute("UPDATE ledger_apikey SET revoked_at = now() WHERE id = %s", [key_id])
    app.commit()
    made, revoked = entries("ledger_apikey", key_id)
    assert made["operation"] == "insert"
    assert revoked["new_row"]["revoked_at"]
    assert revoked["ledger_id"] == ledger.id
    assert "secret_hash" not in made["new_row"] | revoked["old_row"] | revoked["new_row"]


def test_groups_their_members_and_rights_are_recorded(app: psycopg.Connection) -> None:
    user_id = new_user(app)
    group_id = one(app, "INSERT INTO auth_group (name) VALUES (%s) RETURNING id", uuid.uuid4().hex)
    permission_id = one(app, "SELECT min(id) FROM auth_permission")
    rows = [
        ("auth_user_groups", "user_id, group_id", (user_id, group_id)),
        ("auth_group_permissions", "group_id, permission_id", (group_id, permission_id)),
        ("auth_user_user_permissions", "user_id, permission_id", (user_id, permission_id)),
    ]
    for table, columns, values in rows:
        id_ = one(app, f"INSERT INTO {table} ({columns}) VALUES (%s, %s) RETURNING id", *values)
        app.execute(f"DELETE FROM {table} WHERE id = %s", [id_])
        app.commit()
        granted, taken = entries(table, id_)
        assert (granted["operation"], taken["operation"]) == ("insert", "delete")
        assert {granted["new_row"][column] for column in columns.split(", ")} == set(values)
        assert taken["old_row"] == granted["new_row"]


def test_who_was_named_in_one_transaction_is_forgotten_in_the_next(app: psycopg.Connection) -> None:
    """As behind a pooler, where the session's next transaction is somebody else's."""
    key_id = uuid.uuid4()
    actor = json.dumps({"user_id": 7, "user_name": "anna", "api_key_id": str(key_id)})
    app.execute("SELECT set_config('ledger.actor', %s, true)", [actor])
    named = new_user(app)
    app.commit()
    nameless = new_user(app)
    app.commit()
    (entry,) = entries("auth_user", named)
    assert (entry["user_id"], entry["user_name"], entry["api_key_id"]) == (7, "anna", key_id)
    (entry,) = entries("auth_user", nameless)
    assert (entry["user_id"], entry["user_name"], entry["api_key_id"]) == (None, "", None)


def test_a_change_that_is_rolled_back_leaves_no_entry(app: psycopg.Connection) -> None:
    user_id = new_user(app)
    app.rollback()
    assert not entries("auth_user", user_id)


ATTACKS = [
    "INSERT INTO ledger_auditentry (changed_at, user_name, database_role, table_name, row_id, operation)"
    " VALUES (now(), 'bob', 'x', 'auth_user', '1', 'insert')",
    "UPDATE ledger_auditentry SET user_name = 'bob'",
    "DELETE FROM ledger_auditentry",
    "TRUNCATE ledger_auditentry",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_app_can_neither_forge_nor_remove_an_entry(app: psycopg.Connection, cash: Account, attack: str) -> None:
    before = entries("ledger_account", cash.id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(attack)
    app.rollback()
    assert entries("ledger_account", cash.id) == before


@pytest.mark.parametrize("attack", ATTACKS[1:])
def test_not_even_the_owner_changes_or_removes_an_entry(cash: Account, attack: str) -> None:
    before = entries("ledger_account", cash.id)
    with connect("owner") as owner, pytest.raises(psycopg.errors.IntegrityError) as refusal:
        owner.execute(attack)
    assert refusal.value.diag.constraint_name == "audit_is_append_only"
    assert entries("ledger_account", cash.id) == before


@pytest.mark.parametrize(
    "attack",
    [
        "ALTER TABLE ledger_account DISABLE TRIGGER change_is_audited",
        "DROP TRIGGER change_is_audited ON ledger_account",
        "SET session_replication_role = replica",
        "CREATE TEMP TABLE auth_user (id int); CREATE TRIGGER forged AFTER INSERT ON auth_user"
        " FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}')",
        "SELECT setval('ledger_auditentry_id_seq', 1)",
        "ALTER FUNCTION change_is_audited() SECURITY INVOKER",
    ],
)
def test_the_app_cannot_get_round_the_trigger(app: psycopg.Connection, attack: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        for statement in attack.split("; "):
            app.execute(statement)


def test_the_app_cannot_pass_off_a_permission_as_another(app: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("UPDATE auth_permission SET codename = 'view_account' WHERE codename = 'reverse_journal'")


def test_the_read_only_role_reads_the_log() -> None:
    with connect("owner") as owner:
        rights = owner.execute(
            "SELECT has_table_privilege('doublex_readonly', 'ledger_auditentry', 'SELECT'),"
            " has_table_privilege('doublex_readonly', 'ledger_auditentry', 'INSERT, UPDATE, DELETE, TRUNCATE')"
        ).fetchone()
    assert rights == (True, False)
