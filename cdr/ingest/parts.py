"""A file as parts: calls that could be read, rows that could not, and how far that was. Pure, but for the stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cdr.ingest.calls import Calls
from cdr.ingest.parse import BadRow, read_chunks
from cdr.ingest.read import Ordinals, Reading, Window, read_calls


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file: `foreign` of them are not UTF-8, and `done` bytes of the file are read."""

    calls: Calls
    bad: tuple[BadRow, ...]
    foreign: int = 0
    done: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What to read and how."""

    path: Path
    reading: Reading
    window: Window
    rows: int


def read_parts(stream: BinaryIO, order: Order) -> Iterator[Part]:
    """The parts of a file of at most `order.rows` lines each; FileProblem when it is no file of the source."""
    ordinals = Ordinals()
    reading = order.reading
    for chunk in read_chunks(stream, reading.dialect, rows=order.rows, halves=reading.halves):
        calls, bad = read_calls(chunk, order.reading, order.window, ordinals)
        yield Part(calls, (*chunk.bad, *bad), chunk.foreign, stream.tell())
