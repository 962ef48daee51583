"""Moments in columns: the source's wall clock to UTC, in microseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

type Moments = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]

NO_MOMENT = np.iinfo(np.int64).min
SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$"
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
_CREATED = re.compile(r"(\d{9,10})\.\d+$")


def wall_clock(texts: Any) -> Moments:
    """`2026-10-15 09:12:00` of a string array, as if it were UTC; NO_MOMENT for what is no such time."""
    fits = pc.match_substring_regex(texts, _LOCAL)
    clean = pc.if_else(fits, texts, pa.scalar(None, pa.string()))
    moments = np.asarray(pc.strptime(clean, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True))
    seconds = moments.astype("datetime64[s]")
    # The reader turns 30 February into 2 March: the day must come out as it was written.
    written = np.asarray(pc.fill_null(pc.cast(pc.utf8_slice_codeunits(clean, 8, 10), pa.int64()), 0))
    day = (seconds.astype("datetime64[D]") - seconds.astype("datetime64[M]").astype("datetime64[D]")).astype(
        np.int64
    ) + 1
    lost = np.isnat(seconds) | (day != written)
    read: Moments = np.where(lost, NO_MOMENT, seconds.astype(np.int64) * SECOND)
    return read


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
    naive = pd.DatetimeIndex(np.where(valid, clock, 0).astype("datetime64[us]"))
    local = naive.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    odd = np.asarray(local.isna()) & valid
    utc = local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return np.where(valid & ~odd, utc, NO_MOMENT), odd


def settle(
    clock: int, zone: ZoneInfo, *, unique_id: str = "", end: int = NO_MOMENT, duration: int = -1
) -> tuple[int, bool] | None:
    """UTC of one wall-clock time that occurs twice, and whether it is a guess; None for one that does not occur.

    Asterisk's uniqueid begins with the second in which the channel was made, which settles it; else the end and the
    duration do where the call passes the end of the doubled hour.
    """
    naive = (_EPOCH + timedelta(microseconds=clock)).replace(tzinfo=None)
    readings = [_micros(naive.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)]
    if _wall(readings[0], zone) != naive:
        return None
    created = _CREATED.search(unique_id)
    if created:
        known = int(created[1]) * SECOND
        nearest = min(readings, key=lambda reading: abs(reading - known))
        if abs(nearest - known) <= 1800 * SECOND:
            return nearest, False
    if end != NO_MOMENT and duration >= 0:
        stop = (_EPOCH + timedelta(microseconds=end)).replace(tzinfo=None)
        ends = {_micros(stop.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)}
        fitting = {
            start for start, until in product(readings, ends) if abs(until - start - duration * SECOND) <= 2 * SECOND
        }
        if len(fitting) == 1:
            return fitting.pop(), False
    return readings[0], True


def _micros(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _wall(moment: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(zone).replace(tzinfo=None)
