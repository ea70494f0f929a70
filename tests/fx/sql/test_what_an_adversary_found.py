"""Ways that somebody with the app's password once found past what fx promises, each closed since."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from fx.models import LedgerSettings, Rate
from fx.policies import set_spread
from ledger.models import Account, Ledger
from ledger.models.audit_entry import AuditEntry
from tests.fx.rates import store
from tests.fx.raw_settlements import RawSettlement
from tests.fx.sql.test_clearing_is_guarded import cash, clearing, committed, raw  # noqa: F401 - fixtures
from tests.ledger.raw_books import refused

_THE_OTHER_WAY_ROUND = """
    INSERT INTO fx_settlement (id, ledger_id, base_journal_id, quote_journal_id, base, quote, base_amount, quote_amount,
        base_side, rate, multiply_by, divide_by, rate_date, rate_source, path, steps, residual, rounding, spread_bps,
        book_value)
    SELECT gen_random_uuid(), ledger_id, quote_journal_id, base_journal_id, quote, base, quote_amount, base_amount,
        CASE base_side WHEN 'debit' THEN 'credit' ELSE 'debit' END, 1 / rate, divide_by, multiply_by, rate_date,
        rate_source, path, steps, 0, rounding, spread_bps, 999999
      FROM fx_settlement WHERE id = %s
"""


def test_no_journal_is_in_two_settlements(ledger: Ledger, raw: Callable[..., RawSettlement]) -> None:  # noqa: F811
    settled = committed(raw())
    assert settled.residual == 0

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(_THE_OTHER_WAY_ROUND, [settled.id])
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    refused(ledger, "settlement_joins_two_journals", attack)


@pytest.mark.parametrize(
    "lie",
    [
        {"book_value": Decimal("NaN")},
        {"spread_bps": Decimal("NaN")},
        {"rate_date": "infinity"},
    ],
    ids=lambda lie: "".join(f"{column} {value}" for column, value in lie.items()),
)
def test_a_settlements_figures_are_figures_and_its_day_is_a_day(
    ledger: Ledger,
    raw: Callable[..., RawSettlement],  # noqa: F811
    lie: dict[str, Any],
) -> None:
    refused(ledger, "settlement_figures_are_figures", raw(**lie).write)


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


@pytest.mark.parametrize("instant", ["'1999-01-01'", "'infinity'"])
def test_a_revision_is_recorded_when_it_is_recorded(
    ledger: Ledger, make_currency: Callable[..., str], instant: str
) -> None:
    rate = store(make_currency("A"), make_currency("Z"), "2")

    def attack(connection: psycopg.Connection) -> None:
        revise = f"UPDATE fx_rate SET value = 3, quoted_value = 3, revision = 2, recorded_at = {instant} WHERE id = %s"
        connection.execute(revise, [rate.id])

    refused(ledger, "rate_revision_is_kept", attack)
    assert list(rate.revisions.values_list("revision", flat=True)) == [1]


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1899-12-31"])
def test_a_rate_is_of_a_day(ledger: Ledger, make_currency: Callable[..., str], day: str) -> None:
    base, quote = make_currency("A"), make_currency("Z")

    def attack(connection: psycopg.Connection) -> None:
        connection.execute(
            "INSERT INTO fx_rate (id, base, quote, type, source, date, value, quoted_value, quoted_inverted, revision)"
            " VALUES (gen_random_uuid(), %s, %s, 'mid', 'test', %s, 2, 2, false, 1)",
            [base, quote, day],
        )

    refused(ledger, "rate_is_of_a_day", attack)
    assert not Rate.objects.filter(base_id=base).exists()


def test_what_a_ledger_tolerates_is_audited(ledger: Ledger, cash: tuple[Account, Account]) -> None:  # noqa: F811
    LedgerSettings.objects.create(ledger=ledger, tolerance_bps=9)
    assert AuditEntry.objects.filter(ledger_id=ledger.id, table_name="fx_ledgersettings").exists()


def test_what_a_ledger_earns_is_audited(ledger: Ledger, cash: tuple[Account, Account]) -> None:  # noqa: F811
    set_spread(ledger.id, "EUR/USD", "50", "CASH-USD")
    set_spread(ledger.id, "EUR/USD", "0", "CASH-USD")
    entries = AuditEntry.objects.filter(ledger_id=ledger.id, table_name="fx_spread")
    assert entries.count() == 2
