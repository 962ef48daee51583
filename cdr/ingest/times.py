"""Moments in columns: the source's wall clock to UTC, in microseconds since 1970."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

type Moments = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]

NO_MOMENT = np.iinfo(np.int64).min
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
FEW_DAYS = 100  # that many are looked at one by one before all rows are
SLOT = HOUR // 4  # clocks are put forward and back at such moments
_CIVIL = range(-(70 * 366 * 96), 130 * 366 * 96)  # slots of about 1900 to 2100; what is far off is refused for that
TOLERANCE = 2 * SECOND  # clocks of one switch that write the same call
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$"
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
_CREATED = re.compile(r"(\d{9,10})\.\d+$")


@dataclass(frozen=True, slots=True)
class Stamps:
    """Moments of a column: `clock` as written, `offset` from UTC, NO_MOMENT where the source's time zone counts."""

    clock: Moments
    offset: Moments

    @classmethod
    def local(cls, clock: Moments) -> Self:
        return cls(clock, np.full(len(clock), NO_MOMENT, dtype=np.int64))

    @classmethod
    def utc(cls, clock: Moments) -> Self:
        return cls(clock, np.zeros(len(clock), dtype=np.int64))

    @property
    def known(self) -> Mask:
        read: Mask = self.clock != NO_MOMENT
        return read

    @property
    def absolute(self) -> Mask:
        has_offset: Mask = (self.offset != NO_MOMENT) & self.known
        return has_offset

    def since(self, earlier: "Stamps") -> Moments:
        """Microseconds since another column, as the clock on the wall counts them where no offset is known."""
        gaps = np.where(self.known & earlier.known, self.clock, 0) - np.where(
            self.known & earlier.known, earlier.clock, 0
        )
        offsets = self.absolute & earlier.absolute
        return gaps - np.where(offsets, self.offset, 0) + np.where(offsets, earlier.offset, 0)


def wall_clock(texts: Any) -> Moments:
    """`2026-10-15 09:12:00` of a string array, as if it were UTC; NO_MOMENT for what is no such time."""
    return _civil(texts, 19, {4: "-", 7: "-", 10: " ", 13: ":", 16: ":"}, (0, 5, 8, 11, 14, 17))


