"""Journals over HTTP: the list, and one by its id."""

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import pages, rendering
from ledger.api.authentication import caller_of
from ledger.api.json_bodies import read_body
from ledger.api.parameters import Parameters
from ledger.api.views import LedgerView
from ledger.domain.journals import JournalKind
from ledger.domain.refusals import NotFound
from ledger.domain.scopes import Scope
from ledger.posting import reverse_journal
from ledger.queries.journal_list import JournalFilter, journal_of, journal_page
from ledger.transfer_bodies import ReversalBody, as_reversal

FILTERS = {"from", "to", "account", "reference", "kind", "idempotency_key"}


class JournalsView(LedgerView):
    scopes = {"GET": Scope.READ}

    def get(self, request: Request) -> HttpResponse:
        parameters = Parameters(request._request.GET, {*FILTERS, *pages.PARAMETERS}, metadata=True)
        wanted = JournalFilter(
            from_date=parameters.day("from"),
            to_date=parameters.day("to"),
            account=parameters.one("account"),
            reference=parameters.one("reference"),
            kind=parameters.word("kind", JournalKind),
            idempotency_key=parameters.one("idempotency_key"),
            metadata=parameters.metadata(),
        )
        cursor, limit = pages.asked_page(parameters, int)
        page = journal_page(caller_of(request).ledger_id, wanted, cursor, limit)
        return rendering.json_response(pages.rendered_page(request, page, rendering.journal))


class JournalView(LedgerView):
    scopes = {"GET": Scope.READ}

    def get(self, request: Request, journal_id: str) -> HttpResponse:
        Parameters(request._request.GET, ())
        found = journal_of(caller_of(request).ledger_id, _as_id(journal_id))
        if found is None:
            raise _not_found(journal_id)
        return rendering.json_response(rendering.journal(found))


class ReverseView(LedgerView):
    scopes = {"POST": Scope.POST}

    def post(self, request: Request, journal_id: str) -> HttpResponse:
        body = read_body(request, ReversalBody)
        header_key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        order = as_reversal(body, caller_of(request).ledger_id, _as_id(journal_id), header_key)
        posted = reverse_journal(order)
        return rendering.json_response(rendering.transfer(posted), status=200 if posted.duplicate else 201)


def _as_id(journal_id: str) -> UUID:
    try:
        return UUID(journal_id)
    except ValueError:
        raise _not_found(journal_id) from None


def _not_found(journal_id: str) -> NotFound:
    return NotFound(f"No journal {journal_id[:60]!r} in this ledger.")
