"""The examples that the schema shows. Tests send the requests and check the answers against the schema."""

from typing import Any

from ledger.api.problems import problem

JOURNAL_ID = "01a20dfa-e364-720d-a982-63995d1236db"
_POSTED_AT = "2026-01-31T12:00:00.123456Z"

NEW_ACCOUNT = {
    "code": "CASH:1",
    "name": "Till 1",
    "ccy": "EUR",
    "type": "asset",
    "non_negative": True,
    "metadata": {"shop": 7},
}
ACCOUNT = NEW_ACCOUNT | {
    "id": "01a20df9-3c52-71a3-8f52-0b8d1c8f2a11",
    "normal_side": "debit",
    "status": "active",
    "parent": None,
    "balance": "0.00",
    "created_at": _POSTED_AT,
}
ACCOUNT_CHANGE = {"name": "Till 1, ground floor", "metadata": {"shop": 7, "floor": 0}}
CHANGED_ACCOUNT = ACCOUNT | ACCOUNT_CHANGE


def page_of(row: dict[str, Any]) -> dict[str, Any]:
    """A list's only page."""
    return {"results": [row], "next": None, "previous": None}


BALANCE = {
    "account": "DEMO-CASH",
    "ccy": "EUR",
    "balance": "12.34",
    "as_of": _POSTED_AT,
    "snapshot_source": "live",
    "debits": "12.34",
    "credits": "0.00",
}

_LEGS = [
    {"account": "DEMO-CASH", "side": "debit", "amount": "12.34", "ccy": "EUR"},
    {"account": "DEMO-REV", "side": "credit", "amount": "12.34", "ccy": "EUR"},
]
_POSTED_LEGS = [leg | {"balance_after": "12.34"} for leg in _LEGS]
_TEXTS = {"reference": "order-4711", "description": "Two coffees", "metadata": {"table": 3}}

STATEMENT = {
    "account": "DEMO-CASH",
    "ccy": "EUR",
    "by": "value",
    "from": "2026-01-01",
    "to": "2026-01-31",
    "opening": "0.00",
    "lines": [
        {
            "date": "2026-01-31",
            "value_date": "2026-01-31",
            "posted_at": _POSTED_AT,
            "journal_id": JOURNAL_ID,
            "number": 1,
            "position": 1,
            "side": "debit",
            "amount": "12.34",
            "balance": "12.34",
            "description": "Two coffees",
            "reference": "order-4711",
        }
    ],
    "closing": "12.34",
    "next": None,
    "previous": None,
}

NEW_TRANSFER = {"idempotency_key": "order-4711", "legs": _LEGS, **_TEXTS}
TRANSFER = {
    "journal_id": JOURNAL_ID,
    "journals": [{"id": JOURNAL_ID, "number": 1}],
    "number": 1,
    "status": "applied",
    "value_date": "2026-01-31",
    "created_at": _POSTED_AT,
    "legs": _POSTED_LEGS,
}
DUPLICATE = TRANSFER | {"status": "duplicate"}

NEW_BATCH = {
    "transfers": [
        {"idempotency_key": "order-4711", "legs": _LEGS},
        {"idempotency_key": "order-4712", "legs": [_LEGS[0], _LEGS[1] | {"amount": "12.30"}]},
    ],
    "atomic": False,
}
BATCH = {
    "results": [
        TRANSFER,
        {
            "status": "refused",
            "error": problem(
                "journal_not_balanced",
                "Debits are 12.34 EUR and credits 12.30 EUR: they differ by 0.04.",
                "legs",
            ),
        },
    ]
}

JOURNAL = {
    "id": JOURNAL_ID,
    "number": 1,
    "kind": "transfer",
    "value_date": "2026-01-31",
    "posted_at": _POSTED_AT,
    **_TEXTS,
    "idempotency_key": "order-4711",
    "reverses": None,
    "reversed_by": None,
    "legs": _POSTED_LEGS,
}
NEW_REVERSAL = {"idempotency_key": "undo-4711", "description": "Sent back"}
_REVERSAL_ID = "01a20dfb-0a11-7c55-9d0e-5a4f3f6f9a10"
REVERSAL = TRANSFER | {
    "journal_id": _REVERSAL_ID,
    "journals": [{"id": _REVERSAL_ID, "number": 2}],
    "number": 2,
    "legs": [
        _LEGS[0] | {"side": "credit", "balance_after": "0.00"},
        _LEGS[1] | {"side": "debit", "balance_after": "0.00"},
    ],
}
