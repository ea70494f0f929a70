"""Settlements: how one currency became another, with both journals side by side. Nothing is changed here."""

from decimal import ROUND_HALF_EVEN, Context
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from fx.domain.conversion import as_text
from fx.models import Settlement
from ledger.admin import cells
from ledger.admin.one_ledger import OneLedgerFilter
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.domain.accounts import Side
from ledger.models import Journal, Leg

# As many digits as anybody reads; the row has them all.
SHOWN = Context(prec=15, rounding=ROUND_HALF_EVEN)


class PairFilter(DropdownFilter):
    title = "pair"
    parameter_name = "pair"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        pairs = Settlement.objects.order_by("base_id", "quote_id").values_list("base_id", "quote_id").distinct()
        return [(f"{base}-{quote}", f"{base}/{quote}") for base, quote in pairs]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Settlement]) -> QuerySet[Settlement]:  # noqa: ARG002
        base, _, quote = (self.value() or "").partition("-")
        return queryset.filter(base_id=base, quote_id=quote) if base else queryset


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    list_display = (
        "value_day",
        "pair",
        "base_money",
        "quote_money",
        "shown_rate",
        "rate_source",
        "shown_path",
        "state",
    )
    list_filter = (OneLedgerFilter, PairFilter)
    list_before_template = "ledger/admin/ledger_switch.html"
    ordering = ("-base_journal__number",)
    fieldsets = (
        (None, {"fields": (("pair", "state"), ("base_money", "quote_money"), ("ledger", "value_day"))}),
        ("Rate", {"fields": (("shown_rate", "shown_path"), ("rate_source", "rate_day"), "shown_steps")}),
        ("Rounding", {"fields": (("rounding", "shown_residual"), ("shown_spread", "shown_book_value"))}),
        ("Reversal", {"fields": (("shown_reverses", "shown_reversed_by"),)}),
    )
    change_form_outer_after_template = "fx/admin/two_journals.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        rows: QuerySet[Settlement] = super().get_queryset(request)
        journals = ("base_journal", "quote_journal", "base", "quote", "ledger__base_ccy")
        return rows.select_related(*journals, "reverses__base_journal", "reversed_by__base_journal")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        journals = [] if found is None else [found.base_journal, found.quote_journal]
        tables = [(f"Journal {journal.number}", _legs(journal)) for journal in journals]
        return super().change_view(request, object_id, form_url, {"tables": tables, **(extra_context or {})})

    @display(description="value date")
    def value_day(self, settlement: Settlement) -> str:
        return f"{settlement.base_journal.value_date:%Y-%m-%d}"

    @display(description="pair")
    def pair(self, settlement: Settlement) -> str:
        return f"{settlement.base_id}/{settlement.quote_id}"

    @display(description="from")
    def base_money(self, settlement: Settlement) -> SafeString:
        return cells.amount(settlement.base_amount, settlement.base.minor_units, settlement.base_id)

    @display(description="to")
    def quote_money(self, settlement: Settlement) -> SafeString:
        return cells.amount(settlement.quote_amount, settlement.quote.minor_units, settlement.quote_id)

    @display(description="rate")
    def shown_rate(self, settlement: Settlement) -> SafeString:
        return cells.figure(as_text(SHOWN.plus(settlement.rate)))

    @display(description="path")
    def shown_path(self, settlement: Settlement) -> str:
        return settlement.path

    @display(description="rate date")
    def rate_day(self, settlement: Settlement) -> SafeString | str:
        return cells.day(settlement.rate_date)

    @display(description="spread")
    def shown_spread(self, settlement: Settlement) -> str:
        return f"{as_text(settlement.spread_bps)} basis points" if settlement.spread_bps else cells.NOTHING

    @display(description="residual")
    def shown_residual(self, settlement: Settlement) -> str:
        return (
            f"{as_text(SHOWN.plus(settlement.residual))} {settlement.quote_id}"
            if settlement.residual
            else cells.NOTHING
        )

    @display(description="value in base currency")
    def shown_book_value(self, settlement: Settlement) -> SafeString | str:
        if settlement.book_value is None:
            return cells.NOTHING
        base_ccy = settlement.ledger.base_ccy
        return cells.amount(settlement.book_value, base_ccy.minor_units, base_ccy.code)

    @display(description="rates used")
    def shown_steps(self, settlement: Settlement) -> str:
        steps = [
            f"{step['base']}/{step['quote']} {step['value']} ({step['source']}, {step['rate_date']}, revision "
            f"{step['revision']}{', inverted' if step['inverted'] else ''})"
            for step in settlement.steps
        ]
        return "; ".join(steps) or cells.NOTHING

    @display(description="state", label={"reversal": "warning", "reversed": "danger"})
    def state(self, settlement: Settlement) -> str:
        if settlement.reverses_id is not None:
            return "reversal"
        return "reversed" if hasattr(settlement, "reversed_by") else "settled"

    @display(description="reverses")
    def shown_reverses(self, settlement: Settlement) -> SafeString | str:
        return _link(settlement.reverses)

    @display(description="reversed by")
    def shown_reversed_by(self, settlement: Settlement) -> SafeString | str:
        return _link(getattr(settlement, "reversed_by", None))


def _link(settlement: Settlement | None) -> SafeString | str:
    if settlement is None:
        return cells.NOTHING
    return cells.page_of("fx_settlement", settlement.id, f"Settlement of journal {settlement.base_journal.number}")


def _legs(journal: Journal) -> dict[str, Any]:
    legs = Leg.objects.filter(journal=journal).order_by("position")
    rows = legs.annotate(code=F("account__code"), decimals=F("ccy__minor_units"))
    return cells.table(
        ("Account", "Debit", "Credit"),
        (
            (
                cells.page_of("ledger_account", leg.account_id, leg.code),
                *(
                    cells.amount(leg.amount, leg.decimals, leg.ccy_id) if leg.side == side else ""
                    for side in (Side.DEBIT, Side.CREDIT)
                ),
            )
            for leg in rows
        ),
    )
