"""Transfers over HTTP: an order in, what became of it out. No rule lives here."""

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import rendering
from ledger.api.authentication import caller_of
from ledger.api.json_bodies import read_body
from ledger.api.transfer_bodies import TransferBody, as_order
from ledger.api.views import LedgerView
from ledger.domain.scopes import Scope
from ledger.posting import post_transfer


class TransfersView(LedgerView):
    scopes = {"POST": Scope.POST}

    def post(self, request: Request) -> HttpResponse:
        body = read_body(request, TransferBody)
        header_key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        posted = post_transfer(as_order(body, caller_of(request).ledger_id, header_key))
        return rendering.json_response(rendering.transfer(posted), status=200 if posted.duplicate else 201)
