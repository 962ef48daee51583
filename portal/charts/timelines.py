"""Time from left to right: a bundle that fills up, and a day of reachability."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from portal.charts import svg

TOP, PLOT, FOOT = 22.0, 160.0, 26.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A bundle during a month. `so_far` holds the running total at the end of each day up to today; `forecast` is the
    expected total at the end of the month. Words are already in the reader's language.
    """

    so_far: tuple[int, ...]
    days: int
    bundle: int
    forecast: int | None
    bundle_words: tuple[str, str]  # ("bundel", "50 GB")
    now_words: str
    forecast_words: str = ""
    full_words: str = ""  # "vol op ma 23 nov."
    axis: tuple[tuple[int, str], ...] = ()  # (day of the month, word)


def bundle_line(
    fill: Fill,
    *,
    title: str,
    tick: Callable[[int], str],
    sentence: str,
    heads: tuple[str, str],
    row_labels: Sequence[str],
    shown: Callable[[int], str],
    unit: str = "",
) -> SafeString:
    """Line with area for what is used, dashed for what is expected, a line for the bundle, a ring where it is full."""
    top = svg.ticks(max(fill.bundle, fill.forecast or 0, *fill.so_far, 1))
    high = top[-1]

    def x(day: float) -> float:
        return day * 100 / max(fill.days, 1)

    def y(value: float) -> float:
        return TOP + PLOT - value * PLOT / high

    axis = "".join(svg.text(tick(value) + (unit if value == high else ""), 44, y(value) + 4, "t-end") for value in top)
    drawn = [svg.line(0, y(value), "100%", y(value), "axis" if value == 0 else "gridline") for value in top]
    today, used = len(fill.so_far), fill.so_far[-1] if fill.so_far else 0
    points = [(0.0, 0.0), *((float(day), float(value)) for day, value in enumerate(fill.so_far, 1))]
    drawn.append(_shape(points, today, fill, x, y))
    drawn.append(svg.line(0, y(fill.bundle), "100%", y(fill.bundle), "limit"))
    drawn.extend(_words(fill, today, used, x, y))
    for day, word in fill.axis:
        place = x(day)
        edge = "t-start" if place < 4 else "t-end" if place > 96 else "t-mid"
        look = " t-strong" if day == today else " not-phone" if abs(place - x(today)) < 18 else ""
        drawn.append(svg.text(word, svg.pct(place), TOP + PLOT + 19, edge + look))
    name, size = fill.bundle_words
    right = svg.text(name, 6, y(fill.bundle) + 4, "t-strong") + svg.text(size, 6, y(fill.bundle) + 19)
    rows = [(label, shown(value)) for label, value in zip(row_labels, fill.so_far, strict=True)]
    return svg.figure(
        svg.plot(axis, "".join(drawn), height=TOP + PLOT + FOOT, label=title, right=right),
        sentence=sentence,
        numbers=svg.table(title, heads, rows),
    )


def _shape(
    points: Sequence[tuple[float, float]],
    today: int,
    fill: Fill,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    """Paths know no percentages: they stand in an SVG that is stretched, their strokes are not."""
    path = "L".join(f"{svg.num(x(day))} {svg.num(y(value))}" for day, value in points)
    ground = svg.num(TOP + PLOT)
    parts = [
        svg.tag("path", d=f"M{path}L{svg.num(x(today))} {ground}L0 {ground}z", class_="area"),
        svg.tag("path", d=f"M{path}", class_="line", vector_effect="non-scaling-stroke"),
    ]
    if fill.forecast is not None and today < fill.days and fill.so_far:
        start, end = (float(today), float(fill.so_far[-1])), (float(fill.days), float(fill.forecast))
        cross = _crossing(start, end, fill.bundle)
        middle = (cross, float(fill.bundle)) if cross is not None else end
        parts.append(_dashed(start, middle, x, y, "line forecast"))
        if cross is not None:
            parts.append(_dashed(middle, end, x, y, "line forecast over"))
    height = TOP + PLOT + FOOT
    return svg.tag(
        "svg",
        "".join(parts),
        width="100%",
        height=height,
        viewBox=f"0 0 100 {svg.num(height)}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _dashed(
    start: tuple[float, float],
    end: tuple[float, float],
    x: Callable[[float], float],
    y: Callable[[float], float],
    class_: str,
) -> str:
    points = "L".join(f"{svg.num(x(day))} {svg.num(y(value))}" for day, value in (start, end))
    return svg.tag("path", d=f"M{points}", class_=class_, vector_effect="non-scaling-stroke")


def _crossing(start: tuple[float, float], end: tuple[float, float], bundle: int) -> float | None:
    """The day on which the forecast meets the bundle; None when it does not, or is over it already."""
    if not start[1] < bundle < end[1]:
        return None
    return start[0] + (end[0] - start[0]) * (bundle - start[1]) / (end[1] - start[1])


def _words(fill: Fill, today: int, used: int, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    late = x(today) > 80
    drawn = [
        svg.tag("circle", cx=svg.pct(x(today)), cy=y(used), r=4, class_="dot-now"),
        svg.text(
            fill.now_words,
            svg.pct(x(today)),
            y(used) + 18,
            f"t-strong halo{' t-end' if late else ''}",
            -6.0 if late else 8.0,
        ),
    ]
    if fill.forecast is None or today >= fill.days:
        return drawn
    cross = _crossing((today, used), (fill.days, fill.forecast), fill.bundle)
    if cross is not None:
        drawn.append(svg.tag("circle", cx=svg.pct(x(cross)), cy=y(fill.bundle), r=4.5, class_="dot-over"))
        drawn.append(svg.text(fill.full_words, svg.pct(x(cross)), y(fill.bundle) - 9, "t-bad t-end halo", -6.0))
    under = 0 <= y(fill.forecast) - y(fill.bundle) < 24  # above its end the words would lie on the line of the bundle
    drawn.append(
        svg.text(
            fill.forecast_words, "100%", y(fill.forecast) + 18 if under else max(y(fill.forecast) - 9, 11), "t-end halo"
        )
    )
    return drawn


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour: `state` is up, down or unknown."""

    state: str


def day_strip(
    quarters: Sequence[Quarter], *, label: str, axis: Sequence[tuple[int, str]], fault: tuple[int, str] | None = None
) -> SafeString:
    """96 quarters of an hour; what was away is striped and named below. `axis` and `fault` count in quarters."""
    step = 100 / max(len(quarters), 1)
    looks = {"up": {"class_": "f-good"}, "down": {"fill": "url(#stripes-bad)"}, "unknown": {"class_": "f-track"}}
    body = [
        svg.rect(svg.pct(index * step), 0, svg.pct(step * 0.78), 26, rx=1, **looks[quarter.state])
        for index, quarter in enumerate(quarters)
    ]
    for at, word in axis:
        edge = "" if at == 0 else "t-end" if at >= len(quarters) else "t-mid"
        away = abs(at - fault[0]) * step if fault else 100.0
        if away > 10:
            body.append(svg.text(word, svg.pct(at * step), 44, f"{edge}{' not-phone' if away < 30 else ''}".strip()))
    if fault:
        place = fault[0] * step
        edge = "t-end" if place > 80 else "" if place < 20 else "t-mid"
        body.append(svg.text(fault[1], svg.pct(place), 44, f"fault halo {edge}"))
    return svg.safe(f'<div class="chart strip">{svg.drawing("".join(body), height=50, label=label)}</div>')
