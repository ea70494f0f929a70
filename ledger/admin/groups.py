"""Groups and what they may do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from ledger.admin import cells
from ledger.admin.actors import RecordedAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(RecordedAdmin):
    """Only a superuser changes groups: whoever could would give himself every permission."""

    list_display = ("name", "members", "permission_count")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    actions = None
    show_full_result_count = False
    change_form_outer_after_template = "ledger/admin/tables.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows: QuerySet[Group] = super().get_queryset(request)
        return rows.annotate(user_count=Count("user", distinct=True), right_count=Count("permissions", distinct=True))

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        # Without the right to change them they are shown as a table, which needs one statement and not one for each.
        return ["name", "permissions"] if self.has_change_permission(request, obj) else ["name"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        group = self.get_object(request, object_id)
        tables = []
        if group is not None and not self.has_change_permission(request, group):
            tables = [("Permissions", _permissions(group))]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: Any
    ) -> forms.Field | None:
        field = super().formfield_for_manytomany(db_field, request, **options)
        if db_field.name == "permissions" and field is not None:
            field.queryset = field.queryset.select_related("content_type")
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget()
            field.widget.choices = field.choices
            field.help_text = ""
        return field

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:  # noqa: ARG002
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:  # noqa: ARG002
        return bool(request.user.is_superuser)

    @display(description="members")
    def members(self, group: Group) -> int:
        return group.user_count  # type: ignore[attr-defined]

    @display(description="permissions")
    def permission_count(self, group: Group) -> int:
        return group.right_count  # type: ignore[attr-defined]


def _permissions(group: Group) -> dict[str, Any]:
    rows = group.permissions.select_related("content_type").order_by("content_type__app_label", "codename")
    return cells.table(
        ("Permission", "Name"),
        ((f"{permission.content_type.app_label}.{permission.codename}", permission.name) for permission in rows),
    )
