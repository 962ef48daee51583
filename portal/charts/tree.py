"""Where calls go, from left to right; the same steps as an indented list, which is also what a phone shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.charts import svg
from portal.lib import icons

HIGH, GAP_Y, LEAST_GAP = 48.0, 20.0, 42.0
BOLD = 13.0  # pixels; what is not bold is 12
NARROWEST, WIDEST, PAGE = 126.0, 200.0, 1084.0


@dataclass(frozen=True, slots=True)
class Node:
    """A place a call can reach. `via` is how it gets here (`open`, `na 30 s`); with `key` it is a key that is pressed.

    state: now (solid), other (dashed, at another moment), dead (red dashed: a dead end). `problem` numbers a finding.
    """

    icon: str
    title: str
    second: str = ""
    number: str = ""
    via: str = ""
    key: bool = False
    state: str = "now"
    problem: int | None = None
    url: str = ""
    children: Sequence["Node"] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Column:
    """All nodes of one depth stand below each other and are equally wide."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class _Placed:
    node: Node
    x: float
    y: float
    width: float
    children: tuple["_Placed", ...]


def _long(words: str, size: float = 12.0) -> float:
    """About how wide Inter draws these words, in pixels; there is no one to measure them."""
    units = 0.0
    for letter in words:
        if letter in "ijlI.,:;'‘’|! ":
            units += 0.28
        elif letter in "frt()-/":
            units += 0.37
        elif letter in "mwMW@…":
            units += 0.88
        else:
            units += 0.66 if letter.isupper() or letter.isdigit() else 0.565
    return units * size


def _needs(node: Node) -> float:
    title = _long(node.title, BOLD) + (_long(node.number, BOLD) + 12 if node.number else 0)
    return 40 + max(title, _long(node.second)) + 11


