"""Parts of a whole, and causes of a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

from portal.charts import svg

LOOKS = ("f-1", "f-2", "f-3", "f-4", "f-rest")


@dataclass(frozen=True, slots=True)
class Share:
    """One part: its value, and how value and share read."""

    label: str
    value: int
    shown: str
    percent: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a difference, signed; `shown` carries the sign."""

    label: str
    detail: str
    value: int
    shown: str


def share_bar(shares: Sequence[Share], *, title: str) -> SafeString:
    """One stacked bar and a list with the numbers; more than five parts should be put together before."""
    whole = sum(max(share.value, 0) for share in shares)
    at, parts, rows = 0.0, [], []
    for index, share in enumerate(shares):
        look = LOOKS[min(index, 4)] if len(shares) != 4 or index < 3 else "f-rest"
        width = max(share.value, 0) * 100 / whole if whole else 0.0
        parts.append(svg.rect(svg.pct(at), 0, svg.pct(width), 14, f"{look} edge"))
        at += width
        name = escape(share.label)
        named = f'<a class="link" href="{escape(share.url)}">{name}</a>' if share.url else f"<span>{name}</span>"
        rows.append(
            f'<li><svg class="swatch" aria-hidden="true">{svg.rect(0, 0, 10, 10, look, rx=3)}</svg>{named}'
            f'<span class="percent">{escape(share.percent)}</span><span class="value">{escape(share.shown)}</span></li>'
        )
    bar = svg.drawing("".join(parts) or svg.rect(0, 0, "100%", 14, "f-track"), height=14, class_="sharebar")
    return svg.safe(
        f'<div class="chart share" role="group" aria-label="{escape(title)}">{bar}<ul class="list shares">{"".join(rows)}</ul></div>'
    )


def cause_bars(causes: Sequence[Cause], *, total_label: str, total_shown: str) -> SafeString:
    """Why this is more or less than before: bars to both sides of one zero, a row each, and the sum they add up to."""
    most = max([cause.value for cause in causes] + [0])
    least = min([cause.value for cause in causes] + [0])
    span = (most - least) or 1
    zero = -least * 100 / span
    rows = []
    for cause in causes:
        width = abs(cause.value) * 100 / span
        x = zero if cause.value >= 0 else zero - width
        bar = svg.line(svg.pct(zero), 0, svg.pct(zero), 36, "axis") + svg.rect(
            svg.pct(x), 11, svg.pct(width), 14, "f-1" if cause.value >= 0 else "f-rest", rx=2
        )
        detail = f"<small>{escape(cause.detail)}</small>" if cause.detail else ""
        rows.append(
            f'<li><span class="words"><b>{escape(cause.label)}</b>{detail}</span>{svg.drawing(bar, height=36, class_="cause")}'
            f'<span class="value">{escape(cause.shown)}</span></li>'
        )
    total = f'<li class="sum"><span class="words"><b>{escape(total_label)}</b></span><span class="value">{escape(total_shown)}</span></li>'
    return svg.safe(f'<ul class="chart list causes">{"".join(rows)}{total}</ul>')
