"""Currencies: ISO 4217's, and the action that adds a custom one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from ledger.admin.action_pages import ActionPage, Done, Text, answer
from ledger.admin.actors import actor_of
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.audit import recorded_as
from ledger.currencies import add_currency
from ledger.models import Currency


class AddingForm(forms.Form):
    code = Text(help_text="3 to 12 capital letters and digits, such as POINTS. It never changes.")
    name = Text()
    minor_units = forms.IntegerField(
        label="Decimals", widget=UnfoldAdminIntegerFieldWidget(), help_text="They never change."
    )


@admin.register(Currency)
class CurrencyAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "minor_units", "is_custom")
    list_filter = ("is_custom",)
    search_fields = ("code", "name")
    search_help_text = "Code or name"
    sortable_by = ("code",)
    ordering = ("code",)
    fieldsets = ((None, {"fields": ("code", "name", "minor_units", "is_custom")}),)
    actions_list = ("add_custom",)

    @action(description="Add currency", url_path="add-custom", icon="add", permissions=["view", "ledger.add_currency"])
    def add_custom(self, request: HttpRequest) -> HttpResponse:
        return answer(self, request, _adding(request))


def _adding(request: HttpRequest) -> ActionPage:
    def perform(clean: dict[str, Any]) -> Done:
        with recorded_as(actor_of(request)):
            currency = add_currency(clean["code"], clean["name"], clean["minor_units"])
        return Done(f"Currency {currency.code} is added.", reverse("admin:ledger_currency_changelist"))

    return ActionPage(
        title="Add a currency",
        lead="For what ISO 4217 does not list, or lists without decimals (gold, SDR).",
        submit="Add currency",
        form=AddingForm,
        perform=perform,
        back=reverse("admin:ledger_currency_changelist"),
    )
