"""Journals over HTTP: the list, and one by its id."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.api import answers, examples, pages, rendering
from ledger.api.authentication import caller_of
from ledger.api.json_bodies import read_body
from ledger.api.operations import Answer, Parameter, operation
from ledger.api.transfers import ANY_POSTING, KEY_HEADER
from ledger.api.views import LedgerView
from ledger.domain.journals import JournalKind
from ledger.domain.refusals import NotFound
from ledger.domain.scopes import Scope
from ledger.posting import reverse_journal
from ledger.queries.journal_list import JournalFilter, journal_of, journal_page
from ledger.transfer_bodies import ReversalBody, as_reversal
from ledger.wire_fields import AccountCode, IdempotencyKey

FILTERS = (
    Parameter("from", date, "Value dates from this one on."),
    Parameter("to", date, "Value dates up to this one."),
    Parameter("account", AccountCode, "Journals with a leg on this account."),
    Parameter("reference", str, "Journals with exactly this reference."),
    Parameter("kind", JournalKind, "Journals of this kind."),
    Parameter("idempotency_key", IdempotencyKey, "What this key has posted."),
)


class JournalsView(LedgerView):
    scopes = {"GET": Scope.READ}

    @operation(
        "List journals, newest first",
        {200: Answer("A page of them.", answers.JournalPage, examples.page_of(examples.JOURNAL))},
        parameters=(*FILTERS, *pages.PARAMETERS),
        metadata=True,
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(request)
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

    @operation("Read a journal", {200: Answer("The journal.", answers.Journal, examples.JOURNAL)})
    def get(self, request: Request, journal_id: str) -> HttpResponse:
        self.query(request)
        found = journal_of(caller_of(request).ledger_id, _as_id(journal_id))
        if found is None:
            raise _not_found(journal_id)
        return rendering.json_response(rendering.journal(found))


class ReverseView(LedgerView):
    scopes = {"POST": Scope.POST}

    @operation(
        "Reverse a journal",
        {
            201: Answer("Reversed: the opposite journal is on disk.", answers.Transfer, examples.REVERSAL),
            200: Answer(
                "A repeat: nothing was written.", answers.Transfer, examples.REVERSAL | {"status": "duplicate"}
            ),
        },
        body=ReversalBody,
        example=examples.NEW_REVERSAL,
        parameters=(KEY_HEADER,),
        refuses={*ANY_POSTING, "already_reversed", "posting_not_allowed"},
    )
    def post(self, request: Request, journal_id: str) -> HttpResponse:
        """Posts the opposite. A journal is reversed once, and a reversal never: post the transfer again instead."""
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
    hint = ": a URL names it by its id, not by its number" if journal_id.isdecimal() else ""
    return NotFound(f"No journal {journal_id[:60]!r} in this ledger{hint}.")
