"""A pair's rates over time as plain SVG: made here, so that no script and no other server is needed to see it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fx.domain.rates import format_rate
from fx.queries.rate_series import RateSeries, rate_series

WIDTH, HEIGHT = Decimal(1000), Decimal(300)
# A spike stays visible however many days there are: of each slice of time its lowest and its highest rate are drawn.
SLICES = 500
COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Line:
    """One source's line: its label, its colour, and the points as SVG writes them."""

    label: str
    colour: str
    points: str


@dataclass(frozen=True, slots=True)
class RateChart:
    """What the template draws; the texts stand outside the drawing, so that they stay readable on a narrow screen."""

    title: str
    lines: list[Line]
    lowest: str
    highest: str
    first_date: date
    last_date: date


def rate_chart(low: str, high: str) -> RateChart | None:
    """The chart of a pair; None where it has no rate."""
    base, quote, series = rate_series(low, high)
    if not series:
        return None
    points = [point for one in series for point in one.points]
    dates, rates = [on for on, _ in points], [rate for _, rate in points]
    frame = _Frame(min(dates), max(dates), min(rates), max(rates))
    lines = [
        Line(f"{one.source} {one.type}", COLOURS[i % len(COLOURS)], " ".join(map(frame.place, _thinned(one))))
        for i, one in enumerate(series)
    ]
    return RateChart(
        f"1 {base} in {quote}",
        lines,
        format_rate(frame.lowest, 8),
        format_rate(frame.highest, 8),
        frame.first,
        frame.last,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    first: date
    last: date
    lowest: Decimal
    highest: Decimal

    def place(self, point: tuple[date, Decimal]) -> str:
        """Where the point lies; a single day or a single rate lies in the middle."""
        on, rate = point
        days, height = (self.last - self.first).days, self.highest - self.lowest
        x = WIDTH * (on - self.first).days / days if days else WIDTH / 2
        y = HEIGHT - HEIGHT * (rate - self.lowest) / height if height else HEIGHT / 2
        return f"{x.quantize(_TENTH)},{y.quantize(_TENTH)}"


def _thinned(series: RateSeries) -> list[tuple[date, Decimal]]:
    points = series.points
    if len(points) == 1:
        return points * 2
    length = -(-len(points) // SLICES)
    if length <= 2:  # noqa: PLR2004 - a lowest and a highest
        return points
    thinned = []
    for start in range(0, len(points), length):
        part = points[start : start + length]
        extremes = {min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1])}
        thinned += sorted(extremes)
    return thinned
