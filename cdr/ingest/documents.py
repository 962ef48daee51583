"""JSON documents to cells: one a line, many after each other, or in an array. A row is a document, and its line is the
number of the document in the file.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa

from cdr.dialects import HEADER_LAYOUT, Dialect
from cdr.ingest import problems
from cdr.ingest.chunk import BadRow, Chunk, FileProblem, Layout, beginning, foreign_rows
from cdr.ingest.lines import CUT_OFF, LONGEST_LINE
from cdr.ingest.reasons import DOCUMENT

type _Path = tuple[str | int, ...]

BLOCK_BYTES = 4 << 20
LONGEST_DOCUMENT = 1 << 20
CHUNK_BYTES = 32 << 20
_BETWEEN = re.compile(r"[\s,\[\]]*")
_NEXT = re.compile(r"\n[\s,]*\{")
_scan = json.JSONDecoder().raw_decode


def read_documents(stream: BinaryIO, dialect: Dialect, *, rows: int) -> Iterator[Chunk]:
    """Chunks of at most `rows` documents of a seekable file; FileProblem when the file is no JSON."""
    beginning(stream)
    wanted = sorted(dialect.wanted(HEADER_LAYOUT))
    waiting = _Waiting(dialect, wanted)
    found = False
    for number, (raw, document, problem) in enumerate(_documents(stream, dialect), start=1):
        found = True
        if isinstance(document, dict):
            waiting.add(number, raw, document)
        else:
            waiting.bad.append(BadRow(number, raw[:LONGEST_LINE], *(problem or DOCUMENT)))
        if waiting.size >= CHUNK_BYTES or len(waiting.rows) + len(waiting.bad) >= rows:
            yield waiting.chunk()
            waiting = _Waiting(dialect, wanted)
    if not found:
        raise FileProblem("empty", problems.NO_DOCUMENT)
    if waiting.rows or waiting.bad:
        yield waiting.chunk()


def _documents(stream: BinaryIO, dialect: Dialect) -> Iterator[tuple[bytes, object, tuple[str, str] | None]]:
    """Every document with its bytes; None and why for one that cannot be read."""
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    text, place, ended, first = "", 0, False, True
    while True:
        place = _end_of(_BETWEEN, text, place)
        document: object = None
        end = -1
        if first and place < len(text) and text[place] != "{":
            raise FileProblem("wrong_dialect", problems.NO_JSON % {"title": dialect.title})
        if place < len(text):
            first = False
            try:
                document, end = _scan(text, place)
            except ValueError:
                following = _NEXT.search(text, place)
                if ended or len(text) - place > LONGEST_DOCUMENT:
                    end = following.start() if following else len(text)
        if end < 0:
            if ended:
                return
            block = stream.read(BLOCK_BYTES)
            ended = not block
            text, place = text[place:] + decode(block, final=ended), 0
            continue
        problem = CUT_OFF if ended and document is None and end == len(text) else None
        yield text[place:end].strip().encode("utf-8", "surrogateescape"), document, problem
        place = end


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


class _Waiting:
    """Documents of a chunk that grows; their cells are taken at once, so that the documents need not stay."""

    def __init__(self, dialect: Dialect, wanted: list[str]) -> None:
        self.rows: list[bytes] = []
        self.lines: list[int] = []
        self.bad: list[BadRow] = []
        self.size = 0
        self._layout = Layout(HEADER_LAYOUT, tuple(wanted))
        self._paths: list[tuple[_Path, list[bytes]]] = [(_path(name), []) for name in wanted]
        self._plain: Callable[[str], bytes] = _url_decoded if dialect.url_encoded else _encoded

    def add(self, number: int, raw: bytes, document: dict[str, Any]) -> None:
        self.rows.append(raw)
        self.lines.append(number)
        self.size += len(raw)
        for path, cells in self._paths:
            cells.append(self._plain(_found(document, path)))

    def chunk(self) -> Chunk:
        names = self._layout.columns
        cells = {name: pa.array(found, pa.binary()) for name, (_, found) in zip(names, self._paths, strict=True)}
        lines = np.array(self.lines, dtype=np.int64)
        return Chunk(self._layout, lines, self.rows, cells, tuple(self.bad), foreign_rows(self.rows))


def _path(name: str) -> _Path:
    return tuple(int(part) if part.isdigit() else part for part in name.split("."))


def _found(document: Any, path: _Path) -> str:
    """The text at a path, empty where there is none."""
    for part in path:
        if isinstance(part, str):
            document = document.get(part) if isinstance(document, dict) else None
        else:
            document = document[part] if isinstance(document, list) and part < len(document) else None
        if document is None:
            return ""
    return "" if isinstance(document, dict | list) else str(document)


def _encoded(text: str) -> bytes:
    """Bytes that were no UTF-8 come out as they were; an escaped half of a character does not count."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _url_decoded(text: str) -> bytes:
    raw = _encoded(text)
    return unquote_to_bytes(raw) if b"%" in raw else raw
