"""The fields of the wire as the schema shows them.

What a pattern says here is for readers and their tools: nothing is enforced by it. The books refuse by themselves, and
say more about it than a pattern could.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from ledger.domain.accounts import AccountStatus, AccountType
from ledger.domain.journals import JournalKind
from ledger.domain.money import DECIMALS_MAX, INTEGER_DIGITS_MAX


def shown(description: str, example: object = None, **keywords: object) -> Meta:
    """What the schema says of a field: its meaning, one example, and further keywords of JSON Schema."""
    return Meta(
        description=description,
        examples=None if example is None else [example],
        extra_json_schema={name.rstrip("_"): value for name, value in keywords.items()} or None,
    )


AccountCode = Annotated[
    str,
    shown(
        "1 to 128 printable ASCII characters without spaces and slashes, and not `.` or `..`; upper and lower case differ.",
        "CASH:1",
        pattern=r"^(?!\.{1,2}$)[!-.0-~]{1,128}$",
    ),
]
AccountName = Annotated[str, shown("What people call the account.", "Till 1", minLength=1, maxLength=255)]
Currency = Annotated[
    str, shown("An ISO 4217 code, or that of a custom currency.", "EUR", pattern="^[A-Z][A-Z0-9]{2,11}$")
]
Amount = Annotated[
    str,
    shown(
        "In major units of the currency, above zero, with no more decimals than the currency has.",
        "12.34",
        pattern=f"^[0-9]{{1,{INTEGER_DIGITS_MAX}}}([.][0-9]{{1,{DECIMALS_MAX}}})?$",
    ),
]
Total = Annotated[
    str,
    shown(
        "In major units, with exactly the currency's decimals. A balance is positive on the account's normal side.",
        "12.34",
        pattern="^-?[0-9]+([.][0-9]+)?$",
    ),
]
IdempotencyKey = Annotated[
    str, shown("1 to 255 printable ASCII characters: posts once, for ever.", "order-4711", pattern="^[ -~]{1,255}$")
]
Metadata = Annotated[
    Mapping[str, Any],
    shown("A JSON object of the caller's, at most 8 KiB and 16 levels deep, never interpreted.", {"table": 3}),
]
Instant = Annotated[datetime, Meta(tz=True, examples=["2026-01-31T12:00:00.123456Z"])]

# Read off the books as plain text; the schema says which words there are.
AccountTypeWord = Annotated[str, shown("Decides the normal side.", "asset", enum=[word.value for word in AccountType])]
AccountStatusWord = Annotated[
    str, shown("Only an active account takes legs.", "active", enum=[word.value for word in AccountStatus])
]
JournalKindWord = Annotated[str, shown("How it came about.", "transfer", enum=[word.value for word in JournalKind])]
SideWord = Annotated[str, shown("Which way the amount goes.", "debit", enum=["debit", "credit"])]
