"""BroadWorks: which records are legs of one call, which way it went, and which records only say that it goes on.

A call between two users is two records, which name each other. A forwarded call adds one of the user who forwards, which
names the record of the call that came in; A to B to C stays two calls, of which B pays the second. A long call has records
on its way (Start, Duration, Failover): they measure from the same answer, so the longest counts and never their sum.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.ingest.chunk import Chunk
from cdr.ingest.columns import text_column

_ON_THE_WAY = pa.array(["start", "duration", "failover"])


def tell(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks with the call of each record (`call`), its `way`, and whether it was `talked` until a known end."""
    return map(_told, chunks)


def _told(chunk: Chunk) -> Chunk:
    def column(name: str) -> Any:
        cells = chunk.cells.get(name)
        if cells is None:
            return pa.array([""] * len(chunk.rows), pa.string())
        return pc.utf8_trim_whitespace(text_column(cells))

    def or_else(first: Any, second: Any) -> Any:
        return pc.if_else(pc.equal(first, ""), second, first)

    way = pc.utf8_lower(column("direction"))
    local, remote, related = column("localcallid"), column("remotecallid"), column("relatedcallid")
    originating = pc.equal(way, "originating")
    forwarded = pc.and_(originating, pc.not_equal(column("redirectingreason"), ""))
    call = pc.if_else(forwarded, or_else(related, local), pc.if_else(originating, local, or_else(remote, local)))
    unfinished = pc.and_(
        pc.is_in(pc.utf8_lower(column("type")), value_set=_ON_THE_WAY), pc.equal(column("releasetime"), "")
    )
    added = {
        "call": call,
        "way": pc.if_else(forwarded, "forwarded", way),
        "talked": pc.if_else(unfinished, "No", column("answerindicator")),
        "side": pa.array(np.where(np.asarray(originating), "0", "1"), pa.string()),
    }
    return replace(chunk, cells=chunk.cells | {name: cells.cast(pa.binary()) for name, cells in added.items()})
