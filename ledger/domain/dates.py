"""How a day is written."""

import re
from datetime import date

from ledger.domain.refusals import InvalidRequest


def parse_date(text: str, field: str | None = None) -> date:
    """The day that the text names.

    Raises:
        InvalidRequest: it is not written as 2026-01-31, or there is no such day; names the `field`.
    """
    try:
        # fromisoformat alone would take 20260115 and 2026-W03-4 as well.
        if re.fullmatch(r"(?a:\d{4}-\d\d-\d\d)", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidRequest(f"{text[:60]!r} is not a date: write it as 2026-01-31.", field=field)
