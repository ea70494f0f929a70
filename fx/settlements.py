"""Settlement rows: written as a set ahead of their journals, and shown in an answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from fx import telemetry
from fx.domain.conversion import ConversionRate, Rounding, as_text
from fx.domain.rates import RateStep
from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind
from ledger.domain.posted import PostedJournal
from ledger.models.columns import new_id
from ledger.queries.arrays import array
from ledger.queries.messages import Message

_COLUMNS = (
    "id::uuid",
    "ledger_id::uuid",
    "base_journal_id::uuid",
    "quote_journal_id::uuid",
    "base::text",
    "quote::text",
    "base_amount::numeric",
    "quote_amount::numeric",
    "base_side::text",
    "rate::numeric",
    "multiply_by::numeric",
    "divide_by::numeric",
    "rate_date::date",
    "rate_source::text",
    "path::text",
    "steps::jsonb",
    "residual::numeric",
    "rounding::text",
    "spread_bps::numeric",
    "book_value::numeric",
    "reverses_id::uuid",
)
_NAMES = ", ".join(column.split("::")[0] for column in _COLUMNS)
_ARRAYS = ", ".join(f"%s::{column.split('::')[1]}[]" for column in _COLUMNS)
_WRITE = f"INSERT INTO fx_settlement ({_NAMES}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class NewSettlement:
    """A settlement before its journals have ids; `base_first` says which of the two is the base currency's."""

    ledger_id: UUID
    rate: ConversionRate
    base_amount: Decimal
    quote_amount: Decimal
    base_side: Side
    residual: Decimal
    rounding: Rounding
    spread_bps: Decimal
    book_value: Decimal | None
    base_first: bool
    steps: Sequence[Mapping[str, Any]]
    reverses: UUID | None = None


def write_settlements(message: Message, rows: Sequence[tuple[NewSettlement, tuple[PostedJournal, ...]]]) -> None:
    """Make the settlements of journals that the message writes next part of it; they count with its COMMIT."""
    columns = zip(*[_row(new, journals) for new, journals in rows], strict=True)
    message.add(_WRITE, [array(column) for column in columns])
    transaction.on_commit(lambda: _count([new for new, _ in rows]))


def steps_of(steps: Sequence[RateStep]) -> list[dict[str, Any]]:
    """The steps as they are kept: (rate_id, revision) leads to the rate as it was used, and the figures say it too."""
    return [
        {
            "rate_id": str(step.rate_id),
            "revision": step.revision,
            "base": step.base,
            "quote": step.quote,
            "value": as_text(step.value),
            "source": step.source,
            "rate_date": step.rate_date.isoformat(),
            "inverted": step.inverted,
        }
        for step in steps
    ]


def answer_of(rate: ConversionRate, residual: Decimal) -> dict[str, Any]:
    """What a transfer's answer says about its conversion."""
    return {
        "fx": {
            "pair": f"{rate.base}/{rate.quote}",
            "rate": as_text(rate.rate),
            "rate_date": rate.rate_date,
            "source": rate.source,
            "path": rate.path,
            "residual": as_text(residual),
        }
    }


def _row(new: NewSettlement, journals: tuple[PostedJournal, ...]) -> tuple[Any, ...]:
    base_journal, quote_journal = journals if new.base_first else reversed(journals)
    return (
        new_id(),
        new.ledger_id,
        base_journal.id,
        quote_journal.id,
        new.rate.base,
        new.rate.quote,
        new.base_amount,
        new.quote_amount,
        new.base_side.value,
        new.rate.rate,
        new.rate.multiply_by,
        new.rate.divide_by,
        new.rate.rate_date,
        new.rate.source,
        new.rate.path,
        json.dumps(list(new.steps)),
        new.residual,
        new.rounding.value,
        new.spread_bps,
        new.book_value,
        new.reverses,
    )


def _count(written: Sequence[NewSettlement]) -> None:
    for new in written:
        pair = telemetry.pair_label(new.rate.base, new.rate.quote)
        kind = JournalKind.TRANSFER if new.reverses is None else JournalKind.REVERSAL
        telemetry.SETTLEMENTS_TOTAL.labels(pair, kind).inc()
