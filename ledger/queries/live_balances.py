"""What an account holds now: callers that come while a read is in flight are read together."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger import telemetry
from ledger.group_queue import GroupQueue
from ledger.models import Account
from ledger.queries.balances import AccountBalance
from ledger.queries.compiled import Compiled
from ledger.queries.ledgers import StatementTimestamp

TIMEOUT_SECONDS = 5.0
READ_TOGETHER_MAX = 1_000

LiveBalance = tuple[AccountBalance, datetime]

_LIVE = Compiled(
    lambda: (
        Account.objects.filter(ledger_id__any=[None])
        .filter(code__any=[None])
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


def live_balance(ledger_id: UUID, code: str) -> LiveBalance | None:
    """What the account holds now, and which instant that is; None where the ledger has no such account.

    The instant is never before the call: whatever was posted before it is in.

    Raises:
        Busy: the read had to wait for too long.
    """
    started_at = time.perf_counter()
    found = _reads.submit((ledger_id, code), size=1, timeout_seconds=TIMEOUT_SECONDS)
    telemetry.GET_BALANCE_SECONDS.observe(time.perf_counter() - started_at)
    return found


def _read(accounts: Sequence[tuple[UUID, str]]) -> list[LiveBalance | None]:
    rows = _LIVE.rows(list({ledger_id for ledger_id, _ in accounts}), list({code for _, code in accounts}))
    found = {(ledger_id, code): (AccountBalance(code, *totals), at) for ledger_id, code, *totals, at in rows}
    return [found.get(account) for account in accounts]


_reads: GroupQueue[tuple[UUID, str], LiveBalance | None] = GroupQueue(_read, size_max=READ_TOGETHER_MAX)
