"""Rows whose metadata holds given values."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from ledger.domain.metadata import finite_number


def holding(wanted: Mapping[str, str], column: str = "metadata") -> Q:
    """The condition that each key has the value, which a URL can only give as text: `5` finds 5 and "5" alike."""
    # Said although it follows: it is what lets the planner use an index that leaves out rows without metadata.
    condition = ~Q(**{column: {}}) if wanted else Q()
    for key, text in wanted.items():
        as_text = Q(**{f"{column}__contains": {key: text}})
        scalar = _scalar(text)
        condition &= as_text if isinstance(scalar, str) else as_text | Q(**{f"{column}__contains": {key: scalar}})
    return condition


def _scalar(text: str) -> Any:
    """The number, truth value or null that the text writes in JSON; the text itself where it writes none."""
    try:
        value = json.loads(text, parse_constant=str, parse_float=finite_number)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, str | list | dict) else value
