"""What an account holds now: callers that come while a read is in flight are read together."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger import telemetry
from ledger.domain.presented import PresentedKey
from ledger.domain.refusals import KeyRefused
from ledger.group_queue import GroupQueue
from ledger.models import Account
from ledger.queries.api_keys import ask_keys_by_hash
from ledger.queries.balances import AccountBalance
from ledger.queries.compiled import Compiled
from ledger.queries.ledgers import StatementTimestamp
from ledger.queries.messages import Message

TIMEOUT_SECONDS = 5.0
READ_TOGETHER_MAX = 1_000

LiveBalance = tuple[AccountBalance, datetime]

_LIVE = Compiled(
    lambda: (
        Account.objects.filter(ledger_id__among=[None])
        .filter(code__among=[None])
        .order_by()
        .values_list(
            "ledger_id",
            "code",
            "ccy_id",
            "ccy__minor_units",
            "balance_row__balance",
            "balance_row__debits",
            "balance_row__credits",
            StatementTimestamp(),
        )
    )
)


class _Asked(NamedTuple):
    ledger_id: UUID
    code: str
    presented: PresentedKey | None


def live_balance(ledger_id: UUID, code: str, presented: PresentedKey | None = None) -> LiveBalance | None:
    """What the account holds now, and which instant that is; None where the ledger has no such account.

    The instant is never before the call: whatever was posted before it is in. A key that is `presented` is looked up
    in the same message.

    Raises:
        KeyRefused: the key presented is unknown or revoked.
        Busy: the read had to wait for too long.
    """
    started_at = time.perf_counter()
    found = _reads.submit(_Asked(ledger_id, code, presented), size=1, timeout_seconds=TIMEOUT_SECONDS)
    telemetry.GET_BALANCE_SECONDS.observe(time.perf_counter() - started_at)
    if isinstance(found, KeyRefused):
        raise found
    return found


def _read(group: Sequence[_Asked]) -> list[LiveBalance | KeyRefused | None]:
    message = Message()
    keys = ask_keys_by_hash(message, {asked.presented.secret_hash for asked in group if asked.presented})
    rows = _LIVE.ask(message, list({asked.ledger_id for asked in group}), list({asked.code for asked in group}))
    message.send()
    known = keys()
    found = {(ledger_id, code): (AccountBalance(code, *totals), at) for ledger_id, code, *totals, at in rows()}
    return [
        (asked.presented and asked.presented.settle(known.get(asked.presented.secret_hash)))
        or found.get((asked.ledger_id, asked.code))
        for asked in group
    ]


_reads: GroupQueue[_Asked, LiveBalance | KeyRefused | None] = GroupQueue(_read, size_max=READ_TOGETHER_MAX)
