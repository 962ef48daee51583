"""Numbers of 64 bits that stand for texts and for what a row says, in columns. Pure, and the same for ever.

They are kept beside the records to tell what was loaded before. Two texts share a number once in 2**64; whoever acts on
equal numbers of a record's id checks what the row says as well, or reads the record.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from cdr.ingest.calls import Calls, Coded, Integers

type Words = npt.NDArray[np.uint64]

WORD = 8
WIDEST = 64  # texts up to here are read as words, a few at a time; longer ones one by one
_SEED = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mixed(words: Words) -> Words:
    """Every bit of a word spread over all of its bits (the finaliser of SplitMix64)."""
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))


def numbers_of(texts: Any) -> Integers:
    """A number for each text of a string array; never 0, which stands for no text."""
    if not len(texts):
        return np.empty(0, dtype=np.int64)
    length = pc.binary_length(texts)
    widest = pc.max(length).as_py() or 0
    if widest > WIDEST or not _is_ascii(texts):
        return np.array([_one(text) for text in texts.to_pylist()], dtype=np.int64)
    width = max(-(-widest // WORD) * WORD, WORD)
    padded = pc.ascii_rpad(texts, width=width, padding="\0")
    data = np.frombuffer(padded.buffers()[2], dtype=np.uint8)
    start = padded.offset * width
    words = np.ascontiguousarray(data[start : start + len(padded) * width]).view("<u8").reshape(len(padded), -1)
    return _chain(words, np.asarray(length).astype(np.uint64))


def _is_ascii(texts: Any) -> bool:
    return bool(pc.all(pc.string_is_ascii(texts)).as_py() is not False)


def _chain(words: Words, length: Words) -> Integers:
    with np.errstate(over="ignore"):
        state = _mixed(length + _SEED)
        # Padding does not count: a column of words beyond the end of a text leaves its number as it is.
        for place in range(words.shape[1]):
            further = length > np.uint64(place * WORD)
            state = np.where(further, _mixed((state ^ words[:, place]) + _SEED), state)
    numbers: Integers = state.view(np.int64)
    return np.where(numbers == 0, 1, numbers)


def _one(text: str) -> int:
    """The same number for a single text."""
    raw = text.encode()
    if len(raw) > WIDEST or not text.isascii():
        return int.from_bytes(hashlib.blake2b(raw, digest_size=WORD).digest(), "little", signed=True) or 1
    width = max(-(-len(raw) // WORD) * WORD, WORD)
    words = np.frombuffer(raw.ljust(width, b"\0"), dtype="<u8").reshape(1, -1)
    return int(_chain(words, np.array([len(raw)], dtype=np.uint64))[0])


def coded_numbers(column: Coded) -> Integers:
    """A number for each row of a dictionary-coded column, 0 for an empty text."""
    values = numbers_of(column.texts)
    numbers: Integers = np.where(column.filled(), values[column.codes], 0)
    return numbers


def facts_of(calls: Calls, *, accounts: bool = True) -> Integers:
    """What each row says of its call: when, how long, which way, from whom, to whom, for whom. Equal numbers: the same facts.

    Without `accounts` they are the numbers of the time in which those did not count.
    """
    # A part that is added one day must leave the number of rows without it as it is: they would all look corrected.
    parts = [
        calls.start,
        calls.seconds,
        calls.direction * 16 + calls.product,
        *(coded_numbers(column) for column in (calls.caller, calls.called, calls.own, calls.group)),
    ]
    with np.errstate(over="ignore"):
        state = np.full(len(calls), _SEED, dtype=np.uint64)
        for part in parts:
            state = _mixed((state ^ part.astype(np.int64).view(np.uint64)) + _SEED)
        priced = calls.price >= 0
        state = np.where(priced, _mixed((state ^ calls.price.view(np.uint64)) + _SEED), state)
        taken_back = calls.taken_back
        if taken_back.any():
            state = np.where(taken_back, _mixed(state + _SEED), state)
        if accounts:
            account = coded_numbers(calls.account)
            state = np.where(account != 0, _mixed((state ^ account.view(np.uint64)) + _SEED), state)
    return state.view(np.int64)
