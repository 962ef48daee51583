"""A file as parts: calls that could be read, rows that could not, and how far that was. Pure, but for the stream.

`python -m cdr.ingest.parts` does the same in a process of its own, for big files: what to read comes in on standard input,
parts go out on standard output, both pickled. It uses no database.
"""

import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cdr.ingest.calls import Calls
from cdr.ingest.parse import BadRow, FileProblem, read_chunks
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


def main() -> None:
    """Read one file for the process that started this one, and end with it."""
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent, over a pipe
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not disturb the parts
    try:
        with order.path.open("rb") as stream:
            for part in read_parts(stream, order):
                pickle.dump(part, out, protocol=pickle.HIGHEST_PROTOCOL)
    except FileProblem as problem:
        pickle.dump((problem.code, problem.sentence), out)
    pickle.dump(None, out)
    out.flush()


if __name__ == "__main__":
    main()
