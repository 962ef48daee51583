"""How rows of the database become rows of a file: by columns, each value that differs once, by the functions that write it on pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

VALUES_KEPT = 20_000  # of a column, from one block to the next
_PARSING = pa.csv.ParseOptions(newlines_in_values=True)

type Write = Callable[[str], str]  # a value as the database writes it, as its cell
type Shape = Callable[[pa.StringArray], pa.StringArray]  # all values at once, where nearly each is another


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
        plain = {column.made_of for column in columns if column.write is None}
        repeated = pa.dictionary(pa.int32(), pa.string())
        self._reading = pa.csv.ReadOptions(column_names=list(names), use_threads=False)
        self._converting = pa.csv.ConvertOptions(
            column_types={name: pa.string() if name in plain else repeated for name in names}
        )
        self._columns = [
            replace(column, write=column.write and lru_cache(VALUES_KEPT)(column.write)) for column in columns
        ]

    def columns(self, block: bytes) -> list[pa.StringArray]:
        """A block as the columns of the file."""
        self._reading.block_size = len(block) + 1  # one part: the block is small already
        table = pa.csv.read_csv(
            pa.py_buffer(block),
            read_options=self._reading,
            parse_options=_PARSING,
            convert_options=self._converting,
        )
        return [_cells(table.column(column.made_of).chunk(0), column) for column in self._columns]


def _cells(values: pa.Array, column: Column) -> pa.StringArray:
    write = column.write
    if write is None:
        return column.shape(values) if column.shape else values
    return pa.array([write(value) for value in values.dictionary.to_pylist()], pa.string()).take(values.indices)


def dutch_moments(texts: pa.StringArray) -> pa.StringArray:
    """`15-10-2026 09:30:00` of `2026-10-15 09:30:00.25`, as `csvsafe.cell` writes a local moment."""
    year, month, day, clock = (_part(texts, *places) for places in ((0, 4), (5, 7), (8, 10), (11, 19)))
    return pc.binary_join_element_wise(day, "-", month, "-", year, " ", clock, "")


def iso_moments(texts: pa.StringArray) -> pa.StringArray:
    """`2026-10-15T07:30:00.250Z` of `2026-10-15 07:30:00.25`, as `csvsafe.cell` writes a moment in UTC."""
    day, clock, fraction = (_part(texts, *places) for places in ((0, 10), (11, 19), (19, 26)))
    if pc.any(pc.not_equal(fraction, "")).as_py():
        milliseconds = pc.utf8_slice_codeunits(pc.utf8_rpad(fraction, 4, "0"), 0, 4)
        fraction = pc.if_else(pc.equal(fraction, ""), "", milliseconds)
    return pc.binary_join_element_wise(day, "T", clock, fraction, "Z", "")


def _part(texts: pa.StringArray, first: int, end: int) -> pa.StringArray:
    return pc.utf8_slice_codeunits(texts, first, end)


def lines(columns: Sequence[pa.StringArray], separator: str) -> bytes:
    """Columns of quoted cells as lines, each with its end."""
    joined = pc.binary_join_element_wise(*columns, separator)
    last = pa.array([0, len(joined)], pa.int32())
    text: bytes = pc.binary_join(pa.ListArray.from_arrays(last, joined), "\r\n")[0].as_buffer().to_pybytes()
    return text + b"\r\n"
