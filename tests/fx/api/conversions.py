"""Short ways to write a transfer between two currencies."""

import uuid
from datetime import date
from typing import Any


def leg(account: str, side: str, amount: str | None) -> dict[str, Any]:
    content = {"account": account, "side": side, "ccy": account.rpartition("-")[2]}
    return content if amount is None else content | {"amount": amount}


def body(on: date, *legs: dict[str, Any], **rest: Any) -> dict[str, Any]:
    legs = legs or (leg("CASH-EUR", "credit", "100.00"), leg("CASH-USD", "debit", None))
    return {"idempotency_key": uuid.uuid4().hex, "legs": legs, "value_date": on.isoformat()} | rest


EUR, USD = leg("CASH-EUR", "credit", "100.00"), leg("CASH-USD", "debit", "110.00")
