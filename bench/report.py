"""The figures as a table to read, as JSON to compare, and as a page with a picture."""

import html
import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.contest import Entry, Results
from bench.floors import Floor
from bench.workloads import Workload

_HEAD = ("accounts", "what", "callers", "transfers/s", "p50 ms", "p95 ms", "p99 ms", "retries", "x naive", "x plain",
         "database us", "web us")  # fmt: skip
_BAR_HEIGHT, _BAR_LENGTH_MAX, _LABEL_WIDTH = 18, 520, 190
_COLOURS = {"verb": "#2563eb", "HTTP": "#0891b2", "naive": "#dc2626", "plain SQL": "#9ca3af"}


def rows(results: Results) -> Iterator[tuple[str, ...]]:
    """One line of text cells per entry; ratios where the same run has something to compare with."""
    for entry, figures in results.items():
        yield (
            entry.workload,
            entry.name,
            str(entry.callers),
            f"{figures.per_second:,.0f}",
            f"{figures.p50_ms:.1f}",
            f"{figures.p95_ms:.1f}",
            f"{figures.p99_ms:.1f}",
            f"{figures.retries_percent:.2f} %",
            _against(results, entry, "naive"),
            _against(results, entry, "plain SQL"),
            f"{figures.database_us:,.0f}",
            f"{figures.web_us:,.0f}",
        )


def table(results: Results) -> str:
    """The rows in columns."""
    return _columns([_HEAD, *rows(results)])


def floor_table(floors: Iterable[Floor]) -> str:
    """Each floor with what was measured, and whether that reaches it."""
    lines: list[tuple[str, ...]] = [("to reach", "", "measured", "")]
    lines += [
        (floor.name, f"{'<=' if floor.at_most else '>='} {floor.floor:,g} {floor.unit}",
         f"{floor.measured:,.2f} {floor.unit}", "reached" if floor.is_reached else "NOT REACHED")
        for floor in floors
    ]  # fmt: skip
    return _columns(lines)


def write(folder: Path, results: Results, floors: list[Floor], extra: dict[str, object]) -> list[Path]:
    """Write results.json and results.html; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_page = folder / "results.json", folder / "results.html"
    content = {
        "at": datetime.now(UTC).isoformat(),
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "figures": [asdict(entry) | asdict(figures) for entry, figures in results.items()],
        "floors": [asdict(floor) | {"is_reached": floor.is_reached} for floor in floors],
        **extra,
    }
    as_json.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")
    as_page.write_text(_page(results, floors, str(content["at"])), encoding="utf-8")
    return [as_json, as_page]


def _against(results: Results, entry: Entry, form: str) -> str:
    other = results.get(Entry(form, entry.workload, entry.callers))
    if other is None or entry.bulk > 1 or entry.form in (form, "HTTP balance"):
        return ""
    return f"{results[entry].against(other):.2f}"


def _columns(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _page(results: Results, floors: list[Floor], at: str) -> str:
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>DoubleX: speed under contention</title>"
        "<style>body{font:15px system-ui;margin:2rem;max-width:70rem}table{border-collapse:collapse;margin:1rem 0}"
        "td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}"
        "td:first-child,td:nth-child(2),th:first-child,th:nth-child(2){text-align:left}</style>"
        f"<h1>Speed under contention</h1><p>{html.escape(at)}, {os.cpu_count()} cores</p>"
        f"{_picture(results)}{_html_table([_HEAD, *rows(results)])}<h2>To reach</h2><pre>"
        f"{html.escape(floor_table(floors))}</pre></html>"
    )


def _picture(results: Results) -> str:
    """Transfers per second of 32 callers, a bar for each form on each kind of accounts."""
    bars = [
        (workload, form, results[entry].per_second)
        for workload in Workload
        for form in _COLOURS
        if (entry := Entry(form, workload, 32)) in results
    ]
    longest = max((value for _, _, value in bars), default=1.0)
    lines = []
    for index, (workload, form, value) in enumerate(bars):
        top = index * (_BAR_HEIGHT + 6)
        length = _BAR_LENGTH_MAX * value / longest
        lines.append(
            f"<text x='{_LABEL_WIDTH - 8}' y='{top + 14}' text-anchor='end'>{workload}, {form}</text>"
            f"<rect x='{_LABEL_WIDTH}' y='{top}' width='{length:.0f}' height='{_BAR_HEIGHT}' fill='{_COLOURS[form]}'/>"
            f"<text x='{_LABEL_WIDTH + length + 6:.0f}' y='{top + 14}'>{value:,.0f}/s</text>"
        )
    height = len(bars) * (_BAR_HEIGHT + 6)
    return f"<svg width='820' height='{height}' role='img' aria-label='Transfers per second'>{''.join(lines)}</svg>"


def _html_table(lines: list[tuple[str, ...]]) -> str:
    head, *body = (
        "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in line) + "</tr>"
        for tag, line in ((("th" if index == 0 else "td"), line) for index, line in enumerate(lines))
    )
    return f"<table>{head}{''.join(body)}</table>"
