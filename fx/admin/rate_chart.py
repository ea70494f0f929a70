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
STROKE, DOT = 2, 10
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Line:
    """One source's line: its label, its colour, its width, and the points as SVG writes them."""

    label: str
    colour: str
    width: int
    points: str


@dataclass(frozen=True, slots=True)
class RateChart:
    """What the template draws; the texts stand outside the drawing, so that they stay readable on a narrow screen.

    `rates` and `dates` are the ends of the two axes, the highest rate first; a single one, where both ends are the same.
    """

    title: str
    lines: list[Line]
    rates: list[str]
    dates: list[date]


def rate_chart(low: str, high: str) -> RateChart | None:
    """The chart of a pair; None where it has no rate."""
    base, quote, series = rate_series(low, high)
    if not series:
        return None
    points = [point for one in series for point in one.points]
    days, values = [on for on, _ in points], [rate for _, rate in points]
    frame = _Frame(min(days), max(days), min(values), max(values))
    lines = [_line(one, frame, COLOURS[i % len(COLOURS)]) for i, one in enumerate(series)]
    rates = dict.fromkeys(format_rate(rate, 8) for rate in (frame.highest, frame.lowest))
    return RateChart(f"1 {base} in {quote}", lines, list(rates), list(dict.fromkeys((frame.first, frame.last))))


def _line(series: RateSeries, frame: "_Frame", colour: str) -> Line:
    points = _thinned(series)
    if len(points) == 1:
        # A line from a point to itself is drawn by its round ends alone: a dot, and a wide one is seen.
        return Line(f"{series.source} {series.type}", colour, DOT, " ".join([frame.place(points[0])] * 2))
    return Line(f"{series.source} {series.type}", colour, STROKE, " ".join(map(frame.place, points)))


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
    length = -(-len(points) // SLICES)
    if length <= 2:  # noqa: PLR2004 - a lowest and a highest
        return points
    thinned = []
    for start in range(0, len(points), length):
        part = points[start : start + length]
        extremes = {min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1])}
        thinned += sorted(extremes)
    return thinned
