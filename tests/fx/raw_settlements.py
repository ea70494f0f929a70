"""Settlements written by hand in SQL, truthful unless a test makes them lie."""

import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg

from ledger.models import Account, BookState, Ledger
from tests.ledger.raw_books import JOURNAL, KEY, LEG, RawLeg, RawPosting

COLUMNS = (
    "id",
    "ledger_id",
    "base_journal_id",
    "quote_journal_id",
    "base",
    "quote",
    "base_amount",
    "quote_amount",
    "base_side",
    "rate",
    "multiply_by",
    "divide_by",
    "rate_date",
    "rate_source",
    "path",
    "steps",
    "residual",
    "rounding",
    "spread_bps",
    "book_value",
    "reverses_id",
)


@dataclass
class RawSettlement:
    """100 EUR become 110 USD: the settlement, its two journals and one key, each of which may be left out or lie."""

    ledger: Ledger
    cash: tuple[Account, Account]
    clearing: tuple[Account, Account]
    lies: dict[str, Any] = field(default_factory=dict)
    reverses: tuple[Any, Any, Any] = (None, None, None)

    def __post_init__(self) -> None:
        key, key_id = uuid.uuid4().hex, uuid.uuid4()
        sides = ("credit", "debit") if self.reverses[0] is None else ("debit", "credit")
        self.postings = [
            RawPosting(
                self.ledger,
                [RawLeg(self.cash[n], sides[n], amount), RawLeg(self.clearing[n], sides[1 - n], amount)],
                key=key,
                key_id=key_id,
                ordinal=n + 1,
                journal_count=2,
                reverses=self.reverses[n],
            )
            for n, amount in enumerate((Decimal("100.00"), Decimal("110.00")))
        ]

    def write(self, connection: psycopg.Connection) -> None:
        self.write_settlement(connection)
        self.write_journals(connection)

    def write_settlement(self, connection: psycopg.Connection) -> None:
        base, quote = self.postings
        values = {
            "id": uuid.uuid4(),
            "ledger_id": self.ledger.id,
            "base_journal_id": base.journal_id,
            "quote_journal_id": quote.journal_id,
            "base": "EUR",
            "quote": "USD",
            "base_amount": Decimal("100.00"),
            "quote_amount": Decimal("110.00"),
            "base_side": base.legs[1].side,
            "rate": Decimal("1.1"),
            "multiply_by": Decimal("1.1"),
            "divide_by": Decimal(1),
            "rate_date": "2026-01-15",
            "rate_source": "ECB",
            "path": "direct",
            "steps": json.dumps([]),
            "residual": Decimal(0),
            "rounding": "half-even",
            "spread_bps": 0,
            "book_value": Decimal("100.00"),
            "reverses_id": self.reverses[2],
        } | self.lies
        places = ", ".join(f"%({column})s" for column in COLUMNS)
        connection.execute(f"INSERT INTO fx_settlement ({', '.join(COLUMNS)}) VALUES ({places})", values)

    def write_journals(self, connection: psycopg.Connection) -> None:
        """Key, journals and legs in one statement."""
        cursor = psycopg.ClientCursor(connection)
        last = BookState.objects.get(ledger=self.ledger).last_number
        parts = [f"k AS ({cursor.mogrify(KEY, self._values(self.postings[0], last))})"]
        rows: list[str] = []
        for posting in self.postings:
            last += 1
            # Journals of one statement are of one instant.
            journal = cursor.mogrify(JOURNAL.replace("clock_t", "statement_t"), self._values(posting, last))
            parts.append(f"j{posting.ordinal} AS ({journal})")
            rows += posting._rows()
        connection.execute(f"WITH {', '.join(parts)} {LEG} {', '.join(rows)}")

    def _values(self, posting: RawPosting, number: int) -> dict[str, Any]:
        return {
            "key_id": posting.key_id,
            "ledger": self.ledger.id,
            "key": posting.key,
            "journal_count": posting.journal_count,
            "id": posting.journal_id,
            "number": number,
            "ordinal": posting.ordinal,
            "value_date": posting.value_date,
            "kind": "reversal" if posting.reverses else "transfer",
            "reverses": posting.reverses,
            "leg_count": len(posting.legs),
        }
