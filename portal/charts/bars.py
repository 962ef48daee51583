"""Bars that say how much of something: usage of a bundle or limit, progress, shares."""

from django.utils.safestring import SafeString

from portal.charts import svg

WIDTH, HEIGHT = 120.0, 12.0
FULL = 100.0  # where the mark at 100 % stands when something is over


def stripes(x: float, y: float, width: float, height: float, clip: str) -> str:
    """Diagonal stripes within a rectangle, drawn as lines: a pattern would need an id that is unique on the page."""
    lines = []
    at = x - height
    while at < x + width:
        left, bottom, right, top = at, y + height, at + height, y
        if left < x:
            bottom -= x - left
            left = x
        if right > x + width:
            top += right - (x + width)
            right = x + width
        lines.append(svg.line(left, bottom, right, top, clip))
        at += 6
    return "".join(lines)


def usage_bar(
    *, used: int, limit: int | None, label: str, kind: str = "", mark: int | None = None, width: float = WIDTH
) -> SafeString:
    """How full a bundle or limit is.

    The track is the limit; what is over it is striped, or (kind `covered`: a group catches it) plain, and cut off with
    a break where it is too long. `mark` is a second, dotted mark: what is expected.

    kind: "" (yellow within, striped red over), "covered", "striped" (money outside the bundle: red from the start).
    """
    full = FULL if used > (limit or 0) else width - 2
    y, height = 3.0, 6.0
    parts = []
    if not limit:
        parts.append(svg.rect(0.5, y, width - 1, height, "f-track", 2))
        return _bar(parts, width, label)
    parts.append(svg.rect(0.5, y, (full if used > limit else width - 2) - 0.5, height, "f-track", 2))
    within = min(used, limit) * full / limit
    if kind == "striped":
        parts.append(svg.rect(0.5, y, within, height, "stripe-bg"))
        parts.append(stripes(0.5, y, within, height, "stripe"))
    elif within:
        parts.append(svg.rect(0.5, y, max(within - 0.5, 1), height, "f-warn", 2))
    if used > limit:
        room = width - full - 1
        over = (used - limit) * full / limit
        shown = min(over, room)
        if kind == "covered":
            parts.append(svg.rect(full + 1, y, shown, height, "f-warn", 2))
        else:
            parts.append(svg.rect(full + 1, y, shown, height, "stripe-bg", 1))
            parts.append(stripes(full + 1, y, shown, height, "stripe"))
        if over > room:
            cut = full + room * 0.6
            parts.append(
                svg.tag("path", d=f"M{svg.num(cut)} {svg.num(y + height + 2)}l4-10h3l-4 10z", class_="f-surface")
            )
    parts.append(svg.line(full, 0, full, HEIGHT, "mark"))
    if mark is not None and limit:
        at = min(mark * full / limit, width - 1)
        parts.append(svg.line(at, 0, at, HEIGHT, "mark-soft"))
    return _bar(parts, width, label)


def _bar(parts: list[str], width: float, label: str) -> SafeString:
    drawn = svg.picture("".join(parts), width=width, height=HEIGHT, title=label)
    return svg.safe(f'<div class="usage chart">{drawn}</div>')


def progress_bar(*, done: int, total: int, bad: int = 0) -> SafeString:
    """The part that is done, its wrong ones as a red end. Hidden from screen readers: the words above say it."""
    whole = max(total, 1)
    width = 600.0
    end = min(done, whole) * width / whole
    wrong = min(bad, done) * width / whole
    parts = svg.rect(0.5, 0.5, width - 1, 9, "f-track", 4) + svg.rect(0, 0, end - wrong, 10, "f-1", 4)
    if wrong:
        parts += svg.rect(end - wrong + 2, 0, max(wrong - 2, 3), 10, "f-bad", 1)
    return svg.safe(f'<svg viewBox="0 0 600 10" preserveAspectRatio="none" aria-hidden="true">{parts}</svg>')
