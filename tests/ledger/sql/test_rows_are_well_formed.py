"""Every CHECK of the books, attacked by the owner of the tables, whom no grant stops; and none is forgotten."""

import psycopg
import pytest

from ledger.api_keys import create_api_key
from ledger.models import Account, Ledger
from tests.ledger.raw_books import connect

ATTACKS = {
    "account_code_is_printable": "UPDATE ledger_account SET code = 'a b'",
    "account_is_not_its_own_parent": "UPDATE ledger_account SET parent_id = id",
    "account_must_not_go_below_zero": "UPDATE ledger_balance SET credits = 1",
    "account_status_is_known": "UPDATE ledger_account SET status = 'lost'",
    "account_type_is_known": "UPDATE ledger_account SET type = 'wish'",
    "api_key_has_a_scope": "INSERT INTO ledger_apikey (id, ledger_id, name, prefix, secret_hash, scopes, created_at)"
    " SELECT gen_random_uuid(), id, '', '', '\\x00', '{{}}', now() FROM ledger_ledger WHERE id = '{ledger}'",
    "api_key_scopes_are_known": "INSERT INTO ledger_apikey (id, ledger_id, name, prefix, secret_hash, scopes, created_at)"
    " SELECT gen_random_uuid(), id, '', '', '\\x00', '{{root}}', now() FROM ledger_ledger WHERE id = '{ledger}'",
    "balance_totals_only_grow": "UPDATE ledger_balance SET debits = -1, credits = -1",
    "book_state_number_counts_up": "UPDATE ledger_bookstate SET last_number = -1",
    "currency_code_is_upper_case": "INSERT INTO ledger_currency VALUES ('eur', 'Euro', 2, true)",
    "currency_minor_units_in_range": "INSERT INTO ledger_currency VALUES ('XXQ', 'Too fine', 19, true)",
    "key_has_journals": "INSERT INTO ledger_idempotencykey VALUES (gen_random_uuid(), 'k', '\\x00', 0, '{ledger}')",
    "key_is_printable": "INSERT INTO ledger_idempotencykey VALUES (gen_random_uuid(), 'ä', '\\x00', 1, '{ledger}')",
    "ledger_code_is_a_slug": "INSERT INTO ledger_ledger (id, code, base_ccy, timezone, created_at)"
    " VALUES (gen_random_uuid(), 'No Slug', 'EUR', 'UTC', now())",
    "ledger_transfer_limit_is_positive": "UPDATE ledger_ledger SET transfer_limit = 0",
}
IN_OTHER_TESTS = {
    "journal_has_at_least_two_legs",
    "journal_kind_is_known",
    "journal_reversal_says_what_it_reverses",
    "journal_value_date_is_a_day",
    "leg_amount_is_positive",
    "leg_side_is_known",
}
JOURNAL = (
    "INSERT INTO ledger_journal (id, ledger_id, number, kind, idempotency_key_id, ordinal, value_date, posted_at,"
    " description, reference, metadata, leg_count, reverses_id) VALUES (gen_random_uuid(), '{ledger}', 1, {kind},"
    " gen_random_uuid(), 1, '2026-01-01', now(), '', '', '{{}}', 2, {reverses})"
)
JOURNAL_ATTACKS = {
    "journal_kind_is_known": {"kind": "'gift'", "reverses": "NULL"},
    "journal_reversal_says_what_it_reverses": {"kind": "'transfer'", "reverses": "gen_random_uuid()"},
}


def refused_by(constraint: str, statement: str, scope: str) -> None:
    """The statement, narrowed to the test's own rows, is refused by that CHECK."""
    if statement.startswith("UPDATE"):
        statement += f" WHERE {scope}"
        # The identity triggers stand before some of the CHECKs; here it is the CHECK's turn.
        statement = f"ALTER TABLE {statement.split()[1]} DISABLE TRIGGER USER; {statement}"
    with connect("owner") as owner, pytest.raises(psycopg.errors.CheckViolation) as refusal:
        owner.execute(statement)
    assert refusal.value.diag.constraint_name == constraint


@pytest.mark.parametrize("constraint", ATTACKS)
def test_malformed_row_is_refused_by_name(ledger: Ledger, make_account: "type[Account]", constraint: str) -> None:
    account = make_account("WALLET", non_negative=True)
    statement = ATTACKS[constraint].format(ledger=ledger.id)
    scopes = {
        "ledger_account": f"id = '{account.id}'",
        "ledger_balance": f"account_id = '{account.id}'",
        "ledger_bookstate": f"ledger_id = '{ledger.id}'",
        "ledger_ledger": f"id = '{ledger.id}'",
    }
    refused_by(constraint, statement, scopes.get(statement.split()[1], ""))


@pytest.mark.parametrize("constraint", JOURNAL_ATTACKS)
def test_malformed_journal_is_refused_by_name(ledger: Ledger, constraint: str) -> None:
    refused_by(constraint, JOURNAL.format(ledger=ledger.id, **JOURNAL_ATTACKS[constraint]), "")


def test_a_leg_is_on_one_of_two_sides(ledger: Ledger) -> None:
    leg = (
        "INSERT INTO ledger_leg (ledger_id, journal_id, position, account_id, side, amount, ccy, value_date, account_seq,"
        f" balance_after) VALUES ('{ledger.id}', gen_random_uuid(), 1, gen_random_uuid(), 'left', 1, 'EUR',"
        " '2026-01-01', 1, 1)"
    )
    refused_by("leg_side_is_known", leg, "")


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE ledger_currency SET minor_units = 3 WHERE code = 'USD'", "currency_identity_is_immutable"),
        ("UPDATE ledger_ledger SET base_ccy = 'USD' WHERE id = '{ledger}'", "ledger_identity_is_immutable"),
        ("UPDATE ledger_apikey SET scopes = '{{post}}' WHERE ledger_id = '{ledger}'", "api_key_identity_is_immutable"),
        (
            "UPDATE ledger_apikey SET ledger_id = (SELECT id FROM ledger_ledger WHERE id <> '{ledger}' LIMIT 1)"
            " WHERE ledger_id = '{ledger}'",
            "api_key_identity_is_immutable",
        ),
    ],
)
def test_what_is_remembered_never_changes(ledger: Ledger, statement: str, constraint: str) -> None:
    create_api_key(ledger.code, ["read"])
    with connect("owner") as owner, pytest.raises(psycopg.errors.IntegrityError) as refusal:
        owner.execute(statement.format(ledger=ledger.id))
    assert refusal.value.diag.constraint_name == constraint


def test_no_check_of_the_books_goes_without_an_attack() -> None:
    with connect("owner") as owner:
        rows = owner.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text LIKE 'ledger\\_%'"
            " AND conrelid::regclass::text <> 'ledger_gate'"
        ).fetchall()
    assert {name for (name,) in rows} == set(ATTACKS) | IN_OTHER_TESTS
