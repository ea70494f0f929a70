"""Whether the triggers that hold the promises are there and switched on: who was let past them may have left no trace."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from ledger import sql
from ledger.domain.verification import Check, Discrepancy

_TRIGGER = re.compile(r"CREATE OR REPLACE TRIGGER (\w+)")
_STATES = """
    SELECT tgname, CASE tgenabled WHEN 'O' THEN 'on' WHEN 'A' THEN 'on' ELSE 'switched off' END
      FROM pg_trigger WHERE NOT tgisinternal
"""


def _find(_: UUID | None) -> Iterator[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        states: dict[str, str] = dict(cursor.fetchall())
    for name in sorted({trigger for text in sql.texts() for trigger in _TRIGGER.findall(text)}):
        if states.get(name) != "on":
            yield Discrepancy("guards_are_on", "*", f"trigger {name}", "on", states.get(name, "missing"))


GUARDS_ARE_ON = Check("guards_are_on", _find)
