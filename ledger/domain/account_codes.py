"""What an account's code looks like."""

import re

from ledger.domain.refusals import InvalidRequest

# A slash, or a code of one or two dots, would be lost on the way: clients and servers tidy them out of a URL's path.
_CODE = re.compile(r"(?!\.{1,2}\Z)[!-.0-~]{1,128}")


def is_account_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def require_account_code(code: str, *, field: str = "code") -> str:
    """The code, if it is one.

    Raises:
        InvalidRequest: empty, longer than 128 characters, or with a space, a slash or anything not printable ASCII.
    """
    if not is_account_code(code):
        raise InvalidRequest(
            "An account's code is 1 to 128 printable ASCII characters without spaces and slashes.", field=field
        )
    return code
