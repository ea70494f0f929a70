"""API keys: made here and shown once, revoked here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from ledger.admin import cells
from ledger.admin.action_pages import ActionPage, Choice, Done, Text, answer
from ledger.admin.actors import actor_of
from ledger.admin.one_ledger import ledger_choices, remembered_ledger
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.api_keys import create_api_key, revoke_api_key
from ledger.audit import recorded_as
from ledger.domain.scopes import Scope
from ledger.models import ApiKey

_SCOPES = {
    Scope.READ: "read: every balance, account and journal",
    Scope.POST: "post: transfers, batches and reversals",
    Scope.ACCOUNTS: "accounts: open and change accounts",
    Scope.FX: "fx: state an exchange rate",
}


class MakingForm(forms.Form):
    ledger = Choice(ledger_choices, help_text="The one ledger that the key reaches.")
    name = Text(required=False, help_text="Who uses it and for what.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, text) for scope, text in _SCOPES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("active", "active"), ("revoked", "revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:  # noqa: ARG002
        if self.value() in ("active", "revoked"):
            return queryset.filter(revoked_at__isnull=self.value() == "active")
        return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("begins_with", "ledger", "name", "shown_scopes", "state", "used_at")
    list_filter = (("ledger", RelatedDropdownFilter), StateFilter)
    list_filter_submit = True
    search_fields = ("prefix", "name", "ledger__code")
    search_help_text = "First characters, name or ledger"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": (("begins_with", "ledger"), "name", "shown_scopes", "state")}),
        ("When", {"fields": (("made_at", "used_at"), "shown_revoked_at")}),
    )
    actions_list = ("make",)
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        # The hash is of no use to a page, so it does not even leave the database.
        rows: QuerySet[ApiKey] = super().get_queryset(request)
        return rows.defer("secret_hash").select_related("ledger")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        key = self.get_object(request, object_id)
        return [] if key is None or key.revoked_at else list(super().get_actions_detail(request, object_id))

    @display(description="begins with")
    def begins_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(description="scopes")
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description="state", label={"active": "success", "revoked": "danger"})
    def state(self, key: ApiKey) -> str:
        return "revoked" if key.revoked_at else "active"

    @display(description="made at")
    def made_at(self, key: ApiKey) -> SafeString | str:
        return cells.instant(key.created_at)

    @display(description="last used at")
    def used_at(self, key: ApiKey) -> SafeString | str:
        return cells.instant(key.last_used_at)

    @display(description="revoked at")
    def shown_revoked_at(self, key: ApiKey) -> SafeString | str:
        return cells.instant(key.revoked_at)

    @action(description="Make key", url_path="make", icon="add", permissions=["view", "ledger.manage_api_keys"])
    def make(self, request: HttpRequest) -> HttpResponse:
        return answer(self, request, self._making(request))

    @action(
        description="Revoke",
        url_path="revoke",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["view", "ledger.manage_api_keys"],
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, _revoking(request, self.found(request, object_id)))

    def _making(self, request: HttpRequest) -> ActionPage:
        def perform(clean: dict[str, Any]) -> HttpResponse:
            with recorded_as(actor_of(request)):
                secret = create_api_key(clean["ledger"], clean["scopes"], clean["name"])
            # Rendered at once and kept nowhere: a redirect would have to carry the key through a session or a URL.
            context = self.admin_site.each_context(request) | {
                "title": "A new key",
                "secret": secret,
                "ledger": clean["ledger"],
                "opts": self.opts,
            }
            return TemplateResponse(
                request, "ledger/admin/new_key.html", context, headers={"Cache-Control": "no-store, private"}
            )

        return ActionPage(
            title="Make a key",
            lead="The key is shown once, right after this. Only its hash is kept.",
            submit="Make key",
            form=MakingForm,
            perform=perform,
            back=reverse("admin:ledger_apikey_changelist"),
            initial={"ledger": remembered_ledger(request), "scopes": [Scope.READ.value]},
        )


def _revoking(request: HttpRequest, key: ApiKey) -> ActionPage:
    page = reverse("admin:ledger_apikey_change", args=[key.id])

    def perform(_: dict[str, Any]) -> Done:
        with recorded_as(actor_of(request)):
            revoke_api_key(str(key.id))
        return Done(f"Key {key.prefix}… is revoked.", page)

    return ActionPage(
        title=f"Revoke {key.prefix}…",
        lead=f"{key.name or 'This key'} ({key.ledger.code}): the next request with it is refused already. "
        "A revoked key stays revoked.",
        submit="Revoke",
        form=forms.Form,
        perform=perform,
        back=page,
        is_dangerous=True,
    )
