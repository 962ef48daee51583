"""Bars that say how much of something: usage of a bundle or limit, progress."""

from html import escape

from django.utils.safestring import SafeString

from portal.charts import svg

HEIGHT = 12.0
FULL = 76.0  # where 100 % stands in a list, so that the marks of all rows stand below each other


def usage_bar(*, used: int, limit: int | None, label: str, kind: str = "", mark: int | None = None) -> SafeString:
    """How full a bundle or limit is.

    The track ends at 100 %; what is over it is striped, or (kind `covered`: a group catches it) plain, and cut off with a
    break where it is too long. kind `striped` is money outside the bundle: red from the start, over the whole width.
    `mark` is a second, dotted mark: what is expected.
    """
    full = 100.0 if kind == "striped" else FULL
    if not limit:
        return _bar(svg.rect(0, 3, svg.pct(full), 6, "f-track", rx=2), label)
    within = min(used, limit) * full / limit
    parts = [svg.rect(0, 3, svg.pct(full), 6, "f-track", rx=2)]
    if used > 0:
        fill = {"fill": "url(#stripes-bad)"} if kind == "striped" else {"class_": "f-warn"}
        parts.append(svg.rect(0, 3, svg.pct(max(within, 1)), 6, rx=2, **fill))
    if used > limit and kind != "striped":
        parts.extend(_over((used - limit) * full / limit, 100 - full, kind))
    if kind != "striped":
        parts.append(svg.line(svg.pct(full), 0, svg.pct(full), HEIGHT, "mark-full"))
    if mark is not None:
        at = svg.pct(min(mark * full / limit, 99.5))
        parts.append(svg.line(at, 0, at, HEIGHT, "mark-soft"))
    return _bar("".join(parts), label)


def _over(over: float, room: float, kind: str) -> list[str]:
    """The part over 100 %, with a break where it does not fit."""
    fill = {"class_": "f-warn"} if kind == "covered" else {"fill": "url(#stripes-bad)"}
    parts = [svg.rect(svg.pct(FULL), 3, svg.pct(min(over, room)), 6, rx=2, **fill)]
    if over > room:
        gap = svg.tag("path", d="M0 12 4 0h3L3 12z", class_="f-surface")
        parts.append(svg.tag("svg", gap, x=svg.pct(FULL + room * 0.6), width=8, height=12, viewBox="0 0 8 12"))
    return parts


def _bar(body: str, label: str) -> SafeString:
    return svg.safe(f'<div class="usage chart">{svg.drawing(body, height=HEIGHT, label=label)}</div>')


def progress_bar(*, done: int, total: int, bad: int = 0) -> SafeString:
    """The part that is done, its wrong ones as a red end. Decoration: the words above it say the same."""
    whole = max(total, 1)
    end = min(done, whole) * 100 / whole
    wrong = min(bad, done, whole) * 100 / whole
    parts = svg.rect(0, 0, "100%", 10, "f-track", rx=4) + svg.rect(0, 0, svg.pct(end - wrong), 10, "f-1", rx=4)
    if wrong:
        parts += svg.rect(svg.pct(end - wrong), 0, svg.pct(max(wrong, 0.8)), 10, "f-bad edge", rx=1)
    return svg.safe(svg.drawing(parts, height=10))


def mini_bars(values: list[int], *, label: str, last_high: int = 0) -> SafeString:
    """A row's days at a glance, 76 by 24; the last `last_high` bars are drawn as what to look at."""
    highest = max([*values, 1])
    step = 76 / max(len(values), 1)
    bars = []
    for index, value in enumerate(values):
        height = max(1.0, value * 22 / highest)
        class_ = "f-warn-plain" if index >= len(values) - last_high else "f-2"
        bars.append(svg.rect(index * step, 24 - height, max(step - 1.2, 1.0), height, class_))
    named = svg.tag("title", escape(label)) + "".join(bars)
    return svg.safe(svg.tag("svg", named, width=76, height=24, role="img", aria_label=label, class_="mini"))
