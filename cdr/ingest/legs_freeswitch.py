"""FreeSWITCH: which rows of `cdr_csv` are legs of one call.

A row names itself and the leg that it called. The called leg logs a row of its own where `legs` is `ab`: without a
partner, with the caller as partner, or under the very same uuid. All of them are one call under the name of the called
leg, which each row knows by itself, also when the rows stand in different files.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.ingest.chunk import Chunk
from cdr.ingest.columns import text_column

CALL = "call"  # the columns that are added
SECOND = "second"  # 1 in the row of the called leg


def link(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks with the call of each row, and whether it is the called leg."""
    return map(_linked, chunks)


def _linked(chunk: Chunk) -> Chunk:
    uuid, partner, start = (
        pc.utf8_trim_whitespace(_column(chunk, name)) for name in ("uuid", "bleg_uuid", "start_stamp")
    )
    alone = pc.equal(partner, "")
    to, back = pc.binary_join_element_wise(uuid, partner, "|"), pc.binary_join_element_wise(partner, uuid, "|")
    place = np.asarray(pc.fill_null(pc.index_in(back, value_set=to), -1))
    mirrored = (place >= 0) & ~np.asarray(alone) & ~np.asarray(pc.equal(uuid, partner))
    called = pc.if_else(alone, uuid, partner)
    lower = pc.if_else(pc.less(uuid, partner), uuid, partner)
    second = np.asarray(pc.and_(alone, pc.is_in(uuid, value_set=pc.filter(partner, pc.invert(alone)))))
    later = _later(start, place)
    marks = pa.array(np.where(second | (mirrored & later), "1", "0"), pa.string())
    call = pc.if_else(pa.array(mirrored), lower, called)
    return replace(chunk, cells={**chunk.cells, CALL: call.cast(pa.binary()), SECOND: marks.cast(pa.binary())})


def _column(chunk: Chunk, name: str) -> Any:
    cells = chunk.cells.get(name)
    return pa.array([""] * len(chunk.rows), pa.string()) if cells is None else text_column(cells)


def _later(start: Any, place: Any) -> Any:
    """Whether a row began after the one at `place`; of two that began together the later row."""
    rows = np.arange(len(start))
    other = start.take(pa.array(np.maximum(place, 0)))
    same = np.asarray(pc.equal(start, other))
    return np.asarray(pc.greater(start, other)) | (same & (rows > place))
