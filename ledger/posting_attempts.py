"""Posting a group that PostgreSQL may refuse: not now, not together, or not at all; or that we fail to post."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import tenacity
from django.db import Error, connection

from ledger import telemetry
from ledger.domain.checked import Bundle
from ledger.domain.refusals import Refusal
from ledger.group_queue import Group
from ledger.posting_failures import as_refusal, is_out_of_time, is_worth_retrying
from ledger.posting_group import Outcome, post_group

ATTEMPTS_MAX = 8

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an order got no answer that has a name: a bug of ours, to be raised where the order came from."""

    error: Exception


def post(bundles: Sequence[Bundle]) -> Sequence[Sequence[Outcome | Failed]]:
    """Post a group, again where that may help; should it fail, post it in ever smaller parts.

    So each order gets its own answer, and a bug in one is not the end of its mates. A group of the queue that expects
    more passes the gate first, so that it is whole when it is looked at.
    """
    gate_first = isinstance(bundles, Group) and bundles.expects_more
    try:
        return with_retries(lambda: post_group(bundles, gate_first=gate_first))
    except Refusal as refusal:
        return [[refusal] * len(bundle.orders) for bundle in bundles]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is nobody's but the order's that made it
        is_in_the_way = isinstance(error, Error) and (is_worth_retrying(error) or is_out_of_time(error))
        if not is_in_the_way and (parts := _parts(bundles)):
            return parts
        refusal_of_all = as_refusal(error) if isinstance(error, Error) else None
        return [[refusal_of_all or Failed(error)] * len(bundle.orders) for bundle in bundles]


def _parts(bundles: Sequence[Bundle]) -> Sequence[Sequence[Outcome | Failed]] | None:
    """The outcomes of the group's parts, each posted alone; None where it has no parts."""
    if len(bundles) > 1:
        return [outcomes for bundle in bundles for outcomes in post([bundle])]
    (bundle,) = bundles
    if bundle.atomic or len(bundle.orders) == 1:
        return None
    return [[outcome for order in bundle.orders for outcome in post([replace(bundle, orders=(order,))])[0]]]


def with_retries(attempt: Callable[[], Result]) -> Result:
    """What the attempt returns, tried again where PostgreSQL says that this may help."""
    try:
        return attempt()
    except Error as error:
        if not is_worth_retrying(error):
            raise
    # Only now: the library's loop costs every posting a tenth of its time, and hardly any needs it.
    _recover()
    return _again(attempt)


def _recover(_: tenacity.RetryCallState | None = None) -> None:
    telemetry.SERIALIZATION_RETRIES_TOTAL.inc()
    if not connection.is_usable():
        connection.close()


@tenacity.retry(
    retry=tenacity.retry_if_exception(is_worth_retrying),
    wait=tenacity.wait_random_exponential(multiplier=0.005, max=0.25),
    stop=tenacity.stop_after_attempt(ATTEMPTS_MAX - 1),
    before_sleep=_recover,
    reraise=True,
)
def _again(attempt: Callable[[], Result]) -> Result:
    return attempt()
