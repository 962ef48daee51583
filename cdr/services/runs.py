"""Very many numbers in order, in a few runs: looked up in milliseconds, and mostly without looking at all."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

import numpy as np
from django.conf import settings

from cdr.ingest.calls import Integers, Mask
from cdr.ingest.identity import Words

log = logging.getLogger(__name__)

RUN = 1_000_000
BITS_EACH = 16  # bits kept for an id: one in sixteen of the ids that are not in a run is looked for in vain
MOST_SMALL_RUNS = 8
PIECE = 100_000  # ids whose bits are made at once
NOT_KEPT = 0  # the facts of records from before facts were kept: whatever comes again is taken for the same


@dataclass(slots=True)
class Run:
    """Numbers in order, each with another that belongs to it: ids with the facts of their records, one for each version; calls
    with the chunks that hold rows of them.
    """

    ids: Integers
    facts: Integers
    bits: int  # for each of them
    _words: Words
    _shift: np.uint64

    @classmethod
    def of(cls, ids: Integers, facts: Integers, bits: int = BITS_EACH) -> Self:
        """A run of ids that are in order. Those of a big one are kept in a file: the bits tell that few are looked at."""
        width = max((len(ids) * bits - 1).bit_length(), 6)
        shift = np.uint64(64 - width)
        if len(ids) >= RUN:
            ids, facts = _in_a_file(ids), _in_a_file(facts)
        words = np.zeros(1 << (width - 6), dtype=np.uint64)
        for start in range(0, len(ids), PIECE):
            # The ids are in order, and so are their words: each word of a piece is put together once.
            word, bit = _place_of(ids[start : start + PIECE], shift)
            first = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]]))
            words[word[first]] |= np.bitwise_or.reduceat(bit, first)
        return cls(ids, facts, bits, words, shift)

    def find(self, ids: Integers) -> Integers:
        """What belongs to those of the sorted `ids` that are here."""
        word, bit = _place_of(ids, self._shift)
        few = ids[(self._words[word] & bit) != 0]
        first, end = np.searchsorted(self.ids, few), np.searchsorted(self.ids, few, side="right")
        count = end - first
        rows = np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)
        return np.asarray(self.facts[rows])

    def judge(self, ids: Integers, facts: Integers) -> tuple[Mask, Mask]:
        """Which of the sorted `ids` are here at all, and which with the same facts."""
        here, same = np.zeros((2, len(ids)), dtype=np.bool_)
        word, bit = _place_of(ids, self._shift)
        rows = np.flatnonzero(self._words[word] & bit)
        place = np.searchsorted(self.ids, ids[rows])
        while len(rows):
            inside = np.minimum(place, len(self.ids) - 1)
            hit = (place < len(self.ids)) & (self.ids[inside] == ids[rows])
            rows, inside = rows[hit], inside[hit]
            here[rows] = True
            same[rows] |= (self.facts[inside] == facts[rows]) | (self.facts[inside] == NOT_KEPT)
            place = inside + 1
        return here, same


def _place_of(ids: Integers, shift: np.uint64) -> tuple["np.ndarray[Any, Any]", Words]:
    """The word, and the bit in it, that stand for each id: its first bits, for ids are as good as random."""
    place = ids.view(np.uint64) >> shift
    return (place >> np.uint64(6)).astype(np.int64), np.uint64(1) << (place & np.uint64(63))


def _in_a_file(numbers: Integers) -> Integers:
    """The same numbers from a file without a name, whose pages the machine may drop; it is gone with the process.

    On a full disk they stay in memory: what is loaded goes into the database, which may well have room.
    """
    try:
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.MEDIA_ROOT) as file:
            numbers.tofile(file)
            file.flush()
            return np.memmap(file, dtype=numbers.dtype, mode="r", shape=numbers.shape)
    except OSError as error:
        log.warning("known records: no room for a file, so they stay in memory", extra={"problem": str(error)})
        return numbers


def merged(parts: Sequence[tuple[Integers, Integers]], bits: int = BITS_EACH) -> Run:
    """One run of the ids and facts of several, each of them in order."""
    ids = np.concatenate([part[0] for part in parts])
    order = np.argsort(ids, kind="stable")  # quick, for the parts are in order
    ids = ids[order]
    return Run.of(ids, np.concatenate([part[1] for part in parts])[order], bits)


def in_runs(parts: Iterable[tuple[Integers, Integers]], bits: int = BITS_EACH) -> Iterator[Run]:
    """As few runs as fit the memory that making one takes."""
    waiting: list[tuple[Integers, Integers]] = []
    for part in parts:
        waiting.append(part)
        if sum(len(ids) for ids, _ in waiting) >= RUN:
            yield merged(waiting, bits)
            waiting = []
    if waiting:
        yield merged(waiting, bits)


def gathered(runs: list[Run]) -> list[Run]:
    """The same numbers in fewer runs, once many of them are small, or these together no longer are."""
    small = [run for run in runs if len(run.ids) < RUN]
    if len(small) <= MOST_SMALL_RUNS and (len(small) < 2 or sum(len(run.ids) for run in small) < RUN):
        return runs
    return [run for run in runs if len(run.ids) >= RUN] + [
        merged([(run.ids, run.facts) for run in small], small[0].bits)
    ]
