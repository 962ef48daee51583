"""A chunk of call records as columns. Arrays of one length; texts are dictionary-coded, because they repeat."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cdr.vocabulary import Flag

type Integers = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts: `texts[codes[i]]`, a string array of Arrow, is the text of row i. Only `of` promises that no text
    stands twice.
    """

    codes: Integers
    texts: Any

    @classmethod
    def of(cls, texts: Any) -> Self:
        """Of a string array without nulls."""
        coded = pc.dictionary_encode(texts)
        return cls(np.asarray(coded.indices).astype(np.int64), coded.dictionary)

    @classmethod
    def over(cls, codes: Integers, texts: Iterable[str]) -> Self:
        """Rows of these texts."""
        return cls(codes, pa.array(texts, pa.string()))

    @classmethod
    def constant(cls, text: str, length: int) -> Self:
        return cls.over(np.zeros(length, dtype=np.int64), [text])

    @property
    def values(self) -> list[str]:
        """The texts as objects of Python, for work that is done once for each different one."""
        found: list[str] = self.texts.to_pylist()
        return found

    def map(self, change: Callable[[str], str]) -> "Coded":
        """Each text changed, worked out once for each different text; two may become the same one."""
        return Coded.over(self.codes, [change(value) for value in self.values])

    def at(self, positions: Integers) -> "Coded":
        """The texts at these positions."""
        return replace(self, codes=self.codes[positions] if len(self.codes) else self.codes)

    def keep(self, rows: Mask) -> "Coded":
        return replace(self, codes=self.codes[rows])

    def compact(self) -> "Coded":
        """The same texts without values that no row has."""
        used = np.zeros(len(self.texts), dtype=np.bool_)
        used[self.codes] = True
        return Coded((np.cumsum(used) - 1)[self.codes], self.texts.filter(pa.array(used)))

    def where(self, test: Callable[[str], bool]) -> Mask:
        """The rows whose text passes the test."""
        return np.array([test(value) for value in self.values], dtype=np.bool_)[self.codes]

    def is_text(self, text: str) -> Mask:
        """The rows with this text."""
        return np.asarray(pc.equal(self.texts, text), dtype=np.bool_)[self.codes]

    def filled(self) -> Mask:
        """The rows that have a text at all."""
        return ~self.is_text("")

    def number(self, find: Callable[[str], int]) -> Integers:
        """A number for each text, worked out once for each different text."""
        return np.array([find(value) for value in self.values], dtype=np.int64)[self.codes]

    def starting(self, *prefixes: str) -> Mask:
        """The rows whose text begins with one of these."""
        begins = np.zeros(len(self.texts), dtype=np.bool_)
        for prefix in prefixes:
            begins |= np.asarray(pc.starts_with(self.texts, prefix), dtype=np.bool_)
        return begins[self.codes]

    def lookup(self, numbers: Mapping[str, int], missing: int) -> Integers:
        """The number that a table has for each text."""
        places = pc.index_in(self.texts, value_set=pa.array(list(numbers), pa.string()))
        found = np.array([*numbers.values(), missing], dtype=np.int64)
        return found[np.asarray(pc.fill_null(places, len(numbers)))][self.codes]

    def arrow(self) -> Any:
        """The column as a string array."""
        return self.texts.take(pa.array(self.codes))

    def text(self, row: int) -> str:
        found: str = self.texts[int(self.codes[row])].as_py()
        return found

    def choose(self, rows: Mask, other: "Coded") -> "Coded":
        """A column that is `self` in `rows` and `other` elsewhere."""
        codes = np.where(rows, self.codes, other.codes + len(self.texts))
        return Coded(codes, pa.concat_arrays([self.texts, other.texts]))

    def followed_by(self, other: "Coded") -> "Coded":
        """The rows of this column and then those of the other, which may be much the longer one; what stood once in both stands once."""
        mine = self.compact()
        places = pc.index_in(other.texts, value_set=mine.texts)
        shared = np.flatnonzero(np.asarray(pc.is_valid(places), dtype=np.bool_))
        code = np.full(len(mine.texts), -1, dtype=np.int64)
        code[np.asarray(pc.drop_null(places))] = shared
        further = code < 0
        code[further] = len(other.texts) + np.arange(further.sum())
        texts = pa.concat_arrays([other.texts, mine.texts.filter(pa.array(further))])
        return Coded(np.concatenate([code[mine.codes], other.codes]), texts)


@dataclass(frozen=True, slots=True)
class Calls:
    """Rows that could be read. `start` is microseconds UTC, numbers are canonical, `group` may be empty.

    `rows` are the rows as they were delivered, a binary array of Arrow.
    """

    lines: Integers
    rows: Any
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

    @property
    def taken_back(self) -> Mask:
        """The rows that take back the call with their id."""
        found: Mask = (self.flags & int(Flag.TAKEN_BACK)) > 0
        return found

    def keep(self, rows: Mask) -> "Calls":
        kept: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Coded):
                kept[field.name] = value.keep(rows)
            elif isinstance(value, np.ndarray):
                kept[field.name] = value[rows]
            else:
                kept[field.name] = _kept(value, rows)
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
                taken[field.name] = value.take(pa.array(positions))
        return Calls(**taken)


def _kept(values: Any, rows: Mask) -> Any:
    """The values in these rows. Where nearly all stay they are copied piece by piece, which is ten times as fast."""
    edges = np.flatnonzero(np.diff(rows, prepend=False, append=False)).reshape(-1, 2)
    if not 0 < len(edges) < len(rows) // 20:
        return values.filter(pa.array(rows))
    return pa.concat_arrays([values.slice(first, end - first) for first, end in edges.tolist()])


def join(one: Calls, other: Calls) -> Calls:
    """Two chunks as one."""
    joined: dict[str, Any] = {}
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, Coded):
            joined[field.name] = first.followed_by(second)
        elif isinstance(first, np.ndarray):
            joined[field.name] = np.concatenate([first, second])
        else:
            joined[field.name] = pa.concat_arrays([first, second])
    return Calls(**joined)
