"""What the audit log says, as its readers say it."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.accounts import AccountChange, change_account
from ledger.admin.audit_words import changes_of
from ledger.domain.accounts import AccountStatus
from ledger.ledgers import set_transfer_limit
from ledger.models import Account, AuditEntry, Ledger
from tests.ledger.admin.pages import Office, list_url, page_url

LOG = list_url("ledger_auditentry")


def change(before: Any, after: Any, column: str = "any") -> tuple[str, str, str]:
    entry = AuditEntry(table_name="t", operation="update", old_row={column: before}, new_row={column: after})
    ((name, old, new),) = changes_of(entry, {})
    return name, old, new


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, True, ("-", "yes")),
        (False, True, ("no", "yes")),
        (Decimal("250000.0"), Decimal("0.5"), ("250000", "0.5")),
        (Decimal("1E+19"), 3, ("10000000000000000000", "3")),
        (["read"], ["read", "post"], ("read", "read, post")),
        ([], "", ("-", "-")),
        (None, "2026-01-31T12:00:00.123456+00:00", ("-", "2026-01-31 12:00:00 UTC")),
        ("2026-01-31T12:00", {"a": 1}, ("2026-01-31T12:00", "{'a': 1}")),
    ],
)
def test_a_value_is_said_as_people_write_it(before: Any, after: Any, said: tuple[str, str]) -> None:
    assert change(before, after) == ("any", *said)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("non_negative", "must not go below zero"),
        ("base_ccy", "base currency"),
        ("is_staff", "may log in to the back office"),
        ("transfer_limit", "transfer limit"),
        ("parent_id", "parent"),
    ],
)
def test_a_column_is_called_by_what_it_means(column: str, said: str) -> None:
    assert change("a", "b", column) == (said, "a", "b")


def test_the_log_says_what_was_done_and_not_what_the_database_calls_it(ledger: Ledger, cash: Account) -> None:
    set_transfer_limit(ledger.code, "500.50")
    change_account(ledger.id, "CASH", AccountChange(status=AccountStatus.FROZEN))
    office = Office.of_group("auditors")
    page = office.page(LOG, ledger__id__exact=str(ledger.id))
    assert f"ledger changed {ledger.code}: transfer limit - → 500.5" in page
    assert "account changed CASH: status active → frozen" in page
    assert "account added CASH" in page
    for raw in ("insert", "update", "ledger_account", "ledger_ledger"):
        assert raw not in page.replace(ledger.code, "")
    changed = AuditEntry.objects.filter(ledger=ledger, table_name="ledger_account", operation="update").get()
    detail = office.page(page_url("ledger_auditentry", changed.id))
    assert f"Entry {changed.id}" in detail
    assert "ledger_account" not in detail


def test_a_limit_is_told_to_its_last_digit(ledger: Ledger) -> None:
    for limit in ("99999999999999999998.01", "99999999999999999998.02"):
        set_transfer_limit(ledger.code, limit)
    page = Office.of_group("auditors").page(LOG, ledger__id__exact=str(ledger.id))
    assert f"{ledger.code}: transfer limit 99999999999999999998.01 → 99999999999999999998.02" in page


def test_the_log_is_narrowed_by_what_was_done(ledger: Ledger, cash: Account) -> None:
    set_transfer_limit(ledger.code, "500")
    office = Office.of_group("auditors")
    page = office.page(LOG, ledger__id__exact=str(ledger.id), operation="update")
    assert "transfer limit" in page
    assert "account added" not in page
    assert "account added" in office.page(LOG, ledger__id__exact=str(ledger.id), operation="nonsense")


def test_settings_of_conversions_are_called_by_name() -> None:
    assert "conversion settings" in Office.of_group("auditors").page(LOG)
