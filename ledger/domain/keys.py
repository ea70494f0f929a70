"""What an idempotency key looks like."""

import re

from ledger.domain.refusals import InvalidRequest

_KEY = re.compile(r"[ -~]{1,255}")


def require_key(key: str, *, field: str = "idempotency_key") -> str:
    """The key, if it is one.

    Raises:
        InvalidRequest: empty, longer than 255 characters, or not printable ASCII.
    """
    if not _KEY.fullmatch(key):
        raise InvalidRequest("An idempotency key is 1 to 255 printable ASCII characters.", field=field)
    return key
