"""Journals in files, as tests write them, and what became of them."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.models import Account, Balance, Journal, Ledger
from tests.ledger.api.calls import leg
from tests.ledger.imports.files import Said

Import = Callable[..., Said]
HEADER = "idempotency_key,account,side,amount,ccy,value_date,description,reference,metadata.shop\n"


def line(key: str | None, amount: Any = "10.00", **rest: Any) -> dict[str, Any]:
    legs = [leg("CASH", "debit", amount), leg("REV", "credit", amount)]
    return {"idempotency_key": key, "legs": legs} | rest


def lines(*bodies: dict[str, Any]) -> str:
    return "".join(json.dumps(body) + "\n" for body in bodies)


def pair(key: str, amount: str = "10.00", rest: str = ",,,") -> str:
    """A journal's two rows; `rest` is value date, description, reference and shop."""
    return f"{key},CASH,debit,{amount},EUR,{rest}\n{key},REV,credit,{amount},EUR,{rest}\n"


def keys(ledger: Ledger) -> list[str]:
    return list(Journal.objects.filter(ledger=ledger).values_list("idempotency_key__key", flat=True))


def balance(account: Account) -> Decimal:
    return Decimal(Balance.objects.values_list("balance", flat=True).get(account=account))


def errors_in(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