def compact(texts: Any) -> Moments:
    """`20261015071200` or `20261015071200.123`, as BroadWorks writes moments in UTC."""
    places = (0, 4, 6, 8, 10, 12)
    whole = _civil(texts, 14, {}, places)
    fine = _civil(texts, 18, {14: "."}, places)
    thousandths = np.asarray(
        pc.cast(
            pc.if_else(
                pc.match_substring_regex(texts, r"^\d{14}\.\d{3}$"),
                pc.utf8_slice_codeunits(texts, 15, 18),
                pa.scalar("0"),
            ),
            pa.int64(),
        )
    )
    fine = np.where(fine == NO_MOMENT, NO_MOMENT, fine + thousandths * (SECOND // 1000))
    return np.where(whole == NO_MOMENT, fine, whole)


def epoch(texts: Any) -> Moments:
    """Digits since 1970: seconds up to 11 of them, milliseconds up to 14, else microseconds. Zero is no moment."""
    clean = pc.if_else(pc.match_substring_regex(texts, r"^[1-9]\d{8,16}$"), texts, pa.scalar("0", pa.string()))
    lengths = np.asarray(pc.utf8_length(clean))
    read = np.asarray(pc.cast(clean, pa.int64()))
    unit = np.select([lengths < 12, lengths < 15], [SECOND, SECOND // 1000], default=1)
    return np.where(read == 0, NO_MOMENT, read * unit)


def _civil(texts: Any, length: int, signs: Mapping[int, str], places: Sequence[int]) -> Moments:
    """Moments of texts of one length, with these signs, and year, month, day, hour, minute, second at these places.

    Byte by byte in one table: several times as fast as a parser of formats, and nothing that does not exist slips in.
    """
    moments = np.full(len(texts), NO_MOMENT, dtype=np.int64)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    rows = np.flatnonzero(np.diff(offsets) == length)
    if not len(rows):
        return moments
    content = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    digits = content[offsets[rows][:, np.newaxis] + np.arange(length)] - np.uint8(ord("0"))
    fits = np.ones(len(rows), dtype=np.bool_)
    for place, sign in signs.items():
        fits &= digits[:, place] == np.uint8((ord(sign) - ord("0")) % 256)
    for place in places:
        fits &= (digits[:, place : place + (4 if place == places[0] else 2)] <= 9).all(axis=1)
    year, month, day, hour, minute, second = (
        _read_digits(digits[:, place : place + (4 if place == places[0] else 2)]) for place in places
    )
    fits &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (hour < 24) & (minute < 60) & (second < 60)
    months = (year - 1970) * 12 + np.where(fits, month, 1) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    next_month = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    fits &= days < next_month  # no 30 February
    moments[rows[fits]] = ((days * 86_400 + hour * 3600 + minute * 60 + second) * SECOND)[fits]
    return moments


def _read_digits(digits: npt.NDArray[np.uint8]) -> Moments:
    value = np.zeros(len(digits), dtype=np.int64)
    for place in range(digits.shape[1]):
        value = value * 10 + digits[:, place]
    return value


def iso(texts: Any) -> tuple[Moments, Moments]:
    """Wall clock and offset in microseconds of ISO 8601 texts; NO_MOMENT as offset where the text has none."""
    fits = pc.match_substring_regex(texts, _ISO)
    clean = pc.if_else(fits, texts, pa.scalar("", pa.string()))
    head = pc.replace_substring(pc.utf8_slice_codeunits(clean, 0, 19), "T", " ")
    clock = wall_clock(head)
    tails = pc.dictionary_encode(pc.utf8_slice_codeunits(clean, 19, 40))
    found = [_tail(text) for text in tails.dictionary.to_pylist()] or [(0, NO_MOMENT)]
    codes = np.asarray(tails.indices)
    fraction = np.array([part for part, _ in found], dtype=np.int64)[codes]
    offset = np.array([part for _, part in found], dtype=np.int64)[codes]
    return np.where(clock == NO_MOMENT, NO_MOMENT, clock + fraction), offset


def _tail(text: str) -> tuple[int, int]:
    """Microseconds of the fraction, and of the offset (NO_MOMENT for none)."""
    fraction = (
        int(text[1:7].rstrip("Z").partition("+")[0].partition("-")[0].ljust(6, "0")) if text.startswith(".") else 0
    )
    if text.endswith("Z"):
        return fraction, 0
    offset = _OFFSET.search(text)
    if not offset:
        return fraction, NO_MOMENT
    seconds = int(offset[2]) * 3600 + int(offset[3]) * 60
    return fraction, (-seconds if offset[1] == "-" else seconds) * SECOND


def to_utc(clock: Moments, zone: ZoneInfo) -> tuple[Moments, Mask]:
    """UTC of wall-clock times, and which of them need a closer look because they occur twice or not at all."""
    valid = clock != NO_MOMENT
    slots, place = np.unique(clock[valid] // SLOT, return_inverse=True)
    shifts = np.array([_shift(slot, zone) for slot in slots.tolist()], dtype=np.int64)[place]
    odd = np.zeros(len(clock), dtype=np.bool_)
    odd[valid] = shifts == NO_MOMENT
    utc = np.full(len(clock), NO_MOMENT, dtype=np.int64)
    utc[valid & ~odd] = (clock[valid] + shifts)[shifts != NO_MOMENT]
    return utc, odd


def changed_between(first: Moments, second: Moments, zone: ZoneInfo) -> Mask:
    """The rows between whose two wall-clock times clocks may have been put forward or back; NO_MOMENT is never one."""
    changed = np.zeros(len(first), dtype=np.bool_)
    known = (first != NO_MOMENT) & (second != NO_MOMENT)
    if not known.any():
        return changed
    near = np.flatnonzero(known & _around_a_change(np.minimum(first, second), np.maximum(first, second), known, zone))
    (start, odd_start), (end, odd_end) = to_utc(first[near], zone), to_utc(second[near], zone)
    changed[near] = odd_start | odd_end | (start - first[near] != end - second[near])
    return changed


def _around_a_change(first: Moments, last: Moments, known: Mask, zone: ZoneInfo) -> Mask:
    """The rows that may pass a change of the clock, told by the day; all of them where they lie in too many days."""
    days = range(int(first[known].min()) // DAY - 1, int(last[known].max()) // DAY + 2)
    if len(days) > FEW_DAYS:
        return np.ones(len(first), dtype=np.bool_)
    shifts = [_shift(day * (DAY // SLOT), zone) for day in days]
    passes = np.zeros(len(first), dtype=np.bool_)
    for day, before, after in zip(days[1:], shifts, shifts[1:], strict=False):
        if before != after:  # within the day before
            passes |= (first < day * DAY) & (last >= (day - 1) * DAY)
    return passes


@lru_cache(1 << 17)
def _shift(slot: int, zone: ZoneInfo) -> int:
    """From the time on the wall to UTC within a slot, NO_MOMENT where it occurs twice or not at all."""
    if slot not in _CIVIL:
        return 0
    found = readings(slot * SLOT, zone)
    return found[0] - slot * SLOT if len(found) == 1 else NO_MOMENT


def readings(clock: int, zone: ZoneInfo) -> tuple[int, ...]:
    """UTC of a time on the wall: one moment, two in the hour that occurs twice, none in the hour that is skipped."""
    naive = (_EPOCH + timedelta(microseconds=clock)).replace(tzinfo=None)
    found = {_micros(naive.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)}
    return tuple(sorted(moment for moment in found if _wall(moment, zone) == naive))


def gaps(first: int, second: int, zone: ZoneInfo) -> tuple[int, ...]:
    """Every number of microseconds that can lie between two times on the wall."""
    return tuple(sorted({end - start for start, end in product(readings(first, zone), readings(second, zone))}))


@dataclass(frozen=True, slots=True)
class Witness:
    """What else a row says about when its call began: wall-clock times (NO_MOMENT for none) and seconds (-1 for none).

    `duration` lasts from the start to the end, `seconds` from the answer to the end.
    """

    unique_id: str = ""
    answer: int = NO_MOMENT
    end: int = NO_MOMENT
    duration: int = -1
    seconds: int = -1


def settle(clock: int, zone: ZoneInfo, witness: Witness) -> tuple[int, bool] | None:
    """UTC of one wall-clock time that occurs twice, and whether it is a guess; None for one that does not occur.

    Asterisk's uniqueid begins with the second in which the channel was made, which settles it; else the end and the
    duration do, or the answer that follows within the hour, where the call passes the end of the doubled hour.
    """
    possible = readings(clock, zone)
    if not possible:
        return None
    created = _CREATED.search(witness.unique_id)
    if created:
        known = int(created[1]) * SECOND
        nearest = min(possible, key=lambda reading: abs(reading - known))
        if abs(nearest - known) <= 1800 * SECOND:
            return nearest, False
    ends = readings(witness.end, zone) if witness.end != NO_MOMENT else ()
    answers = readings(witness.answer, zone) if witness.answer != NO_MOMENT else ()
    if ends and witness.seconds >= 0:
        answers = tuple(one for one in answers if any(_lasts(one, end, witness.seconds) for end in ends))
    fitting = set(possible)
    if ends and witness.duration >= 0:
        fitting &= {one for one in possible if any(_lasts(one, end, witness.duration) for end in ends)}
    if answers and len(fitting) != 1:
        fitting = {one for one in fitting or possible if any(0 <= answer - one < HOUR for answer in answers)}
    return (fitting.pop(), False) if len(fitting) == 1 else (possible[0], True)


def _lasts(start: int, end: int, seconds: int) -> bool:
    return abs(end - start - seconds * SECOND) <= TOLERANCE


def _micros(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _wall(moment: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(zone).replace(tzinfo=None)
