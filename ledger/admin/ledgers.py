"""Ledgers: where their books stand, and the actions that open one and set its transfer limit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from ledger.admin import cells
from ledger.admin.account_pages import currency_codes
from ledger.admin.action_pages import ActionPage, Choice, Done, Text, answer
from ledger.admin.actors import actor_of
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.audit import recorded_as
from ledger.domain.money import format_amount
from ledger.ledgers import open_ledger, set_transfer_limit
from ledger.models import Ledger
from ledger.queries.ledger_totals import ledger_totals


def _limit_field() -> Text:
    said = "The most that one transfer may move, in major units of its currency, such as 500.00; empty for any amount."
    return Text(required=False, help_text=said)


class OpeningForm(forms.Form):
    code = Text(help_text="Small letters, digits, '-' and '_'. It never changes.")
    ccy = Choice(currency_codes, label="Base currency", help_text="It never changes.")
    timezone = Text(help_text="IANA name, such as Europe/Berlin: the ledger's day ends at its midnight.")
    transfer_limit = _limit_field()


class LimitForm(forms.Form):
    transfer_limit = _limit_field()


@admin.register(Ledger)
class LedgerAdmin(ReadOnlyAdmin):
    list_display = ("code", "base_ccy", "timezone", "shown_limit", "last_number", "closed_through", "shown_books")
    search_fields = ("code",)
    search_help_text = "Code"
    sortable_by = ("code",)
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("code", "base_ccy"), ("timezone", "shown_limit"), "shown_created_at")}),
        ("Books", {"fields": (("last_number", "last_posted_at"), "closed_through", "shown_books")}),
    )
    change_form_outer_after_template = "ledger/admin/tables.html"
    actions_list = ("open",)
    actions_detail = ("limit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ledger]:
        rows: QuerySet[Ledger] = super().get_queryset(request)
        return rows.select_related("base_ccy", "book_state")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        ledger = self.get_object(request, object_id)
        tables = [] if ledger is None else [("Totals by currency", _totals(ledger))]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    @display(description="transfer limit")
    def shown_limit(self, ledger: Ledger) -> SafeString | str:
        limit = ledger.transfer_limit
        return cells.NOTHING if limit is None else cells.amount(limit, ledger.base_ccy.minor_units)

    @display(description="newest journal")
    def last_number(self, ledger: Ledger) -> SafeString:
        return cells.figure(ledger.book_state.last_number)

    @display(description="last posted at")
    def last_posted_at(self, ledger: Ledger) -> SafeString | str:
        return cells.instant(ledger.book_state.last_posted_at)

    @display(description="closed through")
    def closed_through(self, ledger: Ledger) -> SafeString | str:
        return cells.day(ledger.book_state.closed_through)

    @display(description="opened at")
    def shown_created_at(self, ledger: Ledger) -> SafeString | str:
        return cells.instant(ledger.created_at)

    @display(description="books")
    def shown_books(self, ledger: Ledger) -> SafeString:
        accounts = cells.list_of("ledger_account", "Accounts", ledger=ledger.code)
        return accounts + cells.BETWEEN + cells.list_of("ledger_journal", "Journals", ledger=ledger.code)

    @action(description="Open ledger", url_path="open", icon="add", permissions=["view", "ledger.open_ledger"])
    def open(self, request: HttpRequest) -> HttpResponse:
        return answer(self, request, _opening(request))

    @action(description="Transfer limit", url_path="limit", icon="speed", permissions=["view", "ledger.open_ledger"])
    def limit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, _limiting(request, self.found(request, object_id)))


def _opening(request: HttpRequest) -> ActionPage:
    def perform(clean: dict[str, Any]) -> Done:
        with recorded_as(actor_of(request)):
            ledger = open_ledger(clean["code"], clean["ccy"], clean["timezone"], clean["transfer_limit"] or None)
        return Done(f"Ledger {ledger.code} is open.", reverse("admin:ledger_ledger_change", args=[ledger.id]))

    return ActionPage(
        title="Open a ledger",
        lead="One set of books, with accounts, journals and API keys of its own. A ledger is never removed.",
        submit="Open ledger",
        form=OpeningForm,
        perform=perform,
        back=reverse("admin:ledger_ledger_changelist"),
        initial={"ccy": "EUR", "timezone": "UTC"},
    )


def _limiting(request: HttpRequest, ledger: Ledger) -> ActionPage:
    page = reverse("admin:ledger_ledger_change", args=[ledger.id])
    limit = ledger.transfer_limit

    def perform(clean: dict[str, Any]) -> Done:
        with recorded_as(actor_of(request)):
            set_transfer_limit(ledger.code, clean["transfer_limit"] or None)
        return Done(f"The transfer limit of {ledger.code} is changed.", page)

    return ActionPage(
        title=f"Transfer limit of {ledger.code}",
        lead="It holds from the next posting on, for every key and every import. Reversals are not limited.",
        submit="Save",
        form=LimitForm,
        perform=perform,
        back=page,
        initial={"transfer_limit": "" if limit is None else format_amount(limit, ledger.base_ccy.minor_units)},
    )


def _totals(ledger: Ledger) -> dict[str, Any]:
    return cells.table(
        ("Currency", "Accounts", "Debits", "Credits", "Difference"),
        (
            (
                total.ccy,
                cells.figure(f"{total.accounts:,}"),
                cells.amount(total.debits, total.minor_units),
                cells.amount(total.credits, total.minor_units),
                cells.amount(total.difference, total.minor_units),
            )
            for total in ledger_totals([ledger.id])
        ),
    )
