"""The audit log: who changed what, from what to what."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
    TextFilter,
)
from unfold.decorators import display

from ledger.admin import cells
from ledger.admin.audit_words import KINDS, OPERATIONS, changes_of, names_in, summary_of
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.models import AuditEntry


class WordsFilter(DropdownFilter):
    """Rows by what a column holds, chosen by what that is in words."""

    words: dict[str, str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:  # noqa: ARG002
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() in self.words else queryset


class KindFilter(WordsFilter):
    title = "kind"
    parameter_name = "table_name"
    words = KINDS


class OperationFilter(WordsFilter):
    title = "operation"
    parameter_name = "operation"
    words = OPERATIONS


class UserFilter(TextFilter):
    title = "user name"
    parameter_name = "user"

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:  # noqa: ARG002
        name = (self.value() or "").strip()
        return queryset.filter(user_name=name) if name else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("shown_at", "who", "kind", "shown_operation", "summary", "ledger")
    list_filter = (
        KindFilter,
        OperationFilter,
        UserFilter,
        ("ledger", RelatedDropdownFilter),
        ("changed_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("row_id",)
    search_help_text = "Id of the row that was changed"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": (("shown_at", "shown_operation"), ("kind", "row_id"), "ledger")}),
        ("Who", {"fields": (("user_name", "user_id"), "api_key_id", "database_role")}),
    )
    change_form_outer_after_template = "ledger/admin/tables.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        return rows.select_related("ledger")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[AuditEntry],
        search_term: str,
    ) -> tuple[QuerySet[AuditEntry], bool]:
        wanted = search_term.strip()
        return (queryset.filter(row_id=wanted, table_name__in=list(KINDS)) if wanted else queryset), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        entries = list(changelist.result_list)
        names = names_in(entries)
        for entry in entries:
            entry.summary = summary_of(entry, names)
        changelist.result_list = entries
        return changelist

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        tables = []
        if entry is not None:
            tables = [("Change", cells.table(("What", "Before", "After"), changes_of(entry, names_in([entry]))))]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    @display(description="when")
    def shown_at(self, entry: AuditEntry) -> SafeString | str:
        return cells.instant(entry.changed_at)

    @display(description="who")
    def who(self, entry: AuditEntry) -> str:
        if entry.user_name:
            return entry.user_name
        return f"API key {entry.api_key_id}" if entry.api_key_id else f"database role {entry.database_role}"

    @display(description="kind")
    def kind(self, entry: AuditEntry) -> str:
        return KINDS.get(entry.table_name, entry.table_name)

    @display(description="operation")
    def shown_operation(self, entry: AuditEntry) -> str:
        return OPERATIONS.get(entry.operation, entry.operation)

    @display(description="what")
    def summary(self, entry: AuditEntry) -> str:
        return str(vars(entry)["summary"])
