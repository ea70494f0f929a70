"""An audit entry in words: its columns by name, and the names of the users, groups and permissions it speaks of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission, User

from ledger.admin.cells import NOTHING
from ledger.domain.money import EXACT
from ledger.models import AuditEntry

KINDS = {
    "ledger_ledger": "ledger",
    "ledger_currency": "currency",
    "ledger_account": "account",
    "ledger_apikey": "API key",
    "auth_user": "user",
    "auth_group": "group",
    "auth_user_groups": "member of group",
    "auth_group_permissions": "permission of group",
    "auth_user_user_permissions": "permission of user",
}

OPERATIONS = {"insert": "added", "update": "changed", "delete": "removed"}

# Columns whose names say little to people; the others are called as they are, with spaces.
_COLUMNS = {
    "base_ccy": "base currency",
    "ccy": "currency",
    "created_at": "made at",
    "date_joined": "made at",
    "is_active": "active",
    "is_custom": "custom",
    "is_staff": "may log in to the back office",
    "minor_units": "decimals",
    "non_negative": "must not go below zero",
    "prefix": "begins with",
    "username": "user name",
    "is_superuser": "superuser",
    "income_account_id": "income account",
    "bps": "basis points",
    "tolerance_bps": "tolerance in basis points",
}
# What PostgreSQL writes for an instant, to the microsecond.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")

SHOWN_LENGTH_MAX = 120

# What the trigger writes in the place of a secret's new value.
HIDDEN = "(changed)"

# What names a row best, the first that it has.
_TITLES = ("code", "username", "prefix", "name")

Names = dict[tuple[str, Any], str]


def names_in(entries: Sequence[AuditEntry]) -> Names:
    """The names of what the entries refer to, as far as it is still there: three statements for all of them."""
    rows = [row for entry in entries for row in (entry.old_row, entry.new_row) if row]
    wanted = {column: {row[column] for row in rows if column in row} for column in ("user_id", "group_id")}
    permissions = Permission.objects.filter(id__in={row.get("permission_id") for row in rows} - {None})
    found = {
        "user_id": User.objects.filter(id__in=wanted["user_id"]).values_list("id", "username"),
        "group_id": Group.objects.filter(id__in=wanted["group_id"]).values_list("id", "name"),
        "permission_id": permissions.values_list("id", "name"),
    }
    return {(column, id_): name for column, pairs in found.items() for id_, name in pairs}


def summary_of(entry: AuditEntry, names: Names) -> str:
    """One line: which row, and for an update what became what."""
    row = entry.new_row or entry.old_row or {}
    title = next((str(row[column]) for column in _TITLES if row.get(column)), "")
    if not title:
        title = ", ".join(f"{_name(column)} {_value(column, row, names)}" for column in row if column != "id")
    if entry.operation == "update":
        parts = (_change(*change) for change in changes_of(entry, names))
        title = f"{title}: {', '.join(parts)}"
    return title if len(title) <= SHOWN_LENGTH_MAX else f"{title[: SHOWN_LENGTH_MAX - 1]}…"


def changes_of(entry: AuditEntry, names: Names) -> Iterator[tuple[str, str, str]]:
    """Each column that differs: its name, its value before and after."""
    old, new = entry.old_row or {}, entry.new_row or {}
    for column in _columns(old, new):
        if column not in old or column not in new or old[column] != new[column]:
            yield _name(column), _value(column, old, names), _value(column, new, names)


def _change(column: str, before: str, after: str) -> str:
    return f"{column} changed" if after == HIDDEN else f"{column} {before} → {after}"


def _columns(*rows: dict[str, Any]) -> Iterable[str]:
    return dict.fromkeys(column for row in rows for column in row)


def _name(column: str) -> str:
    return _COLUMNS.get(column) or column.removesuffix("_id").replace("_", " ")


def _value(column: str, row: dict[str, Any], names: Names) -> str:
    value = row.get(column)
    if value is None or value == "":
        return NOTHING
    # Metadata and scopes are no keys of a dictionary, and have no names.
    known = names.get((column, value)) if isinstance(value, int) else None
    return known or _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        # An amount has all the decimals that a column can hold: 500.000000000000000000.
        return f"{EXACT.normalize(value):f}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return f"{value[:10]} {value[11:19]} UTC"
    return str(value)