def _depths(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    yield depth, node
    for child in node.children:
        yield from _depths(child, depth + 1)


def _columns(root: Node) -> list[_Column]:
    """As wide as their words need; where the whole would not fit a page the widest give way, down to a limit."""
    everyone = list(_depths(root))
    widths: list[float] = []
    gaps: list[float] = []
    for depth in range(max(depth for depth, _node in everyone) + 1):
        nodes = [node for at, node in everyone if at == depth]
        widths.append(min(WIDEST, max(NARROWEST, *(_needs(node) for node in nodes))))
        words = max(0.0 if node.key else _long(node.via) for node in nodes)
        gaps.append(max(LEAST_GAP, words + 27 if words else 0.0, 52.0 if any(node.key for node in nodes) else 0.0))
    gaps[0] = 1.0
    room = PAGE - sum(gaps)
    widest = WIDEST
    while sum(widths) > room and widest > NARROWEST:
        widest -= 2
        widths = [min(width, widest) for width in widths]
    columns: list[_Column] = []
    at = 0.0
    for width, gap in zip(widths, gaps, strict=True):
        columns.append(_Column(at + gap, width))
        at += gap + width
    return columns


def _place(node: Node, columns: Sequence[_Column], depth: int, top: float) -> tuple[_Placed, float]:
    """The node with its subtree, and the first free height below it; a parent stands in the middle of its children."""
    x, width = columns[depth].x, columns[depth].width
    if not node.children:
        return _Placed(node, x, top, width, ()), top + HIGH + GAP_Y
    placed, at = [], top
    for child in node.children:
        below, at = _place(child, columns, depth + 1, at)
        placed.append(below)
    return _Placed(node, x, (placed[0].y + placed[-1].y) / 2, width, tuple(placed)), at


def _walk(placed: _Placed) -> Iterator[_Placed]:
    yield placed
    for child in placed.children:
        yield from _walk(child)


def _state(node: Node) -> str:
    return "" if node.state == "now" else f" {node.state}"


def _wire(parent: _Placed, child: _Placed) -> str:
    """From the parent's right to the child's left, with round corners, and its words or key on the last part."""
    x1, y1, x2, y2 = parent.x + parent.width, parent.y + HIGH / 2, child.x, child.y + HIGH / 2
    bend = x1 + 16
    if abs(y2 - y1) < 1:
        d = f"M{svg.num(x1)} {svg.num(y1)}H{svg.num(x2)}"
    else:
        turn = 8 if y2 > y1 else -8
        d = (
            f"M{svg.num(x1)} {svg.num(y1)}H{svg.num(bend - 8)}Q{svg.num(bend)} {svg.num(y1)} {svg.num(bend)} {svg.num(y1 + turn)}"
            f"V{svg.num(y2 - turn)}Q{svg.num(bend)} {svg.num(y2)} {svg.num(bend + 8)} {svg.num(y2)}H{svg.num(x2)}"
        )
    parts = [svg.tag("path", d=d, class_=f"wire{_state(child.node)}")]
    if child.node.via and child.node.key:
        middle = x2 - 19
        parts.append(svg.rect(middle - 11, y2 - 11, 22, 22, f"key{_state(child.node)}", rx=5))
        parts.append(svg.text(child.node.via, middle, y2 + 4, "t-strong t-mid"))
    elif child.node.via:
        parts.append(
            svg.text(child.node.via, x2 - 5, y2 - 7, f"on-wire t-end halo{' now' if child.node.state == 'now' else ''}")
        )
    return "".join(parts)


def _clip(words: str, room: float, size: float = 12.0) -> str:
    """The words, cut with an ellipsis where they would leave their box."""
    if _long(words, size) <= room:
        return words
    while words and _long(words + "…", size) > room:
        words = words[:-1].rstrip()
    return words + "…"


def _box(placed: _Placed, *, start: bool) -> str:
    node = placed.node
    look = " start" if start else _state(node)
    glyph = svg.tag(
        "svg",
        icons.inner(node.icon),
        x=placed.x + 13,
        y=placed.y + 16,
        width=16,
        height=16,
        viewBox="0 0 20 20",
        class_=f"glyph{look}",
    )
    words = f"{look.strip()}-text" if look else ""
    room = placed.width - 48
    beside = _long(node.number, BOLD) + 8 if node.number else 0
    parts = [
        svg.rect(placed.x, placed.y, placed.width, HIGH, f"node{look}", rx=6),
        glyph,
        svg.text(_clip(node.title, room - beside, BOLD), placed.x + 40, placed.y + 21, f"n-title {words}"),
    ]
    if node.second:
        parts.append(
            svg.text(
                _clip(node.second, room), placed.x + 40, placed.y + 38, f"n-second {'start-text' if start else ''}"
            )
        )
    if node.number:
        parts.append(svg.text(node.number, placed.x + placed.width - 11, placed.y + 21, f"n-title t-end {words}"))
    if node.problem is not None:
        parts.append(svg.tag("circle", cx=placed.x + placed.width - 2, cy=placed.y + 1, r=10, class_="warnmark"))
        parts.append(svg.text(str(node.problem), placed.x + placed.width - 2, placed.y + 5, "warnmark-text t-mid"))
    whole = svg.tag(
        "title", escape(" ".join(part for part in (node.title, node.number, node.second) if part))
    ) + "".join(parts)
    if node.url:
        return f'<a href="{escape(node.url)}" class="nodelink">{whole}</a>'
    return svg.tag("g", whole)


def call_tree(root: Node, *, label: str) -> SafeString:
    """The drawing; it may be wider than its place and then scrolls. Use beside `call_outline`, which says the same."""
    placed, bottom = _place(root, _columns(root), 0, 12)
    everyone = list(_walk(placed))
    wires = [(child.node.state != "now", _wire(parent, child)) for parent in everyone for child in parent.children]
    body = "".join(drawn for _late, drawn in sorted(wires, reverse=True, key=lambda wire: wire[0]))
    body += "".join(_box(one, start=one is placed) for one in everyone)
    width = max(one.x + one.width for one in everyone) + 12
    drawn = svg.tag(
        "svg",
        body,
        width=width,
        height=bottom,
        viewBox=f"0 0 {svg.num(width)} {svg.num(bottom)}",
        role="group",
        aria_label=label,
    )
    return svg.safe(f'<div class="chart tree" tabindex="0" role="region" aria-label="{escape(label)}">{drawn}</div>')


def tree_legend() -> SafeString:
    """What the lines of the drawing mean."""
    words = (("", _("goes this way now")), ("other", _("at another moment")), ("dead", _("dead end")))
    rows = "".join(
        f'<li><svg class="wide" aria-hidden="true">{svg.line(0, 5, 18, 5, f"wire {look}")}</svg>{escape(word)}</li>'
        for look, word in words
    )
    return svg.safe(f'<ul class="legend">{rows}</ul>')


def _step(node: Node) -> str:
    via = f'<span class="via">{escape(node.via)}: </span>' if node.via else ""
    name = escape(f"{node.title} {node.number}".strip())
    named = f'<a class="link" href="{escape(node.url)}">{name}</a>' if node.url else name
    badge = f'<span class="badge">{node.problem}</span>' if node.problem is not None else ""
    glyph = f'<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{icons.inner(node.icon)}</svg>'
    dead = " dead" if node.state == "dead" else ""
    words = f'<span><b class="{dead.strip()}">{via}{named}</b><small>{escape(node.second)}</small></span>'
    return f'<div class="step{dead}">{glyph}{words}{badge}</div>'


def _branch(node: Node) -> str:
    below = f"<ul>{''.join(_branch(child) for child in node.children)}</ul>" if node.children else ""
    return f'<li class="{node.state}">{_step(node)}{below}</li>'


def call_outline(root: Node) -> SafeString:
    """The same tree as an indented list: under 640 px, for screen readers and as "Als lijst"."""
    return svg.safe(f'<ul class="outline">{_branch(root)}</ul>')
