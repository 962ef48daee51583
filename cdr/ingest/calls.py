"""A chunk of call records as columns. Arrays of one length; texts are dictionary-coded, because they repeat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

type Integers = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: `values[codes[i]]` is the text of row i. Only `of` promises that no text stands twice."""

    codes: Integers
    values: tuple[str, ...]

    @classmethod
    def of(cls, texts: Any) -> Self:
        """Of a string array without nulls."""
        coded = pc.dictionary_encode(texts)
        return cls(np.asarray(coded.indices).astype(np.int64), tuple(coded.dictionary.to_pylist()))

    @classmethod
    def constant(cls, text: str, length: int) -> Self:
        return cls(np.zeros(length, dtype=np.int64), (text,))

    def map(self, change: Callable[[str], str]) -> "Coded":
        """Each text changed, worked out once for each different text; two may become the same one."""
        return Coded(self.codes, tuple(change(value) for value in self.values))

    def at(self, positions: Integers) -> "Coded":
        """The texts at these positions."""
        return replace(self, codes=self.codes[positions] if len(self.codes) else self.codes)

    def keep(self, rows: Mask) -> "Coded":
        return replace(self, codes=self.codes[rows])

    def compact(self) -> "Coded":
        """The same texts without values that no row has."""
        used, codes = np.unique(self.codes, return_inverse=True)
        return Coded(codes, tuple(self.values[code] for code in used.tolist()))

    def where(self, test: Callable[[str], bool]) -> Mask:
        """The rows whose text passes the test."""
        passes = np.array([test(value) for value in self.values] or [False], dtype=np.bool_)
        found: Mask = passes[self.codes]
        return found

    def filled(self) -> Mask:
        """The rows that have a text at all."""
        empty = np.full(max(len(self.values), 1), not self.values, dtype=np.bool_)
        place = -1
        for _time in range(self.values.count("")):  # at most a few, in a tuple of up to a chunk's length
            place = self.values.index("", place + 1)
            empty[place] = True
        found: Mask = ~empty[self.codes]
        return found

    def number(self, find: Callable[[str], int]) -> Integers:
        """A number for each text, worked out once for each different text."""
        found = np.array([find(value) for value in self.values] or [0], dtype=np.int64)
        numbers: Integers = found[self.codes]
        return numbers

    def starting(self, *prefixes: str) -> Mask:
        """The rows whose text begins with one of these."""
        texts = pa.array(self.values or ("",), pa.string())
        begins = np.zeros(len(texts), dtype=np.bool_)
        for prefix in prefixes:
            begins |= pc.starts_with(texts, prefix).to_numpy(zero_copy_only=False)
        found: Mask = begins[self.codes]
        return found

    def lookup(self, numbers: Mapping[str, int], missing: int) -> Integers:
        """The number that a table has for each text."""
        texts = pa.array(self.values or ("",), pa.string())
        places = pc.fill_null(pc.index_in(texts, value_set=pa.array(list(numbers), pa.string())), len(numbers))
        found = np.array([*numbers.values(), missing], dtype=np.int64)[places.to_numpy(zero_copy_only=False)]
        result: Integers = found[self.codes]
        return result

    def arrow(self) -> Any:
        """The column as a string array."""
        return pa.array(self.values or ("",), pa.string()).take(pa.array(self.codes))

    def text(self, row: int) -> str:
        return self.values[int(self.codes[row])]

    def choose(self, rows: Mask, other: "Coded") -> "Coded":
        """A column that is `self` in `rows` and `other` elsewhere."""
        return Coded(np.where(rows, self.codes, other.codes + len(self.values)), self.values + other.values)


@dataclass(frozen=True, slots=True)
class Calls:
    """Rows that could be read. `start` is microseconds UTC, numbers are canonical, `group` may be empty."""

    lines: Integers
    rows: Sequence[bytes]
    start: Integers
    seconds: Integers
    direction: Integers  # 0 where the legs tell
    product: Integers
    sequence: Integers
    flags: Integers
    price: Integers  # micro-euros ex VAT that the source asks, -1 where the tariff tells
    account: Coded
    caller: Coded
    called: Coded
    own: Coded
    group: Coded
    record_id: Coded
    channel: Coded
    peer_channel: Coded
    dialled: Coded

    def __len__(self) -> int:
        return len(self.lines)

    def keep(self, rows: Mask) -> "Calls":
        kept: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Coded):
                kept[field.name] = value.keep(rows)
            elif isinstance(value, np.ndarray):
                kept[field.name] = value[rows]
            else:
                kept[field.name] = [row for row, stays in zip(value, rows.tolist(), strict=True) if stays]
        return Calls(**kept)

    def take(self, positions: Integers) -> "Calls":
        """The rows at these positions, in their order."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Coded):
                taken[field.name] = value.at(positions)
            elif isinstance(value, np.ndarray):
                taken[field.name] = value[positions]
            else:
                taken[field.name] = [value[position] for position in positions.tolist()]
        return Calls(**taken)


def join(one: Calls, other: Calls) -> Calls:
    """Two chunks as one."""
    joined: dict[str, Any] = {}
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, Coded):
            joined[field.name] = Coded.of(pa.concat_arrays([first.arrow(), second.arrow()]))
        elif isinstance(first, np.ndarray):
            joined[field.name] = np.concatenate([first, second])
        else:
            joined[field.name] = [*first, *second]
    return Calls(**joined)
