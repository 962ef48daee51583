"""A list of devices that somebody typed or saved from a spreadsheet: from bytes to rows, and no further."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import Refusal

MOST_BYTES: Final = 128 << 10
MOST_ROWS: Final = 500
COLUMNS: Final = ("model", "mac", "line")
# What people call the columns.
_CALLED: Final[Mapping[str, str]] = {
    "model": "model",
    "toestel": "model",
    "mac": "mac",
    "mac address": "mac",
    "mac-adres": "mac",
    "mac adres": "mac",
    "line": "line",
    "lijn": "line",
    "extension": "line",
    "intern nummer": "line",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A device as it was written down: its place in the list counted from 1, and each of its lines by extension or number."""

    place: int
    model: str
    mac: str
    lines: tuple[str, ...]


def decode(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether it was UTF-8; else it is read as Windows wrote it here for years. Refusal for what
    is too large or no text.
    """
    if len(content) > MOST_BYTES:
        raise too_large()
    if b"\0" in content:
        raise Refusal("list_no_text", _("This is no CSV file. Save the list as “CSV UTF-8” and try again."))
    try:
        return content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), False


def too_large() -> Refusal:
    """For a file that is not even read."""
    message = _("The file is larger than %(most)s kB. Split the list.") % {"most": MOST_BYTES >> 10}
    return Refusal("list_too_large", message)


def read(text: str) -> list[Row]:
    """The rows of a list with a header, separated by `;`, `,` or tabs. Refusal for a list without the columns or rows."""
    if len(text) > MOST_BYTES:
        raise too_large()
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise Refusal("list_empty", _("The list is empty. Give a device on each line."))
    first = lines[0]
    delimiter = max(";,\t", key=first.count)
    cells = list(csv.reader(lines, delimiter=delimiter))
    header = [_CALLED.get(name.strip().lower(), "") for name in cells[0]]
    missing = [name for name in COLUMNS if header.count(name) != 1]
    if missing:
        message = _("The first line has to name the columns model, mac and line, once each. Missing: %(names)s.")
        raise Refusal("list_columns", message % {"names": ", ".join(missing)})
    rows = [
        _row(place, header, values) for place, values in enumerate(cells[1:], start=1) if any(map(str.strip, values))
    ]
    if not rows:
        raise Refusal("list_empty", _("The list is empty. Give a device on each line."))
    if len(rows) > MOST_ROWS:
        raise Refusal("list_too_long", _("At most %(most)s devices at a time. Split the list.") % {"most": MOST_ROWS})
    return rows


def _row(place: int, header: Sequence[str], values: Sequence[str]) -> Row:
    found = dict(zip(header, (value.strip().lstrip("'") for value in values), strict=False))
    # Several lines of one phone stand in one cell, with a slash between them.
    lines = tuple(part.strip() for part in found.get("line", "").split("/") if part.strip())
    return Row(place, found.get("model", ""), found.get("mac", ""), lines)


def was_calculated(mac: str) -> bool:
    """Whether a spreadsheet made a number of an address: `2,49E+11`."""
    return re.fullmatch(r"\d[.,]\d+E\+?\d+", mac, re.IGNORECASE) is not None
