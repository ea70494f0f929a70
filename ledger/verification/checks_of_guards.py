"""Whether the triggers that hold the promises are there and switched on: who was let past them may have left no trace."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from ledger import sql
from ledger.domain.verification import Check, Discrepancy

_TRIGGER = re.compile(r"(CREATE|DROP)(?: OR REPLACE| CONSTRAINT)? TRIGGER (?:IF EXISTS )?(\w+)[^;]*? ON (\w+)")
_STATES = """
    SELECT tgname, tgrelid::regclass::text, CASE WHEN tgenabled IN ('O', 'A') THEN 'on' ELSE 'switched off' END
      FROM pg_trigger WHERE NOT tgisinternal
"""

# The folders of SQL whose triggers hold promises; other apps add theirs.
guarded = [sql.FILES]


def _find(_: UUID | None) -> Iterator[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        states = {(name, table): state for name, table, state in cursor.fetchall()}
    for name, table in sorted(_triggers()):
        state = states.get((name, table), "missing")
        if state != "on":
            yield Discrepancy("guards_are_on", "*", f"trigger {name} of {table}", "on", state)


def _triggers() -> set[tuple[str, str]]:
    """Every trigger with its table, after all versions of all files: a later one may take a trigger away again."""
    there: set[tuple[str, str]] = set()
    for text in (text for files in guarded for text in files.texts()):
        for verb, name, table in _TRIGGER.findall(text):
            if verb == "CREATE":
                there.add((name, table))
            else:
                there.discard((name, table))
    return there


GUARDS_ARE_ON = Check("guards_are_on", _find)
