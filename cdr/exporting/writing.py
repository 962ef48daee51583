"""How rows of the database become rows of a file: by columns, each value that differs once, by the functions that write it on pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

VALUES_KEPT = 20_000  # of a column, from one block to the next
_PARSING = pa.csv.ParseOptions(newlines_in_values=True)

type Write = Callable[[str], str]  # a value as the database writes it, as its cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: the column of the query that it is made of, and how; without, it is there as it must be."""

    made_of: str
    write: Write | None = None


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
            Column(column.made_of, column.write and lru_cache(VALUES_KEPT)(column.write)) for column in columns
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
        return [_cells(table.column(column.made_of).chunk(0), column.write) for column in self._columns]


def _cells(values: pa.Array, write: Write | None) -> pa.StringArray:
    if write is None:
        return values
    return pa.array([write(value) for value in values.dictionary.to_pylist()], pa.string()).take(values.indices)


def lines(columns: Sequence[pa.StringArray], separator: str) -> bytes:
    """Columns of quoted cells as lines, each with its end."""
    joined = pc.binary_join_element_wise(*columns, separator)
    last = pa.array([0, len(joined)], pa.int32())
    text: bytes = pc.binary_join(pa.ListArray.from_arrays(last, joined), "\r\n")[0].as_buffer().to_pybytes()
    return text + b"\r\n"
