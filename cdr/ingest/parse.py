"""A file to chunks of rows, as its dialect says: the format is read, then its rows are put together to calls."""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from cdr.dialects import Dialect, RowRule
from cdr.ingest.chunk import BadRow, Chunk, FileProblem, Layout
from cdr.ingest.documents import read_documents
from cdr.ingest.legs_freeswitch import link
from cdr.ingest.lines import header_of, read_lines

__all__ = ["BadRow", "Chunk", "FileProblem", "Layout", "header_of", "read_chunks"]

_RULES: Mapping[RowRule, Callable[[Iterator[Chunk]], Iterator[Chunk]]] = {"freeswitch": link}


def read_chunks(stream: BinaryIO, dialect: Dialect, *, rows: int) -> Iterator[Chunk]:
    """Chunks of about `rows` rows of a seekable file; FileProblem when the file as a whole is not of the dialect."""
    read = read_documents if dialect.format == "json" else read_lines
    chunks = read(stream, dialect, rows=rows)
    rule = _RULES.get(dialect.rows)
    return rule(chunks) if rule else chunks
