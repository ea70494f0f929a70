"""django-import-export's way of showing what an upload would change, with our readers before it and our verb behind it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import tablib
from django.contrib import messages
from django.http import HttpRequest
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult

from fx.domain.rate_moves import RateMove
from fx.domain.rates import Quotation, RateType, format_rate, in_direction, normalised
from fx.models import Rate
from fx.rate_files import InvalidRateFile
from fx.rate_import import checked_rates
from fx.rate_recording import record_rates

UNNAMED_SOURCE = "manual"
# A preview is for reading. All of history is a matter for the command, which takes seconds for it.
ROWS_MAX = 5_000
COLUMNS = ("base", "quote", "rate", "date", "type", "source", "quoted_at")

Key = tuple[str, str, str, date, str, datetime | None]


class RateFileFormat(Format):
    """Any file of rates: which kind it is, its beginning shows."""

    def __init__(self, encoding: str | None = None) -> None:
        """`encoding` is import-export's; our readers know their files' own."""

    def get_title(self) -> str:
        return "ECB XML, ECB CSV, or CSV (base, quote, rate, date)"

    def get_extension(self) -> str:
        return "csv"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, content: bytes) -> tablib.Dataset:
        """The file's rates as import-export's rows.

        Raises:
            InvalidRateFile: nothing of it is shown or written.
        """
        file, passed_over = checked_rates(content, unnamed_source=UNNAMED_SOURCE)
        if len(file.rates) > ROWS_MAX:
            raise InvalidRateFile(
                f"The file has {len(file.rates)} rates, more than the {ROWS_MAX} that fit a preview: import it with "
                "'manage.py fx_rates import'."
            )
        rows = [(r.base, r.quote, r.value, r.date, r.type, r.source, r.quoted_at) for _, r in file.rates]
        return tablib.Dataset(*rows, headers=COLUMNS, title=", ".join(passed_over))


class RateResource(Resource):
    """Records the upload as a whole, before the first row is looked at; the rows then say what became of each.

    A preview does the same within the transaction that import-export takes back.
    """

    class Meta:
        import_id_fields = ()
        instance_loader_class = BaseInstanceLoader

    def __init__(self, request: HttpRequest | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._request = request
        self._before: dict[Key, Rate] = {}
        self._jumps: dict[tuple[Any, ...], RateMove] = {}

    @classmethod
    def get_display_name(cls) -> str:
        return "Exchange rates"

    def get_import_fields(self, *_: Any, **__: Any) -> list[Field]:
        return [Field(column_name=name) for name in COLUMNS]

    get_user_visible_fields = get_import_fields

    def get_diff_headers(self) -> list[str]:
        return ["pair", "rate", "date", "type", "source", "stored until now", "what to look at"]

    def before_import(self, dataset: tablib.Dataset, **options: Any) -> None:
        quotations = [_quotation(row) for row in dataset.dict]
        self._before = _stored(quotations)
        recorded = record_rates(quotations)
        self._jumps = {_name(jump): jump for jump in recorded.jumps}
        if self._request is not None and options.get("dry_run", True) and dataset.title:
            messages.info(self._request, f"Passed over, as the books do not know them: {dataset.title}.")

    def import_row(self, row: dict[str, Any], instance_loader: Any, **options: Any) -> RowResult:  # noqa: ARG002
        quotation = _quotation(row)
        before = self._before.get(_key(quotation))
        result = RowResult()
        result.import_type = _import_type(quotation, before)
        jump = self._jumps.get(_name(quotation))
        result.diff = [
            f"{quotation.base}/{quotation.quote}",
            f"{quotation.value:f}",
            f"{quotation.date}",
            f"{quotation.type}",
            quotation.source,
            _until_now(quotation, before),
            f"moves by {jump.percent:+f} %, from {format_rate(jump.before)}" if jump else "",
        ]
        return result

    def after_import(self, dataset: tablib.Dataset, result: Any, **options: Any) -> None:  # noqa: ARG002
        result.jumps = list(self._jumps.values())


def _quotation(row: dict[str, Any]) -> Quotation:
    base, quote, value, on, type_, source, quoted_at = (row[name] for name in COLUMNS)
    return Quotation(base, quote, Decimal(value), on, source, RateType(type_), quoted_at)


def _key(quotation: Quotation) -> Key:
    rate = normalised(quotation)
    return rate.base, rate.quote, rate.type, quotation.date, quotation.source, quotation.quoted_at


def _name(quoted: Quotation | RateMove) -> tuple[Any, ...]:
    return quoted.base, quoted.quote, quoted.type, quoted.source, quoted.date


def _stored(quotations: list[Quotation]) -> dict[Key, Rate]:
    keys = [_key(quotation) for quotation in quotations]
    bases, quotes, dates = (sorted({key[i] for key in keys}) for i in (0, 1, 3))  # type: ignore[type-var]
    rates = Rate.objects.filter(base__any=bases, quote__any=quotes, date__any=dates)
    return {(r.base_id, r.quote_id, r.type, r.date, r.source, r.quoted_at): r for r in rates}


def _import_type(quotation: Quotation, before: Rate | None) -> str:
    if before is None:
        return str(RowResult.IMPORT_TYPE_NEW)
    same = before.value == normalised(quotation).value
    return str(RowResult.IMPORT_TYPE_SKIP if same else RowResult.IMPORT_TYPE_UPDATE)


def _until_now(quotation: Quotation, before: Rate | None) -> str:
    """What the rate was, in the direction in which the upload quotes it."""
    if before is None:
        return ""
    rate = in_direction(
        quotation.base,
        quotation.quote,
        value=before.value,
        quoted_value=before.quoted_value,
        quoted_inverted=before.quoted_inverted,
    )
    return format_rate(rate)
