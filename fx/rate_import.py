"""The verb that imports a file of rates: all of it, or nothing and a list of what is wrong by line."""

from collections.abc import Callable
from dataclasses import dataclass

from fx.domain.rates import Quotation, is_kept_as
from fx.rate_files import InvalidRateFile, RateFile, read_rates
from fx.rate_recording import RecordedRates, known_currencies, nothing_to_tell, record_rates


@dataclass(frozen=True, slots=True)
class ImportedRates:
    """What became of a file. `passed_over` are the currencies of a feed that the books do not know."""

    format: str
    recorded: RecordedRates
    passed_over: tuple[str, ...]


def import_rates(
    content: bytes,
    *,
    format_: str | None = None,
    source: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] = nothing_to_tell,
) -> ImportedRates:
    """Import a file in one transaction; importing it again changes nothing. See `read_rates` and `record_rates`.

    Raises:
        InvalidRateFile: its `errors` name line, field and value. Nothing was written.
    """
    file, passed_over = checked_rates(content, format_, source)
    recorded = record_rates((rate for _, rate in file.rates), dry_run=dry_run, on_progress=on_progress)
    return ImportedRates(file.format, recorded, passed_over)


def checked_rates(
    content: bytes, format_: str | None = None, source: str | None = None, *, unnamed_source: str | None = None
) -> tuple[RateFile, tuple[str, ...]]:
    """The file's rates, all fit to be recorded, and the currencies that were passed over.

    Raises:
        InvalidRateFile: something is wrong with any line, or there is none.
    """
    file = read_rates(content, format_, source, unnamed_source=unnamed_source)
    passed_over = _check(file)
    if file.errors:
        errors = sorted(file.errors, key=lambda error: error.line)
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        raise InvalidRateFile(f"The file has {count}; nothing was written.", errors)
    if not file.rates:
        raise InvalidRateFile("There is not a single rate in the file.")
    return file, tuple(sorted(passed_over))


def _check(file: RateFile) -> set[str]:
    """Note what is wrong with the rates together; take out, and answer, the currencies that a feed may have too many."""
    codes = {code for _, rate in file.rates for code in (rate.base, rate.quote)}
    unknown = codes - known_currencies(codes)
    if file.is_feed:
        file.rates = [(line, rate) for line, rate in file.rates if rate.quote not in unknown]
    else:
        _refuse_unknown(file, unknown)
    _refuse_contradictions(file)
    return unknown


def _refuse_unknown(file: RateFile, unknown: set[str]) -> None:
    for line, rate in file.rates:
        for column, code in (("base", rate.base), ("quote", rate.quote)):
            if code in unknown:
                file.refuse(line, column, code, "the books know no such currency; see currency_add.")


def _refuse_contradictions(file: RateFile) -> None:
    """Two values for one key, whichever way round each is quoted."""
    first: dict[object, tuple[int, Quotation]] = {}
    for line, rate in file.rates:
        if is_kept_as(rate.base, rate.quote):
            key = (rate.base, rate.quote, rate.type, rate.date, rate.source, rate.quoted_at)
        else:
            key = (rate.quote, rate.base, rate.type.opposite, rate.date, rate.source, rate.quoted_at)
        line_before, before = first.setdefault(key, (line, rate))
        if before is not rate and (before.base, before.value) != (rate.base, rate.value):
            file.refuse(line, "rate", str(rate.value), f"line {line_before} has another rate for the same key.")
