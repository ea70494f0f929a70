"""The body of a transfer, and the order that it stands for."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from ledger.domain.accounts import Side
from ledger.domain.judging import LEGS_MAX, LEGS_MIN
from ledger.domain.keys import require_key
from ledger.domain.metadata import require_small
from ledger.domain.orders import LegOrder, OnClosed, ReversalOrder, StatedRate, TransferOrder
from ledger.domain.refusals import InvalidRequest
from ledger.wire_fields import AccountCode, Amount, Currency, IdempotencyKey, Metadata, shown

Description = Annotated[str, msgspec.Meta(max_length=1024, description="For people.", examples=["Two coffees"])]
Reference = Annotated[str, msgspec.Meta(max_length=255, description="Lists find it.", examples=["order-4711"])]

# The books' dates begin here; anything older is a typing error.
VALUE_DATE_MIN = date(1900, 1, 1)
ValueDate = Annotated[
    date, shown(f"The business date, {VALUE_DATE_MIN} or later; the ledger's today, or the next open day, if left out.")
]
Key = Annotated[IdempotencyKey, shown("Required, here or as the Idempotency-Key header.")]

BATCH_TRANSFERS_MAX = 1_000
BATCH_LEGS_MAX = 10_000


class LegBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One leg. Whether account, currency and amount are any good is for the books to say, not for the parser."""

    account: AccountCode
    side: Side
    ccy: Currency
    amount: Annotated[Amount | None, shown("Left out only where a transfer between two currencies computes it.")] = None


class FxBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The rate that the caller states, as text: a JSON number would not be exact. It needs the scope `fx`."""

    rate: Annotated[str, shown("Units of the converted currency for one unit of the other.", "1.0853")]
    pair: Annotated[
        str | None, shown("The rate's own direction, where it is another: units of the second for one of the first.")
    ] = None


class TransferBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An order to post one balanced journal, or two between two currencies."""

    legs: Annotated[
        list[LegBody], shown("Debits equal credits, in one currency.", minItems=LEGS_MIN, maxItems=LEGS_MAX)
    ]
    idempotency_key: Key | None = None
    value_date: ValueDate | None = None
    on_closed: Annotated[OnClosed | None, shown("What to do with a value date that is closed.")] = None
    description: Description = ""
    reference: Reference = ""
    metadata: Metadata = {}
    fx: Annotated[FxBody | None, shown("Only between two currencies.")] = None


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """Orders of a batch: at most 10,000 legs in all."""

    transfers: Annotated[list[TransferBody], msgspec.Meta(min_length=1, max_length=BATCH_TRANSFERS_MAX)]
    atomic: Annotated[bool, shown("All or none, instead of each for itself.")] = False


class ReversalBody(msgspec.Struct, forbid_unknown_fields=True):
    """An order to post the opposite of a journal."""

    idempotency_key: Key | None = None
    value_date: ValueDate | None = None
    description: Description = ""


def as_orders(body: BatchBody, ledger_id: UUID) -> list[TransferOrder]:
    """The orders of a batch; each has its own key.

    Raises:
        InvalidRequest: one of them is malformed, or they have too many legs together; `field` says which.
    """
    legs = sum([len(transfer.legs) for transfer in body.transfers])
    if legs > BATCH_LEGS_MAX:
        raise InvalidRequest(f"A batch has at most {BATCH_LEGS_MAX} legs; this one has {legs}.", field="transfers")
    orders = []
    for index, transfer in enumerate(body.transfers):
        try:
            orders.append(as_order(transfer, ledger_id))
        except InvalidRequest as refusal:
            raise InvalidRequest(refusal.detail, field=f"transfers[{index}].{refusal.field}") from None
    return orders


def as_reversal(body: ReversalBody, ledger_id: UUID, journal_id: UUID, header_key: str | None) -> ReversalOrder:
    """The order to reverse a journal.

    Raises:
        InvalidRequest: no key, two different keys, or a key or date out of bounds.
    """
    _require_value_date(body.value_date)
    return ReversalOrder(
        ledger_id=ledger_id,
        journal_id=journal_id,
        idempotency_key=_the_key(body.idempotency_key, header_key),
        value_date=body.value_date,
        description=body.description,
    )


def as_order(body: TransferBody, ledger_id: UUID, header_key: str | None = None) -> TransferOrder:
    """The order that a body (and the Idempotency-Key header beside it) gives.

    Raises:
        InvalidRequest: no key, two different keys, or a key, date or metadata out of bounds.
    """
    _require_value_date(body.value_date)
    require_small(body.metadata)
    return TransferOrder(
        ledger_id=ledger_id,
        idempotency_key=_the_key(body.idempotency_key, header_key),
        legs=tuple([LegOrder(leg.account, leg.side, leg.amount, leg.ccy) for leg in body.legs]),
        value_date=body.value_date,
        on_closed=body.on_closed,
        description=body.description,
        reference=body.reference,
        metadata=body.metadata,
        fx=None if body.fx is None else StatedRate(body.fx.rate, body.fx.pair),
    )


def _require_value_date(value_date: date | None) -> None:
    if value_date is not None and value_date < VALUE_DATE_MIN:
        raise InvalidRequest(f"A value date is not before {VALUE_DATE_MIN}.", field="value_date")


def _the_key(in_body: str | None, in_header: str | None) -> str:
    if in_body is not None and in_header is not None and in_body != in_header:
        raise InvalidRequest(
            "The idempotency key in the body differs from the one in the Idempotency-Key header; send one.",
            field="idempotency_key",
        )
    key = in_body if in_body is not None else in_header
    if key is None:
        raise InvalidRequest(
            "An idempotency key is missing: send idempotency_key in the body, or an Idempotency-Key header.",
            field="idempotency_key",
        )
    return require_key(key)
