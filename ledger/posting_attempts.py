"""Posting a group against a database that may say: not now, not together, or not at all."""

from collections.abc import Callable, Sequence
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


def post(bundles: Sequence[Bundle]) -> list[list[Outcome]]:
    """Post a group, again where that may help; should PostgreSQL refuse it, post it in ever smaller parts.

    A group of the queue that follows another passes the gate first, so that it is whole when it is looked at.

    So each order gets its own answer, and a bug in one is not the end of its mates.

    Raises:
        django.db.Error: a lone order, or an atomic bundle, that PostgreSQL refuses for a reason that has no name.
    """
    gate_first = isinstance(bundles, Group) and bundles.follows
    try:
        return with_retries(lambda: post_group(bundles, gate_first=gate_first))
    except Refusal as refusal:
        return [[refusal] * len(bundle.orders) for bundle in bundles]
    except Error as error:
        refusal_of_all = as_refusal(error)
        may_pass_in_parts = not (is_worth_retrying(error) or is_out_of_time(error))
        if may_pass_in_parts and (parts := _parts(bundles)):
            return parts
        if refusal_of_all is None:
            raise
        return [[refusal_of_all] * len(bundle.orders) for bundle in bundles]


def _parts(bundles: Sequence[Bundle]) -> list[list[Outcome]] | None:
    """The outcomes of the group's parts, each posted alone; None where it has no parts."""
    if len(bundles) > 1:
        return [outcomes for bundle in bundles for outcomes in post([bundle])]
    (bundle,) = bundles
    if bundle.atomic or len(bundle.orders) == 1:
        return None
    return [[outcome for order in bundle.orders for outcome in post([Bundle((order,))])[0]]]


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
