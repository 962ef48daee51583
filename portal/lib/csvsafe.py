"""CSV that a spreadsheet opens without executing it: rows to bytes, a few hundred at a time, for streaming.

Two forms: DUTCH is for Dutch Excel (`;`, byte order mark, decimal comma, local times), ISO is for programs (`,`,
decimal dot, UTC, E.164 numbers as they are). Numbers for people go in as `numbers.display(...)`: with its spaces a
spreadsheet keeps it text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import batched

from portal.lib.periods import to_local

type Cell = str | int | Decimal | date | datetime | bool | None

BYTE_ORDER_MARK = "\ufeff"
GUARD = "'"
_DANGEROUS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # spreadsheets take the full-width marks for the others
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_E164 = re.compile(r"\+[0-9]{1,15}")
_MANGLED = re.compile(r"0[0-9]+|[0-9]{12,}")  # a spreadsheet drops the zero, and makes 3,1E+10 of the long one
_QUOTED = re.compile(r"[;,\"'\t\r\n]|^\s|\s$")


class CsvForm(StrEnum):
    """How a file is written; see the module."""

    DUTCH = "dutch"
    ISO = "iso"


def guard(text: str, form: CsvForm = CsvForm.DUTCH) -> str:
    """The text with an apostrophe before it when a spreadsheet would calculate with it; control characters are dropped.

    In the ISO form an E.164 number stays as it is: a plus with digits only calculates to itself.
    """
    clean = _CONTROL.sub("", text)
    if form is CsvForm.ISO and _E164.fullmatch(clean):
        return clean
    if _DANGEROUS.match(clean) or (form is CsvForm.DUTCH and _MANGLED.fullmatch(clean)):
        return f"{GUARD}{clean}"
    return clean


def _moment(moment: datetime, form: CsvForm) -> str:
    if form is CsvForm.DUTCH:
        return f"{to_local(moment):%d-%m-%Y %H:%M:%S}"
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    precise = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precise).replace("+00:00", "Z")


def cell(value: Cell, form: CsvForm) -> str:
    """One value as it stands in the file, before quoting. ValueError for a float or another foreign type."""
    match value:
        case None:
            return ""
        case str():
            return guard(value, form)
        case bool():
            return {CsvForm.DUTCH: ("nee", "ja"), CsvForm.ISO: ("false", "true")}[form][value]
        case int():
            return str(value)
        case Decimal():
            plain = f"{value:f}"
            return plain.replace(".", ",") if form is CsvForm.DUTCH else plain
        case datetime():
            return _moment(value, form)
        case date():
            return f"{value:%d-%m-%Y}" if form is CsvForm.DUTCH else value.isoformat()
    raise ValueError(f"{type(value).__name__} does not belong in a CSV file")


def field(value: Cell, form: CsvForm) -> str:
    """One value as it stands between separators. ValueError as `cell`."""
    # Both separators are quoted in both forms: a file opened with the wrong one must not fall into other cells.
    text = cell(value, form)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def line(values: Iterable[Cell], form: CsvForm) -> str:
    """One row with its line end."""
    separator = ";" if form is CsvForm.DUTCH else ","
    return separator.join(field(value, form) for value in values) + "\r\n"


def stream(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], form: CsvForm, *, rows_at_once: int = 500
) -> Iterator[bytes]:
    """A whole file in pieces, the header first, so that a download begins before the last row is read."""
    start = BYTE_ORDER_MARK if form is CsvForm.DUTCH else ""
    yield (start + line(header, form)).encode()
    for several in batched(rows, rows_at_once):
        yield "".join(line(row, form) for row in several).encode()
