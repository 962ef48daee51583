"""How rows of the database become rows of a file: by columns, each value that differs once, by the functions that write it on pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

VALUES_KEPT = 20_000  # of a column, from one block to the next
_PARSING = pa.csv.ParseOptions(newlines_in_values=True)

type Write = Callable[[str], str]  # a value as the database writes it, as its cell
type Shape = Callable[[pa.TimestampArray], pa.StringArray]  # all moments at once: nearly each is another


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: the column of the query that it is made of, and how: written, else shaped, else as it is."""

    made_of: str
    write: Write | None = None
    shape: Shape | None = None


class Rows:
    """Makes the columns of a file out of blocks of CSV, in which COPY writes what it reads: one object for each file."""

    def __init__(self, names: Sequence[str], columns: Sequence[Column]) -> None:
        """`names` are the columns of a block in their order."""
        kinds = {column.made_of: _kind(column) for column in columns}
        self._reading = pa.csv.ReadOptions(column_names=list(names), use_threads=False)
        self._converting = pa.csv.ConvertOptions(column_types=kinds)
        self._columns = [
            replace(column, write=column.write and lru_cache(VALUES_KEPT)(column.write)) for column in columns
        ]

    def columns(self, block: bytes | bytearray) -> Iterator[pa.StringArray]:
        """A block as the columns of the file, one after the other."""
        self._reading.block_size = len(block) + 1  # one part: the block is small already
        table = pa.csv.read_csv(
            pa.py_buffer(block),
            read_options=self._reading,
            parse_options=_PARSING,
            convert_options=self._converting,
        )
        return (_cells(table.column(column.made_of).chunk(0), column) for column in self._columns)


def _kind(column: Column) -> pa.DataType:
    """What its values are read as."""
    if column.write:
        return pa.dictionary(pa.int32(), pa.string())
    return pa.timestamp("us") if column.shape else pa.string()


def _cells(values: pa.Array, column: Column) -> pa.StringArray:
    write = column.write
    if write is None:
        return column.shape(values) if column.shape else values
    return pa.array([write(value) for value in values.dictionary.to_pylist()], pa.string()).take(values.indices)


def dutch_moments(moments: pa.TimestampArray) -> pa.StringArray:
    """`15-10-2026 09:30:00`, as `csvsafe.cell` writes a local moment."""
    return _joined(_days(moments, "%d-%m-%Y "), _clock(moments, "s"))


def iso_moments(moments: pa.TimestampArray) -> pa.StringArray:
    """`2026-10-15T07:30:00Z`, or `2026-10-15T07:30:00.250Z` where there is a fraction, as `csvsafe.cell` writes a moment in UTC."""
    clock = _clock(moments, "s")
    fractions = moments.cast(pa.int64()).to_numpy() % 1_000_000 != 0
    if fractions.any():
        clock = pc.if_else(pa.array(fractions), _clock(moments, "ms"), clock)
    return _joined(_days(moments, "%Y-%m-%dT"), clock, "Z")


def _days(moments: pa.TimestampArray, written: str) -> pa.StringArray:
    """Few days have many calls."""
    days = moments.cast(pa.date32()).dictionary_encode()
    return pa.array([f"{day:{written}}" for day in days.dictionary.to_pylist()], pa.string()).take(days.indices)


def _clock(moments: pa.TimestampArray, precise: str) -> pa.StringArray:
    return moments.cast(pa.time64("us")).cast(pa.time32(precise), safe=False).cast(pa.string())


def _joined(*parts: pa.StringArray | str) -> pa.StringArray:
    return pc.binary_join_element_wise(*parts, "", null_handling="replace")


def lines(columns: Sequence[pa.StringArray], separator: str) -> bytes:
    """Columns of quoted cells as lines, each with its end."""
    *most, last = columns
    made = pc.binary_join_element_wise(*most, _joined(last, "\r\n"), separator, null_handling="replace")
    _validity, _offsets, one_behind_the_other = made.buffers()
    text: bytes = one_behind_the_other.to_pybytes()
    return text
