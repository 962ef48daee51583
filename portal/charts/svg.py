"""The few words of SVG that the charts speak: text escaped once, numbers short, never a style attribute."""

from html import escape

from django.utils.safestring import SafeString, mark_safe


def num(value: float) -> str:
    """Coordinates with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def attrs(**values: object) -> str:
    """Attributes; `class_` and `text_anchor` lose and change their underscore, None is left out."""
    parts = []
    for name, value in values.items():
        if value is None:
            continue
        shown = num(value) if isinstance(value, float) else str(value)
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    return "".join(parts)


def tag(name: str, body: str = "", **values: object) -> str:
    """One element; body must already be safe."""
    return f"<{name}{attrs(**values)}>{body}</{name}>" if body else f"<{name}{attrs(**values)}/>"


def text(words: str, x: float, y: float, class_: str = "") -> str:
    return tag("text", escape(words), x=float(x), y=float(y), class_=class_ or None)


def rect(x: float, y: float, width: float, height: float, class_: str, rx: float = 0) -> str:
    return tag(
        "rect",
        x=float(x),
        y=float(y),
        width=float(max(0, width)),
        height=float(max(0, height)),
        rx=float(rx) if rx else None,
        class_=class_,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def picture(
    body: str, *, width: float, height: float, title: str, desc: str = "", preserve: bool = True, class_: str = ""
) -> str:
    """An `<svg role="img">` with its title as name; `preserve=False` lets it stretch to its place."""
    words = tag("title", escape(title)) + (tag("desc", escape(desc)) if desc else "")
    return tag(
        "svg",
        words + body,
        viewBox=f"0 0 {num(width)} {num(height)}",
        role="img",
        aria_label=title,
        preserveAspectRatio=None if preserve else "none",
        class_=class_ or None,
    )


def safe(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 every text went through escape above
