"""Accounts: what each holds, and its newest legs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from ledger.admin import account_pages, cells
from ledger.admin.action_pages import answer
from ledger.admin.one_ledger import OneLedgerAdmin, OneLedgerFilter
from ledger.domain.accounts import AccountStatus
from ledger.models import Account, Leg

NEWEST_LEGS = 20

# Which buttons make sense in which status.
_ACTIONS_IN = {
    AccountStatus.ACTIVE: {"freeze", "close"},
    AccountStatus.FROZEN: {"unfreeze", "close"},
    AccountStatus.CLOSED: {"reopen"},
}


@admin.register(Account)
class AccountAdmin(OneLedgerAdmin):
    list_display = ("code", "name", "type", "ccy", "shown_balance", "shown_status")
    list_filter = (
        OneLedgerFilter,
        ("type", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("ccy", RelatedDropdownFilter),
    )
    list_before_template = "ledger/admin/ledger_switch.html"
    search_fields = ("code", "name")
    search_help_text = "Code or name"
    sortable_by = ("code",)
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("code", "name"), ("ledger", "ccy"), ("type", "normal_side"), "shown_status")}),
        ("Balance", {"fields": ("shown_balance", ("shown_debits", "shown_credits"), "non_negative")}),
        ("More", {"fields": ("parent", "metadata", "shown_created_at", "shown_journals")}),
    )
    change_form_outer_after_template = "ledger/admin/tables.html"
    actions_list = ("open",)
    actions_detail = ("rename", "freeze", "unfreeze", "close", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.select_related("ccy", "balance_row", "ledger", "parent")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        tables = [] if account is None else [(f"Newest {NEWEST_LEGS} legs", _newest_legs(account))]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        account = self.get_object(request, object_id)
        fitting = {"rename"} | (_ACTIONS_IN[AccountStatus(account.status)] if account else set())
        names = {f"ledger_account_{name}" for name in fitting}
        return [button for button in super().get_actions_detail(request, object_id) if button.action_name in names]

    @display(description="balance", ordering=None)
    def shown_balance(self, account: Account) -> SafeString:
        return cells.amount(account.balance_row.balance, account.ccy.minor_units, account.ccy_id)

    @display(description="debits")
    def shown_debits(self, account: Account) -> SafeString:
        return cells.amount(account.balance_row.debits, account.ccy.minor_units, account.ccy_id)

    @display(description="credits")
    def shown_credits(self, account: Account) -> SafeString:
        return cells.amount(account.balance_row.credits, account.ccy.minor_units, account.ccy_id)

    @display(description="status", label=cells.STATUS_COLOURS)
    def shown_status(self, account: Account) -> str:
        return account.status

    @display(description="opened at")
    def shown_created_at(self, account: Account) -> SafeString | str:
        return cells.instant(account.created_at)

    @display(description="journals")
    def shown_journals(self, account: Account) -> SafeString:
        return cells.list_of("ledger_journal", "All on this account", ledger=account.ledger.code, account=account.code)

    @action(description="Open account", url_path="open", icon="add", permissions=["view", "ledger.open_account"])
    def open(self, request: HttpRequest) -> HttpResponse:
        return answer(self, request, account_pages.opening(request))

    @action(
        description="Name and parent", url_path="rename", icon="edit", permissions=["view", "ledger.rename_account"]
    )
    def rename(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, account_pages.renaming(request, self.found(request, object_id)))

    @action(description="Freeze", url_path="freeze", icon="ac_unit", permissions=["view", "ledger.freeze_account"])
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, account_pages.freezing(request, self.found(request, object_id)))

    @action(description="Unfreeze", url_path="unfreeze", icon="sunny", permissions=["view", "ledger.freeze_account"])
    def unfreeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, account_pages.unfreezing(request, self.found(request, object_id)))

    @action(
        description="Close",
        url_path="close",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["view", "ledger.close_account"],
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, account_pages.closing(request, self.found(request, object_id)))

    @action(description="Reopen", url_path="reopen", icon="undo", permissions=["view", "ledger.close_account"])
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer(self, request, account_pages.reopening(request, self.found(request, object_id)))


def _newest_legs(account: Account) -> dict[str, Any]:
    legs = Leg.objects.filter(account=account).select_related("journal").order_by("-account_seq")[:NEWEST_LEGS]
    decimals = account.ccy.minor_units
    return cells.table(
        ("Journal", "Value date", "Description", "Side", "Amount", "Balance after"),
        (
            (
                cells.figure(cells.page_of("ledger_journal", leg.journal_id, f"{leg.journal.number}")),
                cells.day(leg.value_date),
                leg.journal.description[:60] or cells.NOTHING,
                leg.side,
                cells.amount(leg.amount, decimals, account.ccy_id),
                cells.amount(leg.balance_after, decimals, account.ccy_id),
            )
            for leg in legs
        ),
    )
