"""A file to chunks of rows, as its dialect says: the format is read, then its rows are put together to calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.dialects import Dialect, RowRule
from cdr.ingest.chunk import BadRow, Chunk, FileProblem, Layout
from cdr.ingest.columns import text_column
from cdr.ingest.documents import read_documents
from cdr.ingest.legs_broadworks import tell
from cdr.ingest.legs_freeswitch import link
from cdr.ingest.legs_kamailio import pair
from cdr.ingest.lines import header_of, read_lines

__all__ = ["BadRow", "Chunk", "FileProblem", "Halves", "Layout", "header_of", "read_chunks"]

type Halves = tuple[bytes, tuple[bytes, ...]]  # the line that names the columns, and rows below it

_RULES: Mapping[RowRule, Callable[[Iterator[Chunk]], Iterator[Chunk]]] = {
    "broadworks": tell,
    "freeswitch": link,
    "kamailio": pair,
}


def read_chunks(stream: BinaryIO, dialect: Dialect, *, rows: int, halves: Sequence[Halves] = ()) -> Iterator[Chunk]:
    """Chunks of about `rows` rows of a seekable file; FileProblem when the file as a whole is not of the dialect.

    `halves` are rows of earlier files that wait for their other half, where the dialect puts rows together.
    """
    read = read_documents if dialect.format == "json" else read_lines
    chunks = read(stream, dialect, rows=rows)
    if dialect.only:
        chunks = (_only(chunk, dialect.only) for chunk in chunks)
    rule = _RULES.get(dialect.rows)
    if rule is None:
        return chunks
    return rule(chain(_earlier(halves, dialect), chunks))


def _earlier(halves: Sequence[Halves], dialect: Dialect) -> Iterator[Chunk]:
    for header, lines in halves:
        content = b"\n".join((header, *lines)) + b"\n"
        for chunk in read_lines(BytesIO(content), dialect, rows=len(content)):
            yield replace(chunk, lines=np.zeros_like(chunk.lines), bad=(), foreign=0)


def _only(chunk: Chunk, only: Mapping[str, Sequence[str]]) -> Chunk:
    """The rows of a chunk that are calls by the values of these columns; whatever else the file counts is left out."""
    stays = np.ones(len(chunk.rows), dtype=np.bool_)
    for column, values in only.items():
        found = pc.utf8_lower(pc.utf8_trim_whitespace(text_column(chunk.cells[column])))
        stays &= np.asarray(pc.is_in(found, value_set=pa.array(values, pa.string())))
    return replace(
        chunk,
        lines=chunk.lines[stays],
        rows=[row for row, keep in zip(chunk.rows, stays.tolist(), strict=True) if keep],
        cells={name: cells.filter(pa.array(stays)) for name, cells in chunk.cells.items()},
    )
