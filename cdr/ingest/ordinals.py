"""Names for rows that have none: a fingerprint, and the how-manieth of equal rows in its file it is."""

import hashlib
from collections.abc import Sequence

import numpy as np

from cdr.ingest.calls import Integers, Mask

# So many rows are remembered as they come; those before are kept as numbers, eight bytes each.
MOST_RECENT = 100_000


class Ordinals:
    """Counts equal rows of one file, so that two equal calls of a source without ids stay two.

    Ten million rows take 80 MB. Two different rows share a number once in 2**64; then the second is named as a repetition.
    """

    def __init__(self) -> None:
        self._times: dict[int, int] = {}  # of recent rows, and of all that came more than once
        self._recent = 0
        self._runs: list[Integers] = []  # rows before that came once, in order; each run longer than those behind it

    def name(self, row: bytes) -> str:
        """The name of the next row."""
        [name] = self.names([row])
        return name

    def names(self, rows: Sequence[bytes]) -> list[str]:
        """The names of the next rows, in their order."""
        digests = [hashlib.blake2b(row, digest_size=12).digest() for row in rows]
        numbers = np.frombuffer(b"".join(digest[:8] for digest in digests), dtype="<i8")
        names = []
        for digest, number, before in zip(digests, numbers.tolist(), self._before(numbers).tolist(), strict=True):
            times = self._times.get(number, int(before)) + 1
            self._times[number] = times
            names.append(digest.hex() if times == 1 else f"{digest.hex()}#{times}")
        self._recent += len(rows)
        if self._recent > MOST_RECENT:
            self._put_away()
        return names

    def _before(self, numbers: Integers) -> Mask:
        """Which of these rows stand in the runs."""
        found = np.zeros(len(numbers), dtype=np.bool_)
        for run in self._runs:
            found |= run[np.minimum(np.searchsorted(run, numbers), len(run) - 1)] == numbers
        return found

    def _put_away(self) -> None:
        once = np.array(sorted(number for number, times in self._times.items() if times == 1), dtype=np.int64)
        self._times = {number: times for number, times in self._times.items() if times > 1}
        self._recent = 0
        if not len(once):
            return
        while self._runs and len(self._runs[-1]) <= 2 * len(once):
            once = np.sort(np.concatenate([self._runs.pop(), once]), kind="stable")
        self._runs.append(once)
