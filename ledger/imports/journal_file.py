"""Which file of journals is to be read, and how: all that another process needs to know to read it as well.

Nothing here needs Django, so that a process can be told before it has any.
"""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JournalFile:
    """`is_json` for JSON lines, CSV otherwise; `is_rehearsal` where its journals are only looked at."""

    path: Path
    ledger_id: UUID
    is_json: bool
    delimiter: str | None = None
    is_rehearsal: bool = False
