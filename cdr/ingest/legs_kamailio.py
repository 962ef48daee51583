"""Kamailio `acc`: a row for each SIP transaction. An answered INVITE and the BYE that ends it are one call.

They belong together by the Call-ID and both tags, in whichever order: the side that hangs up is the from of the BYE. An
INVITE that was refused is a call that nobody answered. Whatever has no counterpart is kept with a reason.

Rows of line 0 come from earlier files: they are only there for the other half to be found, and for the first INVITE of a
call that was loaded before. Later files may begin within that call, at an INVITE that only changes something of it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from cdr.ingest.chunk import BadRow, Chunk
from cdr.ingest.columns import text_column
from cdr.ingest.reasons import NO_BEGIN, NO_END, TRANSACTION
from cdr.ingest.times import NO_MOMENT, wall_clock

MADE = ("dialog", "answer", "end")  # the columns that are added
# So many calls that are whole are remembered by name, for a BYE that comes again; what was loaded is known besides.
MOST_DONE = 200_000


@dataclass(slots=True)
class _Row:
    line: int
    raw: bytes
    cells: Mapping[str, bytes]


@dataclass(slots=True)
class _Dialog:
    """The rows of one call so far: the first answered INVITE, and the last BYE.

    The order of the rows tells which those are, but among rows of several files only their time does.
    """

    name: bytes
    invite: _Row | None = None
    bye: _Row | None = None
    rows: list[_Row] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.invite is not None and self.bye is not None and any(row.line for row in self.rows)

    @property
    def raw(self) -> bytes:
        # What began the call stands first, since rows that are read again are told by their order.
        first = [] if self.invite is None else [self.invite]
        return b"\n".join(dict.fromkeys(row.raw for row in (*first, *self.rows)))

    def add(self, row: _Row, *, ends: bool) -> None:
        self.rows.append(row)
        time = row.cells["time"].strip()
        if ends:
            if self.bye is None or self.bye.line or time >= self.bye.cells["time"].strip():
                self.bye = row
        elif self.invite is None or (not self.invite.line and time <= self.invite.cells["time"].strip()):
            self.invite = row


def pair(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Chunks with a row for each call instead of each transaction."""
    dialogs: dict[bytes, _Dialog] = {}
    done: tuple[set[bytes], ...] = (set(), set())
    last: Chunk | None = None
    for chunk in chunks:
        refused, bad = _sorted(chunk, dialogs, done)
        whole = [dialog for dialog in dialogs.values() if dialog.is_whole]
        for dialog in whole:
            done[0].add(dialog.name)
            del dialogs[dialog.name]
        yield _joined(chunk, [*map(_call, whole), *refused], bad)
        if len(done[0]) > MOST_DONE:
            done = (set(), done[0])
        last = chunk
    if last is not None and dialogs:
        lost = [_lost(dialog) for dialog in dialogs.values() if any(row.line for row in dialog.rows)]
        yield _joined(replace(last, bad=(), foreign=0), [], lost)


def _sorted(
    chunk: Chunk, dialogs: dict[bytes, _Dialog], done: Collection[set[bytes]]
) -> tuple[list[_Row], list[BadRow]]:
    """Put each row with its dialog; returns calls that nobody answered, and rows that are of no call."""
    refused: list[_Row] = []
    bad: list[BadRow] = []
    for row in _rows(chunk):
        method, code = row.cells["method"].strip().upper(), row.cells["sip_code"].strip()
        tags = sorted((row.cells["from_tag"].strip(), row.cells["to_tag"].strip()))
        name = b"|".join((row.cells["callid"].strip(), *tags))
        answered = code.startswith(b"2") and len(code) == 3
        if method == b"INVITE" and not answered and code.isdigit() and len(code) == 3:
            refused.append(replace(row, cells={**row.cells, "dialog": name + b"|" + code, "answer": b"", "end": b""}))
        elif method not in {b"INVITE", b"BYE"} or not (answered or method == b"BYE"):
            bad.append(BadRow(row.line, row.raw, *TRANSACTION))
        elif not any(name in some for some in done):
            dialogs.setdefault(name, _Dialog(name)).add(row, ends=method == b"BYE")
    return [row for row in refused if row.line], [row for row in bad if row.line]


def _rows(chunk: Chunk) -> Iterator[_Row]:
    names = tuple(chunk.cells)
    columns = (cells.to_pylist() for cells in chunk.cells.values())
    for line, raw, *cells in zip(chunk.lines.tolist(), chunk.rows, *columns, strict=True):
        yield _Row(line, raw, dict(zip(names, cells, strict=True)))


def _call(dialog: _Dialog) -> _Row:
    """The answered call of a dialog; its raw row is all of its rows, and its line one of this file."""
    if dialog.invite is None or dialog.bye is None:
        raise ValueError("only a whole dialog is a call")
    invite = dialog.invite
    cells = {**invite.cells, "dialog": dialog.name, "answer": invite.cells["time"], "end": dialog.bye.cells["time"]}
    return _Row(invite.line or max(row.line for row in dialog.rows), dialog.raw, cells)


def _lost(dialog: _Dialog) -> BadRow:
    row = next(row for row in dialog.rows if row.line)
    start = int(wall_clock(text_column(pa.array([row.cells["time"]], pa.binary())))[0])
    reason, sentence = NO_BEGIN if dialog.invite is None else NO_END
    name = dialog.name.decode("utf-8", "replace")
    return BadRow(row.line, dialog.raw, reason, sentence, name, None if start == NO_MOMENT else start)


def _joined(chunk: Chunk, calls: list[_Row], bad: list[BadRow]) -> Chunk:
    names = (*chunk.cells, *MADE)
    return replace(
        chunk,
        lines=np.array([call.line for call in calls], dtype=np.int64),
        rows=[call.raw for call in calls],
        cells={name: pa.array([call.cells.get(name, b"") for call in calls], pa.binary()) for name in names},
        bad=(*chunk.bad, *bad),
    )
