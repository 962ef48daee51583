"""What reading a file gives, whatever its format: rows as cells, rows that are none, and files that are something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from cdr.ingest import problems

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"
# gzip, zip (a workbook is one), bzip2, xz and zstd
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")


class FileProblem(Exception):  # noqa: N818 - what is wrong with a file, not a fault of the program
    """A file that cannot be read as a whole: `code` is stable, the message is one sentence that says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not loaded. `line` counts from 1; `record_id` is known when the row itself could be read.

    `start` (about, microseconds) is that of half a call, which is no reject when the whole call was loaded before.
    """

    line: int
    raw: bytes
    reason: str
    sentence: str
    record_id: str = ""
    start: int | None = None


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


def beginning(stream: BinaryIO) -> None:
    """Go behind the byte order mark, if any; FileProblem for an empty file, a packed one, and one in UTF-16."""
    start = stream.read(6)
    if not start:
        raise FileProblem("empty", problems.EMPTY)
    if start[:2] in UTF16_MARKS:
        raise FileProblem("encoding", problems.UTF16)
    if start.startswith(PACKED):
        raise FileProblem("packed", problems.PACKED)
    if b"\0" in start:
        raise FileProblem("encoding", problems.UTF16 if len(start.replace(b"\0", b"")) == 3 else problems.NO_TEXT)
    stream.seek(len(BOM) if start.startswith(BOM) else 0)


def foreign_rows(rows: Sequence[bytes]) -> int:
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
