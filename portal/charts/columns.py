"""Columns: one a day, or one a month in parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.charts import svg

TOP, PLOT, FOOT = 22.0, 150.0, 24.0


@dataclass(frozen=True, slots=True)
class Day:
    """One column. `label` is the day in words, `axis` what stands below it (empty for most), `note` makes it the exception."""

    value: int
    label: str
    shown: str
    weekend: bool = False
    axis: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of the parts a month is stacked of."""

    label: str
    look: str  # fixed, usage or once


@dataclass(frozen=True, slots=True)
class MonthColumn:
    """One month: its parts from the bottom, in the order of the kinds."""

    label: str
    axis: str
    values: tuple[int, ...]
    shown: str
    url: str = ""
    current: bool = False


LOOKS = {"fixed": {"class_": "f-fixed"}, "usage": {"class_": "f-1"}, "once": {"fill": "url(#stripes-ink)"}}


def _grid(largest: int, tick: Callable[[int], str], unit: str) -> tuple[str, str, int]:
    """(axis words, grid lines, the value at the top)."""
    values = svg.ticks(largest)
    axis, lines = [], []
    for value in values:
        y = TOP + PLOT - value * PLOT / values[-1]
        axis.append(svg.text(tick(value) if value < values[-1] else unit + tick(value), 40, y + 4, "t-end"))
        lines.append(svg.line(0, y, "100%", y, "axis" if value == 0 else "gridline"))
    return "".join(axis), "".join(lines), values[-1]


def _linked(body: str, url: str, label: str) -> str:
    return f'<a href="{escape(url)}" aria-label="{escape(label)}">{body}</a>' if url else body


def day_bars(
    days: Sequence[Day],
    *,
    title: str,
    tick: Callable[[int], str],
    heads: tuple[str, str],
    sentence: str = "",
    unit: str = "",
) -> SafeString:
    """A column a day; workdays and weekends differ, the exception is darker and says why.

    Columns with a url are links. `unit` stands before the highest number of the axis only.
    """
    largest = max([day.value for day in days] or [0])
    axis, body, top = _grid(largest, tick, unit)
    step = 100 / max(len(days), 1)
    drawn = [body]
    for index, day in enumerate(days):
        height = max(day.value * PLOT / top, 1.0 if day.value else 0.0)
        middle = (index + 0.5) * step
        look = "f-1" if day.note else "f-3" if day.weekend else "f-2"
        column = svg.rect(svg.pct(index * step), TOP, svg.pct(step), PLOT, "hit") + svg.rect(
            svg.pct(middle - step * 0.39), TOP + PLOT - height, svg.pct(step * 0.78), height, f"bar {look}", rx=2
        )
        drawn.append(_linked(column, day.url, f"{day.label}: {day.shown}"))
        if day.axis:
            edge = "t-start" if middle < 3 else "t-end" if middle > 97 else "t-mid"
            drawn.append(
                svg.text(day.axis, svg.pct(middle), TOP + PLOT + 18, f"{edge}{' t-strong' if day.note else ''}")
            )
    drawn.extend(_exception(index, day, step, top) for index, day in enumerate(days) if day.note)
    notes = "".join(
        f'<p class="only-phone small">{escape(day.label)}: {escape(day.note)}</p>' for day in days if day.note
    )
    kinds = [("f-2", _("workday")), ("f-3", _("weekend"))] if any(day.weekend for day in days) else []
    return svg.figure(
        svg.plot(axis, "".join(drawn), height=TOP + PLOT + FOOT, label=title, links=any(day.url for day in days))
        + notes,
        sentence=sentence,
        legend=svg.legend(kinds),
        numbers=svg.table(title, heads, [(day.label, day.shown) for day in days]),
        class_="columns",
    )


def _exception(index: int, day: Day, step: float, top: int) -> str:
    """Two lines beside the column, at the side where there is room."""
    right = (index + 1) * step < 55
    place = svg.pct((index + 1) * step + 0.4 if right else index * step - 0.4)
    y = min(TOP + PLOT - day.value * PLOT / top + 10, TOP + PLOT - 24)
    end = "" if right else " t-end"
    shift = 4.0 if right else -4.0
    first = svg.text(f"{day.label} · {day.shown}", place, y, f"t-strong halo{end}", shift)
    return first + svg.text(day.note, place, y + 17, f"halo not-phone{end}", shift)


def month_bars(
    months: Sequence[MonthColumn],
    kinds: Sequence[Part],
    *,
    title: str,
    tick: Callable[[int], str],
    heads: tuple[str, str],
    sentence: str,
    unit: str = "",
) -> SafeString:
    """A column a month, stacked of at most fixed, usage and one-off; the current one carries its total."""
    largest = max([sum(month.values) for month in months] or [0])
    axis, body, top = _grid(largest, tick, unit)
    step = 100 / max(len(months), 1)
    drawn = [body]
    for index, month in enumerate(months):
        middle, y, column = (index + 0.5) * step, TOP + PLOT, []
        for kind, value in zip(kinds, month.values, strict=True):
            height = value * PLOT / top
            y -= height
            column.append(
                svg.rect(
                    svg.pct(middle - step * 0.38),
                    y,
                    svg.pct(step * 0.76),
                    max(height, 0.0),
                    "bar " + LOOKS[kind.look].get("class_", ""),
                    fill=LOOKS[kind.look].get("fill"),
                )
            )
        drawn.append(_linked("".join(column), month.url, f"{month.label}: {month.shown}"))
        if month.current:
            drawn.append(
                svg.rect(svg.pct(middle - step * 0.46), TOP + PLOT + 4, svg.pct(step * 0.92), 19, "f-hover", rx=5)
            )
            end = "t-end" if middle > 85 else "t-mid"
            drawn.append(
                svg.text(
                    month.shown,
                    svg.pct(middle + (step * 0.4 if end == "t-end" else 0)),
                    max(y - 7, 10),
                    f"t-strong {end}",
                )
            )
        drawn.append(
            svg.text(month.axis, svg.pct(middle), TOP + PLOT + 18, "t-mid" + (" t-strong" if month.current else ""))
        )
    looks = [(LOOKS[kind.look].get("class_") or "stripes-ink", kind.label) for kind in kinds]
    return svg.figure(
        svg.plot(axis, "".join(drawn), height=TOP + PLOT + FOOT, label=title, links=any(month.url for month in months))
        + svg.legend(looks),
        sentence=sentence,
        numbers=svg.table(title, heads, [(month.label, month.shown) for month in months]),
        class_="columns",
    )


def _month_word(month: MonthColumn, middle: float, *, seldom: bool) -> str:
    """The word below a month; on a phone only every other one has room."""
    look = " t-strong" if month.current else " not-phone" if seldom else ""
    return svg.text(month.axis, svg.pct(middle), TOP + PLOT + 18, f"t-mid{look}")
