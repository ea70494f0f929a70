"""Lists and pages that show and do not change."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from ledger.admin.counted_pages import CountedPaginator


class SturdyAdmin(ModelAdmin):
    """PostgreSQL takes no NUL in a text, so no filter and no id can mean one: that is not found, and no error."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if any("\x00" in value for _, values in request.GET.lists() for value in values):
            return HttpResponseRedirect(f"{request.path}?e=1")
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        # An empty list says whether a ledger is to be chosen, something is looked for, or nothing is there.
        ledgers = [spec for spec in changelist.filter_specs if getattr(spec, "is_of_one_ledger", False)]
        places = {spec.parameter_name for spec in ledgers}
        changelist.asks_for_ledger = any(spec.value() is None for spec in ledgers)
        changelist.is_narrowed = bool(changelist.query) or any(
            any(values) for name, values in changelist.filter_params.items() if name not in places
        )
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return None if "\x00" in object_id else super().get_object(request, object_id, from_field)


class ReadOnlyAdmin(SturdyAdmin):
    """Nothing is added, changed or removed by a form, whatever a user's permissions: that is what actions are for."""

    # Unfold's own checks ask the database for permissions, at a time when there may be none yet.
    checks_class = ModelAdminChecks
    change_form_template = "ledger/admin/read_only.html"
    actions = None
    list_per_page = 50
    show_full_result_count = False
    paginator = CountedPaginator
    # Only columns that an index can sort by.
    sortable_by: Sequence[str] = ()

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj)) if self.fieldsets else self.readonly_fields

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of an action's URL.

        Raises:
            Http404: there is none.
        """
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id[:80]!r}.")
        return row
