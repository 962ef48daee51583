"""The few words of SVG that the charts speak: text escaped once, numbers short, never a style attribute.

Charts are as wide as their place and as high as they say, and their words keep their size: places from left to right are
percentages, heights are pixels. What needs a path stands in a small SVG of its own within.
"""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Place = float | str  # pixels, or "12.5%"


def num(value: float) -> str:
    """A coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def pct(value: float) -> str:
    """A place from left to right, of 0 to 100."""
    return f"{num(value)}%"


def attrs(**values: object) -> str:
    """Attributes; `class_` loses its underscore, `aria_label` changes it to a dash, None is left out."""
    parts = []
    for name, value in values.items():
        if value is None or value == "":
            continue
        shown = num(value) if isinstance(value, float) else str(value)
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    return "".join(parts)


def tag(name: str, body: str = "", **values: object) -> str:
    """One element; body must already be safe."""
    return f"<{name}{attrs(**values)}>{body}</{name}>" if body else f"<{name}{attrs(**values)}/>"


def text(words: str, x: Place, y: Place, class_: str = "", dx: float | None = None) -> str:
    """Words at a place; class `t-mid` and `t-end` say which part of them stands there."""
    return tag("text", escape(words), x=x, y=y, dx=dx, class_=class_)


def rect(
    x: Place,
    y: Place,
    width: Place,
    height: Place,
    class_: str = "",
    *,
    rx: float | None = None,
    fill: str | None = None,
) -> str:
    return tag("rect", x=x, y=y, width=width, height=height, class_=class_, rx=rx, fill=fill)


def line(x1: Place, y1: Place, x2: Place, y2: Place, class_: str) -> str:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def drawing(body: str, *, height: float, label: str = "", class_: str = "") -> str:
    """An SVG as wide as its place. With a label it is a picture with that name, without one it is decoration."""
    title = tag("title", escape(label)) if label else ""
    return tag(
        "svg",
        title + body,
        width="100%",
        height=height,
        class_=class_,
        role="img" if label else None,
        aria_label=label,
        aria_hidden=None if label else "true",
    )


def safe(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 every text went through escape above


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The numbers of a chart, folded away below it."""
    head = "".join(
        f'<th scope="col"{' class="number"' if index else ""}>{escape(cell)}</th>' for index, cell in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<details class="numbers"><summary>{escape(_("As a table"))}</summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}"><table class="table"><caption class="visually-hidden">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def figure(body: str, *, sentence: str, numbers: str, legend: str = "", class_: str = "") -> SafeString:
    """A chart with the sentence that says what to see, and its numbers."""
    said = f'<p class="sentence">{escape(sentence)}</p>' if sentence else ""
    return safe(f'<figure class="chart{" " + class_ if class_ else ""}">{said}{legend}{body}{numbers}</figure>')


def plot(axis: str, body: str, *, height: float, label: str, links: bool = False, right: str = "") -> str:
    """The axis at the left in a column of its own, the drawing in what is left over, and words at the right."""
    role = "group" if links else "img"
    keys = f' data-keys="" aria-description="{escape(_("The arrow keys lead along the columns."))}"' if links else ""
    ends = (
        f'<svg class="axis-right" width="56" height="{num(height)}" aria-hidden="true">{right}</svg>' if right else ""
    )
    return (
        f'<div class="plot{" has-right" if right else ""}" role="{role}" aria-label="{escape(label)}"{keys}>'
        f'<svg class="axis-left" width="48" height="{num(height)}" aria-hidden="true">{axis}</svg>'
        f'<svg class="field" width="100%" height="{num(height)}">{body}</svg>{ends}</div>'
    )


def legend(items: Sequence[tuple[str, str]]) -> str:
    """(class or `stripes`, word) pairs; only from two kinds up."""
    if len(items) < 2:
        return ""
    drawn = []
    for class_, word in items:
        fill = {"fill": f"url(#{class_})"} if class_.startswith("stripes") else {"class_": class_}
        drawn.append(
            f'<li><svg aria-hidden="true">{tag("rect", width=10, height=10, rx=3, **fill)}</svg>{escape(word)}</li>'
        )
    return f'<ul class="legend">{"".join(drawn)}</ul>'


def ticks(largest: int) -> list[int]:
    """Grid values from 0 to at or over the largest: round steps, four at most above zero."""
    if largest <= 0:
        return [0, 1]
    power = 1
    while power * 10 <= largest:
        power *= 10
    steps = [base * power // 10 for base in (2, 5, 10, 20, 25, 30, 50)]
    step = next(step for step in steps if step and step * 4 >= largest)
    return [step * index for index in range(-(-largest // step) + 1)]
