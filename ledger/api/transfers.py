"""Transfers over HTTP: an order in, what became of it out. No rule lives here."""

from collections.abc import Sequence

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import answers, examples, rendering
from ledger.api.authentication import RecognisingAuthentication, caller_of
from ledger.api.json_bodies import read_body
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.views import LedgerView
from ledger.api_keys import confirm
from ledger.domain.orders import TransferOrder
from ledger.domain.refusals import FxRateForbidden
from ledger.domain.scopes import Scope
from ledger.posting import post_batch, post_transfer
from ledger.transfer_bodies import BatchBody, TransferBody, as_order, as_orders
from ledger.wire_fields import IdempotencyKey

KEY_HEADER = Parameter("Idempotency-Key", IdempotencyKey, "Instead of `idempotency_key` in the body.", header=True)
ANY_POSTING = {"idempotency_conflict", "insufficient_funds", "day_closed", "account_not_active", "value_date_in_future"}
ANY_TRANSFER = ANY_POSTING | {
    "journal_not_balanced",
    "too_few_legs",
    "too_many_legs",
    "too_many_currencies",
    "currency_mismatch",
    "currency_unknown",
    "invalid_amount",
    "account_not_found",
    "transfer_limit_exceeded",
    "posting_not_allowed",
    "amount_too_small",
    "fx_rate_missing",
    "fx_rate_mismatch",
    "fx_rate_forbidden",
}


class TransfersView(LedgerView):
    scopes = {"POST": Scope.POST}
    authentication_classes = (RecognisingAuthentication,)

    @operation(
        "Post a transfer",
        {
            201: Answer("Posted: the journal is on disk.", answers.Transfer, examples.TRANSFER),
            200: Answer("A repeat: nothing was written.", answers.Transfer, examples.DUPLICATE),
        },
        body=TransferBody,
        example=examples.NEW_TRANSFER,
        parameters=(KEY_HEADER,),
        refuses=ANY_TRANSFER,
    )
    def post(self, request: Request) -> HttpResponse:
        """One balanced journal, or two between two currencies, exactly once per idempotency key.

        After a time-out, a lost connection or a 503, send the same request with the same key until there is an answer.
        """
        body = read_body(request, TransferBody)
        header_key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        caller = caller_of(request)
        order = as_order(body, caller.ledger_id, header_key)
        _require_rate_allowed(request, [order], "fx")
        if len(order.currencies) > 1:
            # A conversion is planned ahead of its posting, and that may open accounts.
            confirm(caller)
        posted = post_transfer(order, caller.presented)
        return rendering.json_response(rendering.transfer(posted), status=200 if posted.duplicate else 201)


# Ten thousand legs with room for long names and metadata.
BATCH_BYTES_MAX = 8 * 1024 * 1024


class BatchView(LedgerView):
    scopes = {"POST": Scope.POST}

    @operation(
        "Post up to a thousand transfers",
        {200: Answer("One outcome each, in order.", answers.BatchResults, examples.BATCH, (answers.RefusedTransfer,))},
        body=BatchBody,
        example=examples.NEW_BATCH,
        refuses=ANY_TRANSFER,
    )
    def post(self, request: Request) -> HttpResponse:
        """Each for itself, with refusals among the results; or, `atomic`, all or none.

        The first refusal of an atomic batch is the whole answer, with its `index`.
        """
        body = read_body(request, BatchBody, bytes_max=BATCH_BYTES_MAX)
        orders = as_orders(body, caller_of(request).ledger_id)
        _require_rate_allowed(request, orders, "transfers[{}].fx")
        outcomes = post_batch(orders, atomic=body.atomic)
        return rendering.json_response({"results": [rendering.outcome(outcome) for outcome in outcomes]})


def _require_rate_allowed(request: Request, orders: Sequence[TransferOrder], field: str) -> None:
    if Scope.FX in caller_of(request).scopes:
        return
    for index, order in enumerate(orders):
        if order.fx is not None:
            raise FxRateForbidden(
                f"This key lacks the scope {Scope.FX.value!r}: it may not state a rate.", field=field.format(index)
            )
