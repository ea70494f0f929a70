"""Batches: one request for many transfers, and another for those of them that the ledger was too busy for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from doublex_client.orders import NewTransfer
from doublex_client.problems import error_of
from doublex_client.records import PostedTransfer, Refused
from doublex_client.sending import Sender

_PUT_OFF = ("busy", "outcome_unknown")


def post_batch(sender: Sender, transfers: Sequence[NewTransfer], *, atomic: bool) -> list[PostedTransfer | Refused]:
    """One result for each of the transfers, in their order."""
    results: dict[int, dict[str, Any]] = {}
    waiting = list(range(len(transfers)))
    for attempt in range(1, sender.attempts_max + 1):
        body = {"transfers": [transfers[place].body() for place in waiting], "atomic": atomic}
        content = sender.send("POST", "/api/transfers/batch", body=body)
        results.update(zip(waiting, content["results"], strict=True))
        waiting = [place for place in waiting if results[place].get("error", {}).get("code") in _PUT_OFF]
        if not waiting:
            break
        if attempt < sender.attempts_max:
            sender.wait_before(attempt + 1)
    return [_result(results[place], transfers[place]) for place in range(len(transfers))]


def _result(result: dict[str, Any], transfer: NewTransfer) -> PostedTransfer | Refused:
    if result["status"] != "refused":
        return msgspec.convert(result, PostedTransfer)
    error = error_of(result["error"])
    error.idempotency_key = transfer.idempotency_key
    return Refused(error)
