"""Bytes to cells, a chunk of lines at a time.

A row is a line: none of the dialects has line ends within a value, and treating them so keeps one broken quote from
swallowing the rest of a file. Cells stay bytes until they are read, because files hold bytes that are no UTF-8.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from cdr.dialects import HEADER_LAYOUT, Dialect
from cdr.ingest import problems
from cdr.ingest.chunk import BOM, BadRow, Chunk, FileProblem, Layout, beginning, foreign_rows
from cdr.ingest.marked import marked as _

BLOCK_BYTES = 8 << 20
MOST_BLOCKS = 5
LONGEST_LINE = 64 << 10
SAMPLE_LINES = 200
_BLANKS = np.frombuffer(b" \t\n\v\f", dtype=np.uint8)  # what begins with one may have nothing in it


def _lines(stream: BinaryIO) -> Iterator[tuple[list[bytes], bool]]:
    """Blocks of lines without their ends; the flag is False for a last line that has no end."""
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if len(rest) > BLOCK_BYTES:
            raise FileProblem("not_text", problems.NO_LINES)
        if lines:
            yield lines, True
    if rest:
        yield [rest], False


def _numbered(stream: BinaryIO, rows: int) -> Iterator[tuple[int, list[bytes], bool]]:
    """Lists of at most `rows` lines with the number of the first, and whether the last of them is ended.

    Fewer where lines are long: some switches write kilobytes about a call. The first lists are short, so that what is done
    with them can begin.
    """
    most, rows = rows, max(rows // 8, min(rows, SAMPLE_LINES))
    waiting: list[bytes] = []
    first, blocks = 1, 0
    closed = True
    for lines, ended in _lines(stream):
        waiting += lines
        closed = ended
        blocks += 1
        while len(waiting) > rows or (blocks >= MOST_BLOCKS and len(waiting) > 1):
            taken = min(rows, len(waiting) - 1)  # the last line stays: whether it is the last of the file is not known
            yield first, waiting[:taken], True
            first, waiting, blocks = first + taken, waiting[taken:], 0
            rows = min(2 * rows, most)
    if waiting:
        yield first, waiting, closed


def _split(line: bytes, dialect: Dialect) -> list[str]:
    """The cells of one line, none when its quoting is broken. Latin-1 keeps every byte as it is."""
    try:
        text = [line[:LONGEST_LINE].decode("latin-1")]
        if dialect.escape:
            plain = csv.reader(text, delimiter=dialect.delimiter, escapechar=dialect.escape, quoting=csv.QUOTE_NONE)
            return next(plain, [])
        return next(csv.reader(text, delimiter=dialect.delimiter, strict=True), [])
    except csv.Error:
        return []


def _sniff(dialect: Dialect, sample: Sequence[bytes]) -> tuple[Layout, int]:
    """The layout of the file and how many lines its header takes."""
    filled = [line for line in sample if line.strip() and not _is_skipped(line, dialect)]
    if dialect.header_line != "never" and filled:
        names = tuple(name.strip().strip('"').lower() for name in filled[0].decode("latin-1").split(dialect.delimiter))
        missing = sorted(dialect.needed(HEADER_LAYOUT) - set(names))
        if not missing:
            if len(set(filter(None, names))) != len(tuple(filter(None, names))):
                raise FileProblem("wrong_dialect", problems.TWICE)
            return Layout(HEADER_LAYOUT, _named(names)), sample.index(filled[0]) + 1
        if dialect.header:
            raise FileProblem(
                "wrong_dialect", problems.NO_COLUMNS % {"title": dialect.title, "missing": ", ".join(missing)}
            )
    counts = [len(_split(line, dialect)) for line in filled]
    if dialect.positions:
        return _placed(dialect, counts), 0
    known = [count for count in counts if count in dialect.layouts]
    if not known:
        wanted = ", ".join(str(count) for count in sorted(dialect.layouts))
        raise FileProblem("wrong_dialect", _other_counts(problems.OTHER_COUNTS, dialect, counts, wanted))
    key = max(sorted(set(known)), key=known.count)
    return Layout(key, dialect.layouts[key]), 0


def header_of(stream: BinaryIO, dialect: Dialect) -> bytes:
    """The line with which a seekable file names its columns, empty where it does not; rows of it are read with it."""
    if dialect.format != "csv" or dialect.header_line == "never":
        return b""
    stream.seek(0)
    line = next((line for line in stream if line.strip() and not _is_skipped(line, dialect)), b"")
    stream.seek(0)
    line = line.rstrip(b"\r\n").removeprefix(BOM)
    names = {name.strip().strip('"').lower() for name in line.decode("latin-1").split(dialect.delimiter)}
    return line if dialect.header or dialect.needed(HEADER_LAYOUT) <= names else b""


def _named(names: Sequence[str]) -> tuple[str, ...]:
    """Names for all columns, also for those whose header is empty."""
    return tuple(name or f"_{place}" for place, name in enumerate(names, start=1))


def _placed(dialect: Dialect, counts: Sequence[int]) -> Layout:
    """The layout of rows with too many columns to name them all: the most usual count that is long enough."""
    known = [count for count in counts if count >= dialect.least]
    if not known:
        raise FileProblem("wrong_dialect", _other_counts(problems.TOO_FEW_COLUMNS, dialect, counts, str(dialect.least)))
    count = max(sorted(set(known)), key=known.count)
    return Layout(HEADER_LAYOUT, _named([dialect.positions.get(place, "") for place in range(1, count + 1)]))


def _other_counts(sentence: str, dialect: Dialect, counts: Sequence[int], wanted: str) -> str:
    found = max(sorted(set(counts)), key=counts.count, default=0)
    return sentence % {"title": dialect.title, "found": found, "wanted": wanted}


def _is_skipped(line: bytes, dialect: Dialect) -> bool:
    return bool(dialect.skip) and line.decode("latin-1").startswith(dialect.skip)


def _wanted(dialect: Dialect, layout: Layout) -> list[str]:
    names = dialect.wanted(layout.key)
    return [name for name in layout.columns if name in names]


def _cells(
    text: bytes, lines: Sequence[bytes], dialect: Dialect, layout: Layout
) -> tuple[dict[str, Any], npt.NDArray[np.bool_]]:
    """Cells of the wanted columns, and which of the lines they are of. `text` is the lines, each with its end."""
    wanted = _wanted(dialect, layout)
    skipped: list[int] = []

    def skip(row: Any) -> str:
        skipped.append(row.number)
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.BufferReader(text),
        read_options=pyarrow.csv.ReadOptions(
            column_names=list(layout.columns), use_threads=False, block_size=BLOCK_BYTES
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=dialect.delimiter,
            invalid_row_handler=skip,
            quote_char=False if dialect.escape else '"',
            escape_char=dialect.escape or False,
        ),
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


def _broken(line: bytes, dialect: Dialect) -> tuple[str, str] | None:
    if not dialect.escape and line.count(b'"') & 1:
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


def _are_plain(text: bytes, dialect: Dialect) -> bool:
    """Whether all lines, each with its end, are rows without anything that must be looked at: nearly always, and soon told."""
    if dialect.skip or b"\r" in text or b"\0" in text:
        return False
    characters = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    quotes = np.searchsorted(np.flatnonzero(characters == ord('"')), ends)  # so many stand before the end of each line
    begins_blank = np.isin(characters[starts], _BLANKS)
    return not (begins_blank.any() or (ends - starts).max() > LONGEST_LINE or (quotes & 1).any())


def _sort_out(
    number: int, line: bytes, dialect: Dialect, good: list[bytes], numbers: list[int], bad: list[BadRow]
) -> None:
    """Put a row where it belongs; one without contents belongs nowhere."""
    if not line.strip():
        return
    problem = _broken(line, dialect)
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
    text = b"\n".join(lines) + b"\n"
    if _are_plain(text, dialect):
        good, numbers = lines, list(range(first, last + 1))
    else:
        for number, line in enumerate(lines, start=first):
            if not (dialect.skip and _is_skipped(line, dialect)):
                _sort_out(number, line.removesuffix(b"\r"), dialect, good, numbers, bad)
    if open_end:
        _open_end(last, dialect, good, numbers, bad)
    if good is not lines or open_end:
        text = b"\n".join(good) + b"\n"
    where = np.array(numbers, dtype=np.int64)
    if not good:
        empty = {name: pa.array([], pa.binary()) for name in _wanted(dialect, layout)}
        return Chunk(layout, where, [], empty, tuple(bad))
    cells, fits = _cells(text, good, dialect, layout)
    if not fits.all():
        for position in np.flatnonzero(~fits).tolist():
            number = numbers[position]
            why = CUT_OFF if open_end and number == last else COLUMNS
            bad.append(BadRow(number, good[position], *why))
        good = [line for line, keep in zip(good, fits.tolist(), strict=True) if keep]
        where = where[fits]
    return Chunk(layout, where, good, cells, tuple(bad), foreign_rows(good))


def read_lines(stream: BinaryIO, dialect: Dialect, *, rows: int) -> Iterator[Chunk]:
    """Chunks of at most `rows` lines of a seekable file; FileProblem when the file as a whole is not of the dialect."""
    beginning(stream)
    layout: Layout | None = None
    for first, lines, ended in _numbered(stream, rows):
        skip = 0
        if layout is None:
            if not any(line.strip() for line in lines):
                continue
            layout, skip = _sniff(dialect, lines[:SAMPLE_LINES])
        yield _chunk(first + skip, lines[skip:], dialect, layout, open_end=not ended)
    if layout is None:
        raise FileProblem("empty", problems.EMPTY_LINES)
