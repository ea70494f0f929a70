"""Metadata: a caller's own small JSON object, kept as it is and never interpreted."""

import json
import math
from collections.abc import Mapping
from typing import Any

from ledger.domain.refusals import InvalidRequest

BYTES_MAX = 8 * 1024
DEPTH_MAX = 16


def require_small(metadata: Mapping[str, Any], *, field: str = "metadata") -> None:
    """Refuse metadata that is larger or deeper than anybody needs to find a record again.

    Raises:
        InvalidRequest: more than 8 KiB as compact JSON, or nested more than 16 deep.
    """
    if not metadata:
        return
    if _is_deeper_than(DEPTH_MAX, metadata):
        raise InvalidRequest(f"Metadata is nested at most {DEPTH_MAX} deep.", field=field)
    size_bytes = len(json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode())
    if size_bytes > BYTES_MAX:
        raise InvalidRequest(f"Metadata holds at most {BYTES_MAX} bytes of JSON; this has {size_bytes}.", field=field)


def finite_number(text: str) -> float:
    """The number that JSON's `text` writes, if it can be kept: 1e999 would become an infinity, which JSON lacks.

    Raises:
        ValueError: it is too large.
    """
    number: float = json.loads(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:60]} is too large")
    return number


def _is_deeper_than(depth: int, value: object) -> bool:
    # Level by level and not by recursion, which deep input would exhaust.
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
