"""Which records of a source are in the database already, read once for each day that a file touches."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from django.db import connection

from cdr.ingest.calls import Mask

DAY = 86_400 * 1_000_000
# A source whose time zone was corrected delivers the same record an hour or two apart: look a day around.
MARGIN_DAYS = 1
MOST_IDS = 4_000_000

_QUERY = """COPY (
    SELECT record_id,
           CASE WHEN leg = 1 AND call_group <> '' THEN customer_id || '|' || call_group ELSE '' END,
           CASE WHEN direction IN (1, 3) THEN 1 ELSE 0 END
    FROM cdr_callrecord WHERE source_id = {source} AND start >= to_timestamp({start}) AND start < to_timestamp({end})
) TO STDOUT (FORMAT csv)"""
_NAMES = ("record_id", "call", "left")


def _empty() -> Any:
    return pa.table(
        {"record_id": pa.array([], pa.string()), "call": pa.array([], pa.string()), "left": pa.array([], pa.int8())}
    )


class Known:
    """Ids and calls of one source. Holds the days seen so far; starts over when that grows too large."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._days: set[int] = set()
        self._table = _empty()

    def look_at(self, days: set[int]) -> None:
        """Read what the database holds of these days (since 1970, UTC) and the days around them."""
        wanted = {day + near for day in days for near in range(-MARGIN_DAYS, MARGIN_DAYS + 1)}
        if len(self._table) > MOST_IDS:
            self._days, self._table = set(), _empty()
        missing = sorted(wanted - self._days)
        while missing:
            first = last = missing.pop(0)
            while missing and missing[0] == last + 1:
                last = missing.pop(0)
            self._table = pa.concat_tables([self._table, self._read(first, last + 1)])
        self._days |= wanted

    def _read(self, first: int, end: int) -> Any:
        query = _QUERY.format(source=int(self._source), start=first * 86_400, end=end * 86_400)
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            text = b"".join(bytes(piece) for piece in copy)
        if not text:
            return _empty()
        return pyarrow.csv.read_csv(
            pa.BufferReader(text),
            read_options=pyarrow.csv.ReadOptions(column_names=list(_NAMES), use_threads=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={"record_id": pa.string(), "call": pa.string(), "left": pa.int8()},
                strings_can_be_null=False,
            ),
        )

    def has(self, record_ids: Any) -> Mask:
        """Which of the ids are known."""
        found: Mask = pc.is_in(record_ids, value_set=self._table["record_id"].combine_chunks()).to_numpy(
            zero_copy_only=False
        )
        return found

    def has_call(self, calls: Any, *, left: bool) -> Mask:
        """For which of `customer|group` the call is known: one that left, or any."""
        table = self._table.filter(pc.equal(self._table["left"], 1)) if left else self._table
        found: Mask = pc.is_in(calls, value_set=table["call"].combine_chunks()).to_numpy(zero_copy_only=False)
        return found

    def add(self, record_ids: Any, calls: Any, left: Any) -> None:
        """Remember what was stored, after its transaction is over."""
        self._table = pa.concat_tables(
            [self._table, pa.table({"record_id": record_ids, "call": calls, "left": pa.array(left, pa.int8())})]
        )
