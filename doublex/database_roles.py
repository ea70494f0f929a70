"""Who may do what in the database: the owner migrates, the app appends, the read-only role reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

# Waits are bounded by the role itself, so that no session of it can forget to.
APP_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}

# What the app may do on tables of the books; on every other table of Django's it reads and writes freely.
# A column list after UPDATE is what `SELECT FOR UPDATE` needs to lock a row whose columns stay unwritable.
APP_GRANTS = {
    "ledger_gate": "UPDATE",
    "ledger_currency": "SELECT, INSERT, UPDATE (name)",
    "ledger_ledger": "SELECT, INSERT, UPDATE (transfer_limit)",
    "ledger_bookstate": "SELECT, UPDATE (ledger_id)",
    "ledger_account": "SELECT, INSERT, UPDATE (name, status, parent_id, metadata)",
    "ledger_balance": "SELECT, UPDATE (account_id)",
    "ledger_idempotencykey": "SELECT, INSERT",
    "ledger_journal": "SELECT, INSERT",
    "ledger_leg": "SELECT, INSERT",
    # Entries are written by a trigger with the owner's rights, and by nobody else.
    "ledger_auditentry": "SELECT",
    "ledger_apikey": "SELECT, INSERT, UPDATE (name, last_used_at, revoked_at)",
    "fx_rate": "SELECT, INSERT, UPDATE (value, quoted_value, quoted_inverted, revision, recorded_at)",
    "fx_raterevision": "SELECT",
    "fx_clearingaccount": "SELECT, INSERT",
    "fx_settlement": "SELECT, INSERT",
    "fx_revaluation": "SELECT, INSERT",
    "fx_ledgersettings": "SELECT, INSERT, UPDATE (tolerance_bps, rounding)",
    "fx_spread": "SELECT, INSERT, UPDATE (bps, income_account_id)",
    # What a permission means is written by migrations; who holds it is written by the app, and audited.
    "auth_permission": "SELECT",
    "django_content_type": "SELECT",
}

# A trigger function writes with the owner's rights. Whoever may execute it could attach it to a temporary table of his
# own and have it fold invented legs into real balances.
_TRIGGER_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
"""


@dataclass(frozen=True)
class Role:
    """A role to log in as. Without a password it is made without one."""

    name: str
    password: str | None = None


def grant_roles(owner: BaseDatabaseWrapper, app: Role, readonly: Role) -> None:
    """Create the two roles where they are missing and give them exactly their rights. Safe to repeat."""
    with owner.cursor() as cursor:
        for statement in _statements(owner, app, readonly):
            cursor.execute(statement)


def _statements(owner: BaseDatabaseWrapper, app: Role, readonly: Role) -> Iterator[sql.Composed]:
    with owner.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        existing = {name for (name,) in cursor.fetchall()}
    # A function of one's own, in a temporary schema, could write legs in several statements within one statement.
    yield _compose("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", owner.settings_dict["NAME"])
    for role in (app, readonly):
        yield from _role(role, exists=role.name in existing)
        yield _compose("GRANT CONNECT ON DATABASE {} TO {}", owner.settings_dict["NAME"], role.name)
        yield _compose("REVOKE TEMPORARY ON DATABASE {} FROM {}", owner.settings_dict["NAME"], role.name)
        yield _compose("GRANT USAGE ON SCHEMA public TO {}", role.name)
        yield _compose("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", role.name)
    yield from _trigger_functions(owner)
    yield _compose("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", readonly.name)
    # Who can read a session can become its user.
    yield _compose("REVOKE SELECT ON django_session, auth_user FROM {}", readonly.name)
    yield _compose("ALTER ROLE {} SET default_transaction_read_only = on", readonly.name)
    for setting, value in APP_SETTINGS.items():
        yield sql.SQL("ALTER ROLE {} SET {} = {}").format(
            sql.Identifier(app.name), sql.Identifier(setting), sql.Literal(value)
        )
    yield _compose("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}", app.name)
    for table, rights in _rights().items():
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), sql.Identifier(app.name))


def _trigger_functions(owner: BaseDatabaseWrapper) -> Iterator[sql.Composed]:
    with owner.cursor() as cursor:
        cursor.execute(_TRIGGER_FUNCTIONS)
        for (function,) in cursor.fetchall():
            # PostgreSQL's own spelling, arguments and quotes included.
            yield sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function))


def _role(role: Role, *, exists: bool) -> Iterator[sql.Composed]:
    if not exists:
        yield _compose("CREATE ROLE {} LOGIN", role.name)
    if role.password:
        yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role.name), sql.Literal(role.password))


def _rights() -> dict[str, str]:
    tables = {
        model._meta.db_table: "SELECT, INSERT, UPDATE, DELETE" for model in apps.get_models(include_auto_created=True)
    }
    return {"django_migrations": "SELECT"} | tables | APP_GRANTS


def _compose(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
