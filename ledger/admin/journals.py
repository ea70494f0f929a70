"""Journals with their legs, and the action that reverses one."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, TextFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from ledger.admin import cells
from ledger.admin.action_pages import answer
from ledger.admin.journal_search import matching
from ledger.admin.one_ledger import OneLedgerAdmin, OneLedgerFilter, remembered_ledger
from ledger.admin.reversal_page import reversing
from ledger.domain.accounts import Side
from ledger.domain.journals import JournalKind
from ledger.models import Journal, Leg
from ledger.queries.ledgers import ledger_id_of


class AccountFilter(TextFilter):
    """The journals that touch an account, by its code."""

    title = "account code"
    parameter_name = "account"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journal]) -> QuerySet[Journal]:  # noqa: ARG002
        code = (self.value() or "").strip()
        if not code:
            return queryset
        # The list is of one ledger already, so the code means one account there.
        return queryset.filter(id__in=Leg.objects.filter(account__code=code).values("journal_id"))


@admin.register(Journal)
class JournalAdmin(OneLedgerAdmin):
    list_display = ("number", "value_day", "shown_kind", "reference", "short_description", "total", "shown_posted_at")
    list_filter = (OneLedgerFilter, ("value_date", RangeDateFilter), AccountFilter, ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_before_template = "ledger/admin/ledger_switch.html"
    # What is searched is `matching`'s business; the name only makes Django show the box.
    search_fields = ("number",)
    search_help_text = "Number, reference, key or id"
    ordering = ("-number",)
    fieldsets = (
        (None, {"fields": (("number", "ledger"), ("shown_kind", "value_day"), "shown_posted_at")}),
        ("Text", {"fields": ("description", "reference", "shown_key", "metadata")}),
        ("Reversal", {"fields": (("shown_reverses", "shown_reversed_by"),)}),
    )
    change_form_outer_after_template = "ledger/admin/tables.html"
    actions_detail = ("reverse",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Journal]:
        rows: QuerySet[Journal] = super().get_queryset(request)
        return rows.select_related("ledger", "idempotency_key", "reversed_by", "reverses")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Journal], search_term: str
    ) -> tuple[QuerySet[Journal], bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        # The filter has put the ledger of this list there just before.
        ledger_id = ledger_id_of(remembered_ledger(request) or "")
        return (queryset.filter(matching(ledger_id, wanted)) if ledger_id else queryset.none()), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = _with_totals(list(changelist.result_list))
        return changelist

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        journal = self.get_object(request, object_id)
        tables = [] if journal is None else [("Legs", _legs(journal))]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        journal = self.get_object(request, object_id)
        if journal is None or journal.kind == JournalKind.REVERSAL or _reversal_of(journal):
            return []
        return list(super().get_actions_detail(request, object_id))

    @display(description="value date")
    def value_day(self, journal: Journal) -> SafeString | str:
        return cells.day(journal.value_date)

    @display(description="posted at")
    def shown_posted_at(self, journal: Journal) -> SafeString | str:
        return cells.instant(journal.posted_at)

    @display(description="kind", label={"reversal": "warning", "transfer, reversed": "danger"})
    def shown_kind(self, journal: Journal) -> str:
        return f"{journal.kind}, reversed" if _reversal_of(journal) else journal.kind

    @display(description="description")
    def short_description(self, journal: Journal) -> str:
        return journal.description[:60] or cells.NOTHING

    @display(description="total")
    def total(self, journal: Journal) -> SafeString:
        return cells.amount(journal.debits, journal.minor_units, journal.ccy)  # type: ignore[attr-defined]

    @display(description="idempotency key")
    def shown_key(self, journal: Journal) -> str:
        return journal.idempotency_key.key

    @display(description="reverses")
    def shown_reverses(self, journal: Journal) -> SafeString | str:
        return _link(journal.reverses)

    @display(description="reversed by")
    def shown_reversed_by(self, journal: Journal) -> SafeString | str:
        return _link(_reversal_of(journal))

    @action(
        description="Reverse",
        url_path="reverse",
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["view", "ledger.reverse_journal"],
    )
    def reverse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, reversing(self.found(request, object_id)))


def _reversal_of(journal: Journal) -> Journal | None:
    return getattr(journal, "reversed_by", None)


def _link(journal: Journal | None) -> SafeString | str:
    return cells.page_of("ledger_journal", journal.id, f"Journal {journal.number}") if journal else cells.NOTHING


def _with_totals(journals: list[Journal]) -> list[Journal]:
    """The page's journals with what each moves: one statement for all of them."""
    legs = Leg.objects.filter(journal_id__any=[journal.id for journal in journals]).order_by()
    totals = {
        id_: rest
        for id_, *rest in legs.values("journal_id", "ccy_id", "ccy__minor_units")
        .annotate(debits=Sum("amount", filter=Q(side=Side.DEBIT)))
        .values_list("journal_id", "debits", "ccy__minor_units", "ccy_id")
    }
    for journal in journals:
        journal.debits, journal.minor_units, journal.ccy = totals[journal.id]  # type: ignore[attr-defined]
    return journals


def _legs(journal: Journal) -> dict[str, Any]:
    legs = Leg.objects.filter(journal=journal).select_related("account", "ccy").order_by("position")
    return cells.table(
        ("#", "Account", "Name", "Debit", "Credit", "Balance after"),
        (
            (
                cells.figure(leg.position),
                cells.page_of("ledger_account", leg.account_id, leg.account.code),
                leg.account.name,
                *cells.in_columns(cells.amount(leg.amount, leg.ccy.minor_units, leg.ccy_id), leg.side),
                cells.amount(leg.balance_after, leg.ccy.minor_units, leg.ccy_id),
            )
            for leg in legs
        ),
    )
