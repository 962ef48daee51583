"""The one icon set: our own drawn paths on a 20 grid, stroke 1.6, round ends. Values are the inside of an `<svg>`.

Plain data, so that pages, charts and PDF documents draw the same shapes.
"""


def _circle(x: float, y: float, r: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}"/>'


def _path(d: str) -> str:
    return f'<path d="{d}"/>'


ICONS: dict[str, str] = {
    "alarm": _path("M5 14V9.5a5 5 0 0 1 10 0V14l1.5 1.5h-13zM8.5 17.5h3"),
    "alert": _circle(10, 10, 7.2) + _path("M10 6.4v4.4M10 13.6v.1"),
    "arrow-down": _path("M10 4v12M5.5 11.5 10 16l4.5-4.5"),
    "arrow-in": _path("M14.5 5.5l-9 9M5.5 7.5v7h7"),
    "arrow-left": _path("M16 10H4M8.5 5.5 4 10l4.5 4.5"),
    "arrow-out": _path("M5.5 14.5l9-9M7.5 5.5h7v7"),
    "arrow-right": _path("M4 10h12M11.5 5.5 16 10l-4.5 4.5"),
    "arrow-up": _path("M10 16V4M5.5 8.5 10 4l4.5 4.5"),
    "block": _circle(10, 10, 7.2) + _path("M5 5l10 10"),
    "building": _path("M4 17V4.5h7V17M11 8h5v9M2.5 17h15M6.5 7.5h2M6.5 10.5h2M6.5 13.5h2"),
    "calendar": _path("M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3M13 3v3"),
    "check": _path("M4.5 10.5l3.5 3.5 7.5-8"),
    "check-circle": _circle(10, 10, 7.2) + _path("M6.8 10.2l2.2 2.2 4.2-4.6"),
    "chevron-down": _path("M6 8l4 4 4-4"),
    "chevron-left": _path("M12 6l-4 4 4 4"),
    "chevron-right": _path("M8 6l4 4-4 4"),
    "chevron-up": _path("M6 12l4-4 4 4"),
    "clock": _circle(10, 10, 7.2) + _path("M10 6v4.2l2.8 1.6"),
    "copy": _path("M7 7h9v9.5H7zM4 13V3.5h9"),
    "device": _path("M3 4.5h14v11H3zM6 4.5v11M8.5 7.5h6M8.5 10.5h2M12.5 10.5h2M8.5 13h2M12.5 13h2"),
    "document": _path("M5 2.8h6.5L15.5 7v10.2H5zM11.3 3v4h4"),
    "download": _path("M10 3.5v9M6 8.8l4 4 4-4M4 16.5h12"),
    "exchange": _circle(4.5, 10, 1.8)
    + _circle(15.5, 5, 1.8)
    + _circle(15.5, 15, 1.8)
    + _path("M6.3 10H8c2.5 0 2.5-5 5.7-5M8 10c2.5 0 2.5 5 5.7 5"),
    "external": _path("M8 4.5H4v11.5h11.5V12M11.5 4H16v4.5M16 4l-7 7"),
    "fax": _path("M5 8V3.5h10V8M3 8h14v8.5H3zM6 12h5M14 12h.1"),
    "filter": _path("M3.5 6h13M6 10h8M8.5 14h3"),
    "flag": _path("M5 17.5V3.2M5 3.5h10l-2 3.5 2 3.5H5"),
    "forward": _path("M12.5 4.5 16.5 8.5l-4 4M16.5 8.5H9c-3.5 0-5.5 2.3-5.5 7"),
    "globe": _circle(10, 10, 7.2)
    + _path("M2.8 10h14.4M10 2.8c2.4 2.3 3.4 4.5 3.4 7.2s-1 4.9-3.4 7.2c-2.4-2.3-3.4-4.5-3.4-7.2s1-4.9 3.4-7.2"),
    "group": _circle(7.5, 7, 2.8)
    + _path("M2.5 16.5c0-3 2-4.8 5-4.8s5 1.8 5 4.8M12.5 4.5a2.8 2.8 0 0 1 0 5M14.5 12.2c2 .6 3 2.1 3 4.3"),
    "home": _path("M3.5 9.5 10 3.8l6.5 5.7V16.5h-4.3v-4.3H7.8v4.3H3.5z"),
    "info": _circle(10, 10, 7.2) + _path("M10 9.4v4.2M10 6.4v.1"),
    "users": _circle(7.5, 7, 2.8)
    + _path("M2.5 16.5c0-3 2-4.8 5-4.8s5 1.8 5 4.8M12.5 4.5a2.8 2.8 0 0 1 0 5M14.5 12.2c2 .6 3 2.1 3 4.3"),
    "key": _circle(7, 13, 3.2) + _path("M9.4 10.7 16 4M13 7l2.5 2.5"),
    "list": _path("M3.5 5.5h13M3.5 10h13M3.5 14.5h8.5"),
    "lock": _path("M4.5 9h11v8h-11zM7 9V6.5a3 3 0 0 1 6 0V9"),
    "logout": _path("M8 3.8H4v12.4h4M12.5 6.5 16 10l-3.5 3.5M16 10H8"),
    "mail": _path("M3 5h14v10.5H3zM3.3 5.6 10 11l6.7-5.4"),
    "menu": _path("M3.5 6h13M3.5 10h13M3.5 14h13"),
    "minus": _path("M4.5 10h11"),
    "mobile": _path("M6 2.8h8v14.4H6zM9 14.7h2"),
    "moon": _path("M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z"),
    "more": '<g fill="currentColor" stroke="none">'
    + _circle(4.5, 10, 1.5)
    + _circle(10, 10, 1.5)
    + _circle(15.5, 10, 1.5)
    + "</g>",
    "music": _path("M7.5 14.5v-10l8-1.5v10") + _circle(5.7, 14.5, 1.8) + _circle(13.7, 13, 1.8),
    "pause": _path("M7 4.5v11M13 4.5v11"),
    "pencil": _path("M4 16l.8-3.6L13.5 3.7l2.8 2.8-8.7 8.7z"),
    "person": _circle(10, 6.8, 3.2) + _path("M3.8 17c.2-3.6 2.6-5.6 6.2-5.6s6 2 6.2 5.6"),
    "phone": _path(
        "M6.6 3.3 4.2 4.1C3 8.8 8.3 16.2 14.2 16.9l2.2-1.9-.6-2.7-3.1-.8-1.5 1.3c-1.7-.9-3-2.4-3.7-4.2l1.5-1.5z"
    ),
    "play": _path("M6.5 4.5 15 10l-8.5 5.5z"),
    "plus": _path("M10 4.5v11M4.5 10h11"),
    "porting": _path("M3.5 7h12M12.5 4l3 3-3 3M16.5 13h-12M7.5 10l-3 3 3 3"),
    "print": _path("M6 7.5V3.5h8v4M6 14H3.5V7.5h13V14H14M6 11.5h8v5H6z"),
    "pulse": _path("M2.5 10.5h3.5l2.5-5.5 3 10 2.5-4.5h3.5"),
    "receipt": _path(
        "M5 2.8h10v14.4l-2-1.4-1.5 1.4-1.5-1.4-1.5 1.4-1.5-1.4-2 1.4zM7.8 6.5h4.4M7.8 9.5h4.4M7.8 12.5h4.4"
    ),
    "record": _circle(10, 10, 7.2) + '<circle cx="10" cy="10" r="3" fill="currentColor" stroke="none"/>',
    "refresh": _path("M16 7.5A6.5 6.5 0 1 0 16.5 11M16.3 3.5v4h-4"),
    "search": _circle(8.8, 8.8, 5) + _path("M12.6 12.6 16.5 16.5"),
    "send": _path("M10 13V3.5M6 7.3l4-4 4 4M4 12.5v4h12v-4"),
    "settings": _path("M3.5 6h8M15 6h1.5M3.5 14H5M8.5 14h8") + _circle(13.2, 6, 1.8) + _circle(6.8, 14, 1.8),
    "shield": _path("M10 2.8 16 5v4.5c0 3.7-2.3 6.3-6 7.7-3.7-1.4-6-4-6-7.7V5z"),
    "sim": _path("M5 2.8h6.5L15.5 6.8v10.4H5zM7.8 9.5h5v4.8h-5zM10.3 9.5v4.8"),
    "sun": _circle(10, 10, 3.2)
    + _path(
        "M10 2.8v1.7M10 15.5v1.7M2.8 10h1.7M15.5 10h1.7M4.9 4.9l1.2 1.2M13.9 13.9l1.2 1.2"
        "M4.9 15.1l1.2-1.2M13.9 6.1l1.2-1.2"
    ),
    "tag": _path("M3.5 3.5h6l7 7-6 6-7-7zM7 7h.1"),
    "trash": _path("M3.5 5.5h13M7.5 5.3V3.5h5v1.8M5 5.5l.8 11.2h8.4L15 5.5M8.3 8.5v5M11.7 8.5v5"),
    "undo": _path("M7 4.5 3.5 8 7 11.5M3.5 8h8a4.3 4.3 0 0 1 0 8.5H8"),
    "unlock": _path("M4.5 9h11v8h-11zM7 9V6.5a3 3 0 0 1 5.8-1"),
    "upload": _path("M10 13V3.8M6 7.5l4-4 4 4M4 16.5h12"),
    "voicemail": _circle(5.8, 10, 2.8) + _circle(14.2, 10, 2.8) + _path("M5.8 12.8h8.4"),
    "warning": _path("M10 3.5 17.5 16.5h-15zM10 8.5v3.8M10 14.3v.1"),
    "wifi": _path("M3 8.5c4-3.7 10-3.7 14 0M5.5 11.5c2.6-2.3 6.4-2.3 9 0M8 14.3c1.2-1 2.8-1 4 0"),
    "x": _path("M5 5l10 10M15 5 5 15"),
}


def _mark(d: str, dots: str = "") -> str:
    drawn = f'<path d="{d}" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
    return f'{drawn}<g fill="currentColor">{dots}</g>' if dots else drawn


# The marks a brand can choose, on a 26 grid and in the colour of what stands on the accent.
MARKS: dict[str, str] = {
    "cradle": _mark("M8 8.4c.6 5.4 2 9 5 9s4.4-3.6 5-9", _circle(8, 8.3, 2.1) + _circle(18, 8.3, 2.1)),
    "arch": _mark("M5.5 18.5v-2.8a7.5 7.5 0 0 1 15 0v2.8M9.8 18.5v-2.6a3.2 3.2 0 0 1 6.4 0v2.6"),
    "wave": _mark("M5.5 15c1.9-5 3.7-5 5.5-1.5s3.7 3.5 5.5 0 2.7-3.5 4-2"),
    "ring": _mark("M13 6.5a6.5 6.5 0 1 1-6.5 6.5", _circle(13, 13, 2.2)),
}


def inner(name: str) -> str:
    """The shapes of one icon; KeyError names an icon that does not exist."""
    return ICONS[name]
