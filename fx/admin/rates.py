"""Exchange rates: the list by pair and source with its chart, one rate with its revisions, and the upload of a file."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from import_export.admin import ImportMixin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.contrib.import_export.forms import ImportForm
from unfold.decorators import display

from fx.admin.rate_chart import RateChart, rate_chart
from fx.admin.rate_upload import RateFileFormat, RateResource
from fx.domain.rate_moves import JUMP_PERCENT, RateMove
from fx.domain.rates import format_rate
from fx.models import Rate
from fx.queries.rate_moves import jumped, moves_of
from fx.queries.rate_series import known_pairs, known_sources
from fx.rate_files import InvalidRateFile
from ledger.admin import cells
from ledger.admin.read_only import ReadOnlyAdmin

JUMPS_TOLD_MAX = 10
_GRID = (0, 75, 150, 225, 300)


class PairFilter(DropdownFilter):
    title = "pair"
    parameter_name = "pair"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(f"{base}-{quote}", f"{base}/{quote}") for base, quote in known_pairs()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rate]) -> QuerySet[Rate]:  # noqa: ARG002
        base, _, quote = (self.value() or "").partition("-")
        return queryset.filter(base=base, quote=quote) if base else queryset


class SourceFilter(DropdownFilter):
    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(source, source) for source in known_sources()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rate]) -> QuerySet[Rate]:  # noqa: ARG002
        return queryset.filter(source=self.value()) if self.value() else queryset


class MoveFilter(DropdownFilter):
    title = "move"
    parameter_name = "move"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("jump", f"more than {JUMP_PERCENT} % within its source")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rate]) -> QuerySet[Rate]:  # noqa: ARG002
        return jumped(queryset) if self.value() == "jump" else queryset


@admin.register(Rate)
class RateAdmin(ImportMixin, ReadOnlyAdmin):
    list_display = ("day", "pair", "as_quoted", "quoted_type", "source", "move", "revision", "shown_recorded_at")
    list_filter = (PairFilter, SourceFilter, ("date", RangeDateFilter), ("type", ChoicesDropdownFilter), MoveFilter)
    list_filter_submit = True
    list_before_template = "fx/admin/rate_chart.html"
    ordering = ("-date", "base", "quote", "source", "type", "-quoted_at")
    fieldsets = (
        (None, {"fields": (("pair", "as_quoted"), ("day", "shown_quoted_at"), ("shown_source", "quoted_type"))}),
        ("As it is kept", {"fields": (("kept_pair", "kept_value"), ("revision", "shown_recorded_at"))}),
    )
    change_form_outer_after_template = "fx/admin/rate_page.html"
    resource_classes = [RateResource]
    import_form_class = ImportForm
    skip_admin_log = True  # a rate's revisions are its history

    def get_import_formats(self) -> list[type[RateFileFormat]]:
        return [RateFileFormat]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fx.import_rate")

    def get_import_resource_kwargs(self, request: HttpRequest, **options: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **options), "request": request}

    def add_data_read_fail_error_to_form(self, form: Any, error: Exception) -> None:
        if not isinstance(error, InvalidRateFile):
            raise error
        for line in (error.detail, *map(str, error.errors[:20])):
            form.add_error("import_file", line)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        base, _, quote = request.GET.get("pair", "").partition("-")
        chart = {} if "\x00" in base + quote else _chart_context(base, quote)
        return super().changelist_view(request, {**chart, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rates = list(changelist.result_list)
        moves = moves_of([rate.id for rate in rates])
        for rate in rates:
            rate.move = moves.get(rate.id)
        changelist.result_list = rates
        return changelist

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rate = self.get_object(request, object_id)
        found = {}
        if rate is not None:
            found = {"tables": [("Revisions", _revisions(rate))], **_chart_context(rate.base_id, rate.quote_id)}
        return super().change_view(request, object_id, form_url, {**found, **(extra_context or {})})

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = super().process_result(result, request)
        for jump in result.jumps[:JUMPS_TOLD_MAX]:
            messages.warning(request, f"Moved by more than {JUMP_PERCENT} %: {jump}")
        if len(result.jumps) > JUMPS_TOLD_MAX:
            messages.warning(request, f"and {len(result.jumps) - JUMPS_TOLD_MAX} more; see the filter by move.")
        return response

    @display(description="date")
    def day(self, rate: Rate) -> str:
        return f"{rate.date:%Y-%m-%d}"

    @display(description="pair")
    def pair(self, rate: Rate) -> str:
        return f"{rate.quoted_base}/{rate.quoted_quote}"

    @display(description="rate")
    def as_quoted(self, rate: Rate) -> SafeString:
        return cells.figure(f"{rate.quoted_value:f}")

    @display(description="type")
    def quoted_type(self, rate: Rate) -> str:
        return rate.quoted_type

    @display(description="source")
    def shown_source(self, rate: Rate) -> str:
        return rate.source

    @display(description="move", label={"jump": "danger", "none": "info"})
    def move(self, rate: Rate) -> tuple[str, str] | str:
        move: RateMove | None = rate.move  # type: ignore[attr-defined]
        if move is None:
            return cells.NOTHING
        return ("jump" if move.is_jump else "none"), f"{move.percent:+f} %"

    @display(description="kept as")
    def kept_pair(self, rate: Rate) -> str:
        return f"{rate.base_id}/{rate.quote_id}, {rate.type}"

    @display(description="rate")
    def kept_value(self, rate: Rate) -> str:
        return format_rate(rate.value)

    @display(description="quoted at")
    def shown_quoted_at(self, rate: Rate) -> str:
        return cells.instant(rate.quoted_at)

    @display(description="recorded at")
    def shown_recorded_at(self, rate: Rate) -> str:
        return cells.instant(rate.recorded_at)


def _chart_context(base: str, quote: str) -> dict[str, Any]:
    chart: RateChart | None = rate_chart(base, quote) if base and quote else None
    return {"chart": chart, "chart_grid": _GRID}


def _revisions(rate: Rate) -> dict[str, Any]:
    """What the rate was, newest first, each as it was quoted."""
    rows = []
    for kept in rate.revisions.order_by("-revision"):
        low, high = rate.base_id, rate.quote_id
        pair = f"{high}/{low}" if kept.quoted_inverted else f"{low}/{high}"
        rows.append(
            (
                cells.figure(kept.revision),
                pair,
                cells.figure(f"{kept.quoted_value:f}"),
                cells.figure(format_rate(kept.value)),
                cells.instant(kept.recorded_at),
            )
        )
    return cells.table(("Revision", "Quoted as", "Rate", f"{rate.base_id}/{rate.quote_id}", "Recorded at"), rows)
