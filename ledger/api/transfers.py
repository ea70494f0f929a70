"""Transfers over HTTP: an order in, what became of it out. No rule lives here."""

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import rendering
from ledger.api.authentication import caller_of
from ledger.api.json_bodies import read_body
from ledger.api.views import LedgerView
from ledger.domain.scopes import Scope
from ledger.posting import post_batch, post_transfer
from ledger.transfer_bodies import BatchBody, TransferBody, as_order, as_orders


class TransfersView(LedgerView):
    scopes = {"POST": Scope.POST}

    def post(self, request: Request) -> HttpResponse:
        body = read_body(request, TransferBody)
        header_key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        posted = post_transfer(as_order(body, caller_of(request).ledger_id, header_key))
        return rendering.json_response(rendering.transfer(posted), status=200 if posted.duplicate else 201)


# Ten thousand legs with room for long names and metadata.
BATCH_BYTES_MAX = 8 * 1024 * 1024


class BatchView(LedgerView):
    scopes = {"POST": Scope.POST}

    def post(self, request: Request) -> HttpResponse:
        body = read_body(request, BatchBody, bytes_max=BATCH_BYTES_MAX)
        outcomes = post_batch(as_orders(body, caller_of(request).ledger_id), atomic=body.atomic)
        return rendering.json_response({"results": [rendering.outcome(outcome) for outcome in outcomes]})
