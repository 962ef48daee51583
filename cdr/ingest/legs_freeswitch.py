"""FreeSWITCH: which rows of `cdr_csv` are legs of one call.

A row names itself and the leg that it called. The called leg logs a row of its own where `legs` is `ab`: without a
partner, with the caller as partner, or under the very same uuid. All of them are one call under the name of the called
leg, which each row knows by itself, also when the rows stand in different files.

Two legs that name each other are called legs of each other by what each says: their call has the name that came first, and
only who knows of both can tell it (`together`, and `other_names` to look for the one that was loaded before).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.ingest.calls import Calls, Coded
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
    to, back = _names(uuid, partner), _names(partner, uuid)
    place = np.asarray(pc.fill_null(pc.index_in(back, value_set=to), -1))
    mirrored = (place >= 0) & ~np.asarray(alone) & ~np.asarray(pc.equal(uuid, partner))
    called = pc.if_else(alone, uuid, partner)
    lower = pc.if_else(pc.less(uuid, partner), uuid, partner)
    second = np.asarray(pc.and_(alone, pc.is_in(uuid, value_set=pc.filter(partner, pc.invert(alone)))))
    later = _later(start, place)
    marks = pa.array(np.where(second | (mirrored & later), "1", "0"), pa.string())
    call = pc.if_else(pa.array(mirrored), lower, called)
    return replace(chunk, cells={**chunk.cells, CALL: call.cast(pa.binary()), SECOND: marks.cast(pa.binary())})


def together(calls: Calls) -> Calls:
    """The calls, legs that name each other under one name also where they stood in different chunks."""
    uuid, partner = _both(calls)
    to, back = _names(uuid, partner), _names(partner, uuid)
    place = np.asarray(pc.fill_null(pc.index_in(back, value_set=to), -1))
    mirrored = (place >= 0) & np.asarray(pc.and_(pc.not_equal(partner, ""), pc.not_equal(uuid, partner)))
    if not mirrored.any():
        return calls
    lower = Coded.of(pc.if_else(pc.less(uuid, partner), uuid, partner))
    start, rows = calls.start, np.arange(len(calls))
    later = (start > start[place]) | ((start == start[place]) & (rows > place))
    sequence = np.where(mirrored & later, 1, calls.sequence)
    return replace(calls, group=lower.choose(mirrored, calls.group), sequence=sequence)


def other_names(calls: Calls) -> Coded:
    """The name that the other leg of each row gives their call if it names this one, empty where there is none."""
    uuid, partner = _both(calls)
    other = pc.if_else(pc.equal(calls.group.arrow(), uuid), partner, uuid)
    none = pc.or_(pc.equal(partner, ""), pc.equal(uuid, partner))
    return Coded.of(pc.if_else(none, "", other))


def as_loaded(calls: Calls, loaded: Mapping[str, str]) -> Calls:
    """The calls under the names of those that were loaded before: of the leg that names this one, else of its own row.

    `loaded` holds the name of the call by the id of each record.
    """
    names = {legs_of(record_id): name for record_id, name in loaded.items()}
    uuid, partner = _both(calls)
    own, back = _names(uuid, partner), _names(partner, uuid)
    found = [
        names.get(theirs) or names.get(ours, "") for ours, theirs in zip(own.to_pylist(), back.to_pylist(), strict=True)
    ]
    known = Coded.of(pa.array(found, pa.string()))
    rows = known.filled() & other_names(calls).filled()
    return replace(calls, group=known.choose(rows, calls.group))


def legs_of(record_id: str) -> str:
    """Which leg called which, of the id of a record."""
    return "|".join(record_id.split("|")[:2])


def _both(calls: Calls) -> tuple[Any, Any]:
    """Each row's own name, and that of the leg that it called: the first parts of its id."""
    parts = pc.split_pattern(pc.binary_join_element_wise(calls.record_id.arrow(), "||", ""), "|", max_splits=2)
    return pc.list_element(parts, 0), pc.list_element(parts, 1)


def _names(first: Any, second: Any) -> Any:
    return pc.binary_join_element_wise(first, second, "|")


def _column(chunk: Chunk, name: str) -> Any:
    cells = chunk.cells.get(name)
    return pa.array([""] * len(chunk.rows), pa.string()) if cells is None else text_column(cells)


def _later(start: Any, place: Any) -> Any:
    """Whether a row began after the one at `place`; of two that began together the later row."""
    rows = np.arange(len(start))
    other = start.take(pa.array(np.maximum(place, 0)))
    same = np.asarray(pc.equal(start, other))
    return np.asarray(pc.greater(start, other)) | (same & (rows > place))
