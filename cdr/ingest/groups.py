"""Rows by their keys, for sums: a few times as fast as a data frame does it."""

from collections.abc import Sequence

import numpy as np

from cdr.ingest.calls import Integers

MOST = 1 << 62  # what several numbers may come to when they are made into one


def groups(keys: Sequence[Integers]) -> tuple[Integers, Integers]:
    """Rows in the order of their keys, and where in that order each group of equal keys begins.

    `keys` are columns of one length, at least 1, of numbers from 0; the first one leads.
    """
    together, span = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        width = int(key.max()) + 1
        if span * width > MOST:
            different, together = np.unique(together, return_inverse=True)
            span = len(different)
        together, span = together * width + key, span * width
    rows = np.argsort(together)
    ordered = together[rows]
    return rows, np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def distinct(numbers: Integers) -> Integers:
    """The different numbers in their order: sorted, which is many times as fast as `np.unique`."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]
