"""Longest-prefix match of many digit strings at once: nested prefixes flattened to ranges, found by binary search.

Digits are written as 1 to 10 in base 11, so that a number which ends sorts before one which goes on: with plain zero
padding a number shorter than a prefix would match it when the rest of the prefix is zeros.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

WIDTH = 15  # E.164 has at most 15 digits, and 11**15 fits an int64
NO_MATCH = -1

_BLOCK = 16384  # so that the work on a block stays in the processor's cache

type Ints = npt.NDArray[np.int64]
type Strings = pd.Series[Any] | npt.NDArray[Any]

_WEIGHTS: Ints = np.array([11**place for place in range(WIDTH - 1, -1, -1)], dtype=np.int64)


def as_text(numbers: Strings, *, width: int) -> npt.NDArray[np.str_]:
    """Fixed-width text, cut off after `width` characters; a missing value is an empty string."""
    if isinstance(numbers, pd.Series):
        return np.asarray(numbers.to_numpy(dtype=object, na_value=""), dtype=f"U{width}")
    return np.asarray(numbers, dtype=f"U{width}")


def characters(text: npt.NDArray[np.str_]) -> npt.NDArray[np.uint32]:
    """Code points, one row per string, padded with zeros; a view without a copy."""
    width = text.dtype.itemsize // 4
    return np.ascontiguousarray(text).view(np.uint32).reshape(len(text), width)


def encode(numbers: Strings) -> Ints:
    """Position of each digit string among all, by its first 15 digits; -1 for one that is not digits only."""
    text = as_text(numbers, width=WIDTH)
    codes = np.empty(len(text), dtype=np.int64)
    for start in range(0, len(text), _BLOCK):
        part = slice(start, start + _BLOCK)
        codes[part] = _encode_block(characters(text[part]))
    return codes


def _encode_block(points: npt.NDArray[np.uint32]) -> Ints:
    digits = (points >= ord("0")) & (points <= ord("9"))
    code: Ints = np.where(digits, points - (ord("0") - 1), 0).astype(np.int64) @ _WEIGHTS
    clean = (digits | (points == 0)).all(axis=1) & (digits[:, 1:] <= digits[:, :-1]).all(axis=1)
    return np.where(clean, code, np.int64(NO_MATCH))


def encode_one(digits: str) -> int:
    """As `encode`, of one string."""
    kept = digits[:WIDTH]
    if kept and not (kept.isascii() and kept.isdigit()):
        return NO_MATCH
    return sum((ord(digit) - ord("0") + 1) * 11 ** (WIDTH - 1 - place) for place, digit in enumerate(kept))


@dataclass(frozen=True, slots=True, eq=False)
class PrefixTable:
    """starts[i] <= code < starts[i+1] has values[i]; immutable, so it may be shared by threads."""

    starts: Ints
    values: Ints
    _starts_list: list[int]
    _values_list: list[int]

    @classmethod
    def build(cls, prefixes: Iterable[tuple[str, int]]) -> Self:
        """Of (prefix, value) pairs, values 0 or more; an empty prefix is the default of all.

        ValueError for a prefix that is not 0 to 15 digits, that occurs twice, or for a negative value.
        """
        ranges: list[tuple[int, int, int]] = []
        for prefix, value in prefixes:
            lowest = encode_one(prefix)
            if lowest == NO_MATCH or len(prefix) > WIDTH:
                raise ValueError(f"{prefix!r} is no prefix of at most {WIDTH} digits")
            if value < 0:
                raise ValueError(f"prefix {prefix!r} has a negative value")
            ranges.append((lowest, lowest + 11 ** (WIDTH - len(prefix)), value))
        ranges.sort(key=lambda found: (found[0], -found[1]))
        for one, other in pairwise(ranges):
            if one[:2] == other[:2]:
                raise ValueError("a prefix occurs twice")
        starts, values = _flatten(ranges)
        return cls(np.array(starts, dtype=np.int64), np.array(values, dtype=np.int64), starts, values)

    def match(self, numbers: Strings) -> Ints:
        """The value of the longest prefix of each number, -1 for none and for what is not digits only."""
        return self.match_codes(encode(numbers))

    def match_codes(self, codes: Ints) -> Ints:
        """As `match`, of numbers that `encode` has been over already."""
        found = self.values[np.searchsorted(self.starts, np.maximum(codes, 0), side="right") - 1]
        return np.where(codes >= 0, found, np.int64(NO_MATCH))

    def match_one(self, digits: str) -> int:
        """As `match`, of one number."""
        code = encode_one(digits)
        return NO_MATCH if code < 0 else self._values_list[bisect_right(self._starts_list, code) - 1]


def _flatten(ranges: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Nested ranges, outer before inner, as the points where the innermost value changes."""
    starts, values = [0], [NO_MATCH]
    open_ranges: list[tuple[int, int]] = []  # (end, value), innermost last

    def change(at: int, value: int) -> None:
        if starts[-1] == at:
            values[-1] = value
        else:
            starts.append(at)
            values.append(value)

    def close(before: int | None) -> None:
        while open_ranges and (before is None or open_ranges[-1][0] <= before):
            end, _ = open_ranges.pop()
            change(end, open_ranges[-1][1] if open_ranges else NO_MATCH)

    for lowest, end, value in ranges:
        close(lowest)
        change(lowest, value)
        open_ranges.append((end, value))
    close(None)
    return starts, values
