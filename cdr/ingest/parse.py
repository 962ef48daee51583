"""Bytes to cells, a chunk of lines at a time.

A row is a line: none of the dialects has line ends within a value, and treating them so keeps one broken quote from
swallowing the rest of a file. Cells stay bytes until they are read, because files hold bytes that are no UTF-8.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
from django.utils.translation import gettext_noop as _

from cdr.dialects import HEADER_LAYOUT, Dialect

BLOCK_BYTES = 8 << 20
LONGEST_LINE = 64 << 10
SAMPLE_LINES = 200
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"


class FileProblem(Exception):  # noqa: N818 - what is wrong with a file, not a fault of the program
    """A file that cannot be read as a whole: `code` is stable, the message is one sentence that says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not loaded. `line` counts from 1; `record_id` is known when the row itself could be read."""

    line: int
    raw: bytes
    reason: str
    sentence: str
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file: `key` is the number of columns, or HEADER_LAYOUT where a header names them."""

    key: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that have the right number of cells. `cells` holds binary arrays of the columns that the dialect reads."""

    layout: Layout
    lines: npt.NDArray[np.int64]
    rows: Sequence[bytes]
    cells: dict[str, Any]
    bad: tuple[BadRow, ...]
    foreign: int = 0  # rows that are not UTF-8


def _lines(stream: BinaryIO) -> Iterator[tuple[list[bytes], bool]]:
    """Blocks of lines without their ends; the flag is False for a last line that has no end."""
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if len(rest) > BLOCK_BYTES:
            raise FileProblem("not_text", "The file has no lines: it is not a CSV file. Check what was delivered.")
        if lines:
            yield lines, True
    if rest:
        yield [rest], False


def _numbered(stream: BinaryIO, rows: int) -> Iterator[tuple[int, list[bytes], bool]]:
    """Lists of at most `rows` lines with the number of the first, and whether the last of them is ended."""
    waiting: list[bytes] = []
    first = 1
    closed = True
    for lines, ended in _lines(stream):
        waiting += lines
        closed = ended
        while len(waiting) > rows:
            yield first, waiting[:rows], True
            first, waiting = first + rows, waiting[rows:]
    if waiting:
        yield first, waiting, closed


def _split(line: bytes, dialect: Dialect) -> list[str]:
    """The cells of one line, none when its quoting is broken. Latin-1 keeps every byte as it is."""
    try:
        return next(csv.reader([line[:LONGEST_LINE].decode("latin-1")], delimiter=dialect.delimiter, strict=True), [])
    except csv.Error:
        return []


def _sniff(dialect: Dialect, sample: Sequence[bytes]) -> tuple[Layout, int]:
    """The layout of the file and how many lines its header takes."""
    filled = [line for line in sample if line.strip()]
    if dialect.header:
        names = [name.strip().strip('"').lower() for name in filled[0].decode("latin-1").split(dialect.delimiter)]
        needed = {field.column for field in dialect.fields.values() if field.required} | set(
            dialect.identity[HEADER_LAYOUT]
        )
        missing = sorted(needed - set(names))
        if missing:
            raise FileProblem(
                "wrong_dialect",
                f"This is not a file of {dialect.title}: its first line does not name {', '.join(missing)}. "
                f"Check the source.",
            )
        if len(set(names)) != len(names):
            raise FileProblem("wrong_dialect", "The first line names a column twice. Correct it and deliver again.")
        return Layout(HEADER_LAYOUT, tuple(names)), sample.index(filled[0]) + 1
    counts = [len(_split(line, dialect)) for line in filled]
    known = [count for count in counts if count in dialect.layouts]
    if not known:
        wanted = ", ".join(str(count) for count in sorted(dialect.layouts))
        raise FileProblem(
            "wrong_dialect",
            f"This is not a file of {dialect.title}: its rows have {max(set(counts), key=counts.count)} columns, "
            f"expected are {wanted}. Check the source.",
        )
    key = max(sorted(set(known)), key=known.count)
    return Layout(key, dialect.layouts[key]), 0


def _wanted(dialect: Dialect, layout: Layout) -> list[str]:
    names = {field.column for field in dialect.fields.values()} | set(dialect.identity[layout.key])
    names.add(dialect.group.get(layout.key, ""))
    return [name for name in layout.columns if name in names]


def _cells(lines: Sequence[bytes], dialect: Dialect, layout: Layout) -> tuple[dict[str, Any], npt.NDArray[np.bool_]]:
    """Cells of the wanted columns, and which of the lines they are of."""
    wanted = _wanted(dialect, layout)
    skipped: list[int] = []

    def skip(row: Any) -> str:
        skipped.append(row.number)
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.BufferReader(b"\n".join(lines) + b"\n"),
        read_options=pyarrow.csv.ReadOptions(
            column_names=list(layout.columns), use_threads=False, block_size=BLOCK_BYTES
        ),
        parse_options=pyarrow.csv.ParseOptions(delimiter=dialect.delimiter, invalid_row_handler=skip),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(layout.columns, pa.binary()), strings_can_be_null=False, include_columns=wanted
        ),
    )
    fits = np.ones(len(lines), dtype=np.bool_)
    if len(table) + len(skipped) == len(lines):
        fits[np.array(skipped, dtype=np.int64) - 1] = False
        return {name: table[name].combine_chunks() for name in wanted}, fits
    return _cells_line_by_line(lines, dialect, layout, wanted)


def _cells_line_by_line(
    lines: Sequence[bytes], dialect: Dialect, layout: Layout, wanted: Sequence[str]
) -> tuple[dict[str, Any], npt.NDArray[np.bool_]]:
    """The same without columns, for a chunk in which a quote swallowed a line end."""
    places = [layout.columns.index(name) for name in wanted]
    fits = np.zeros(len(lines), dtype=np.bool_)
    found: list[list[bytes]] = [[] for _ in wanted]
    for position, line in enumerate(lines):
        cells = _split(line, dialect)
        if len(cells) != len(layout.columns):
            continue
        fits[position] = True
        for column, place in zip(found, places, strict=True):
            column.append(cells[place].encode("latin-1"))
    return {name: pa.array(column, pa.binary()) for name, column in zip(wanted, found, strict=True)}, fits


def _broken(line: bytes) -> tuple[str, str] | None:
    if line.count(b'"') & 1:
        return "quotes", _("A quote in this row is not closed.")
    if b"\0" in line:
        return "characters", _("This row holds bytes that are no text.")
    if len(line) > LONGEST_LINE:
        return "too_long", _("This row is longer than any call record.")
    return None


def _looks_cut_off(line: bytes, dialect: Dialect) -> bool:
    return not (dialect.accepts_open_end or line.endswith(b'"'))


CUT_OFF = ("cut_off", _("The file ends within this row. Deliver the whole file again."))
COLUMNS = ("columns", _("This row has another number of columns than the others."))


def _odd_row(number: int, line: bytes, good: list[bytes], numbers: list[int], bad: list[BadRow]) -> None:
    """Put a row that is not plain where it belongs; one without contents belongs nowhere."""
    if not line.strip():
        return
    problem = _broken(line)
    if problem:
        bad.append(BadRow(number, line[:LONGEST_LINE], *problem))
    else:
        good.append(line)
        numbers.append(number)


def _open_end(last: int, dialect: Dialect, good: list[bytes], numbers: list[int], bad: list[BadRow]) -> None:
    """Judge the last row of a file, which has no line end: it may have been cut off."""
    if bad and bad[-1].line == last:
        bad[-1] = BadRow(last, bad[-1].raw, *CUT_OFF)
    elif numbers and numbers[-1] == last and _looks_cut_off(good[-1], dialect):
        numbers.pop()
        bad.append(BadRow(last, good.pop(), *CUT_OFF))


def _chunk(first: int, lines: list[bytes], dialect: Dialect, layout: Layout, open_end: bool) -> Chunk:
    bad: list[BadRow] = []
    good: list[bytes] = []
    numbers: list[int] = []
    last = first + len(lines) - 1
    for number, line in enumerate(lines, start=first):
        # Almost every row passes this one line, so it is written out here.
        if (
            line.count(b'"') & 1
            or b"\0" in line
            or len(line) > LONGEST_LINE
            or line.endswith(b"\r")
            or not line.strip()
        ):
            _odd_row(number, line.removesuffix(b"\r"), good, numbers, bad)
        else:
            good.append(line)
            numbers.append(number)
    if open_end:
        _open_end(last, dialect, good, numbers, bad)
    where = np.array(numbers, dtype=np.int64)
    if not good:
        empty = {name: pa.array([], pa.binary()) for name in _wanted(dialect, layout)}
        return Chunk(layout, where, [], empty, tuple(bad))
    cells, fits = _cells(good, dialect, layout)
    if not fits.all():
        for position in np.flatnonzero(~fits).tolist():
            number = numbers[position]
            why = CUT_OFF if open_end and number == last else COLUMNS
            bad.append(BadRow(number, good[position], *why))
        good = [line for line, keep in zip(good, fits.tolist(), strict=True) if keep]
        where = where[fits]
    return Chunk(layout, where, good, cells, tuple(bad), _foreign(good))


def _foreign(rows: Sequence[bytes]) -> int:
    """How many rows are not UTF-8; they are read as Latin-1."""
    try:
        b"".join(rows).decode("utf-8")
    except UnicodeDecodeError:
        return sum(not _is_utf8(row) for row in rows)
    return 0


def _is_utf8(row: bytes) -> bool:
    try:
        row.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_chunks(stream: BinaryIO, dialect: Dialect, *, rows: int) -> Iterator[Chunk]:
    """Chunks of at most `rows` lines of a seekable file; FileProblem when the file as a whole is not of the dialect."""
    start = stream.read(4)
    if not start:
        raise FileProblem("empty", "The file is empty: there is nothing to load. Check the delivery.")
    if start[:2] in UTF16_MARKS:
        raise FileProblem("encoding", "The file is in UTF-16. Save it as UTF-8 and deliver it again.")
    stream.seek(len(BOM) if start.startswith(BOM) else 0)
    layout: Layout | None = None
    for first, lines, ended in _numbered(stream, rows):
        skip = 0
        if layout is None:
            if not any(line.strip() for line in lines):
                continue
            layout, skip = _sniff(dialect, lines[:SAMPLE_LINES])
        yield _chunk(first + skip, lines[skip:], dialect, layout, open_end=not ended)
    if layout is None:
        raise FileProblem("empty", "The file has only empty lines: there is nothing to load. Check the delivery.")
