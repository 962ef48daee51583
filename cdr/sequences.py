"""Numbers in the names of files, and those that are missing. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

type Gap = tuple[int, int]  # the first and the last number that is missing

# A larger step is no gap: the switch began to count anew.
RESTART = 1_000
MOST_DIGITS = 18


def numbers_in(names: Iterable[str], pattern: str) -> set[int]:
    """The numbers that `pattern`, with one group, finds in file names; names without one are passed over."""
    found = set()
    wanted = re.compile(pattern)
    for name in names:
        match = wanted.search(name)
        digits = match[1] if match else None
        if digits and digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
            found.add(int(digits))
    return found


def gaps(numbers: set[int], known: Sequence[Gap] = ()) -> list[Gap]:
    """What is missing between the smallest and the largest number and is not known to be."""
    ordered = sorted(numbers)
    found: list[Gap] = []
    for before, after in pairwise(ordered):
        if 1 < after - before <= RESTART:
            found += _without(before + 1, after - 1, known)
    return found


def _without(first: int, last: int, known: Sequence[Gap]) -> list[Gap]:
    left: list[Gap] = []
    start = first
    for begin, end in sorted(known):
        if end < start or begin > last:
            continue
        if begin > start:
            left.append((start, begin - 1))
        start = end + 1
    if start <= last:
        left.append((start, last))
    return left


def overlap(one: Gap, other: Gap) -> bool:
    """Whether two gaps share a number."""
    return one[0] <= other[1] and other[0] <= one[1]
