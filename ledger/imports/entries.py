"""One journal as a file has it: the order it stands for, or what is wrong with it, and where it is written."""

import re
from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

from ledger.domain.checked import CheckedOrder
from ledger.domain.orders import TransferOrder
from ledger.domain.records import record
from ledger.domain.refusals import InvalidRequest, Refusal
from ledger.imports.line_problems import LineProblem
from ledger.strict_json import typed
from ledger.transfer_bodies import TransferBody, as_order

_OF_LEG = re.compile(r"legs\[(?P<index>\d+)\]\.?(?P<column>.*)")


Order = TypeVar("Order", TransferOrder, CheckedOrder)


@record
class Entry(Generic[Order]):
    """`line` is where the journal begins, `leg_lines` where each of its legs is, if they have lines of their own.

    The order is as it was read, or as it was checked.
    """

    line: int
    key: str
    order: Order | None = None
    refusal: Refusal | None = None
    leg_lines: Sequence[int] = ()

    def problem(self, refusal: Refusal) -> LineProblem:
        """The refusal with the line that it is about, and there the column."""
        line, field = self.line, refusal.field
        if self.leg_lines and field and (leg := _OF_LEG.fullmatch(field)):
            index = int(leg["index"])
            line, field = self.leg_lines[min(index, len(self.leg_lines) - 1)], leg["column"] or None
        return LineProblem(line, refusal.code, field, refusal.detail)


def order_of(parsed: object, ledger_id: UUID) -> TransferOrder:
    """The order that a transfer's body stands for, as POST /api/transfers/ would take it.

    Raises:
        InvalidRequest: it has not the shape of one, or no key.
    """
    body = typed(parsed, TransferBody)
    if body.idempotency_key is None:
        raise InvalidRequest("An idempotency key is missing: every journal needs one.", field="idempotency_key")
    return as_order(body, ledger_id)
