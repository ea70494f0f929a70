"""Ways that somebody with the app's password once found past what fx promises, each closed since."""

from collections.abc import Callable

import psycopg
import pytest

from fx.models import LedgerSettings, Rate
from ledger.models import Account, Ledger
from ledger.models.audit_entry import AuditEntry
from tests.fx.raw_settlements import RawSettlement
from tests.fx.sql.test_clearing_is_guarded import cash, clearing, committed, raw  # noqa: F401 - fixtures
from tests.ledger.raw_books import refused

_THE_OTHER_WAY_ROUND = """
    INSERT INTO fx_settlement (id, ledger_id, base_journal_id, quote_journal_id, base, quote, base_amount, quote_amount,
        base_side, rate, multiply_by, divide_by, rate_date, rate_source, path, steps, residual, rounding, spread_bps,
        book_value)
    SELECT gen_random_uuid(), ledger_id, quote_journal_id, base_journal_id, quote, base, quote_amount, base_amount,
        CASE base_side WHEN 'debit' THEN 'credit' ELSE 'debit' END, 1 / rate, divide_by, multiply_by, rate_date,
        rate_source, path, steps, 0, rounding, spread_bps, {book_value}
      FROM fx_settlement WHERE id = %s
"""


def test_no_journal_is_in_two_settlements(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:  # noqa: F811
    settled = committed(raw())
    assert settled.residual == 0

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(_THE_OTHER_WAY_ROUND.format(book_value="999999"), [settled.id])
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    refused(ledger, "settlement_joins_two_journals", attack)


def test_a_settlement_is_worth_a_number(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:  # noqa: F811
    settled = committed(raw())

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(_THE_OTHER_WAY_ROUND.format(book_value="'NaN'"), [settled.id])

    refused(ledger, "settlement_figures_are_figures", attack)


@pytest.mark.parametrize(
    ("figure", "constraint"), [("1", "revaluation_has_its_journals"), ("'NaN'", "revaluation_is_of_a_day_and_a_figure")]
)
def test_a_revaluation_is_of_journals_of_its_own(
    ledger: Ledger,
    raw: Callable[..., RawSettlement],  # noqa: F811
    figure: str,
    constraint: str,
) -> None:
    settled = committed(raw())

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(
            "INSERT INTO fx_revaluation (id, ledger_id, date, ordinal, result, amount, positions, journal_id, reversal_id)"
            f" VALUES (gen_random_uuid(), %s, '2026-01-15', 1, {figure}, {figure}, '[]', %s, %s)",
            [ledger.id, settled.base_journal_id, settled.quote_journal_id],
        )

    refused(ledger, constraint, attack)


@pytest.mark.parametrize("instant", ["'1999-01-01'", "'-infinity'", "'infinity'"])
def test_a_rate_is_recorded_when_it_is_recorded(
    ledger: Ledger, make_currency: Callable[..., str], instant: str
) -> None:
    base, quote = make_currency("A"), make_currency("Z")

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(
            "INSERT INTO fx_rate (id, base, quote, type, source, date, value, quoted_value, quoted_inverted, revision,"
            f" recorded_at) VALUES (gen_random_uuid(), %s, %s, 'mid', 'test', '2026-01-15', 2, 2, false, 1, {instant})",
            [base, quote],
        )

    refused(ledger, "rate_revision_is_kept", attack)
    assert not Rate.objects.filter(base_id=base).exists()


def test_what_a_ledger_tolerates_is_audited(ledger: Ledger, cash: tuple[Account, Account]) -> None:  # noqa: F811
    LedgerSettings.objects.create(ledger=ledger, tolerance_bps=9)
    assert AuditEntry.objects.filter(ledger_id=ledger.id, table_name="fx_ledgersettings").exists()
