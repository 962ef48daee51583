"""Peak and off-peak: which of the two a moment lies in, by the clock on the wall in Amsterdam, and the same in columns."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache, lru_cache
from itertools import pairwise

import holidays
import numpy as np
import numpy.typing as npt

from portal.lib.periods import AMSTERDAM, Month, days, months, to_local, to_utc

type Integers = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]

MIDNIGHT = time(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
# Clocks in Europe change at this hour UTC: an edge where an hour is skipped or comes twice.
_CLOCKS_CHANGE = time(1, tzinfo=UTC)


class Band(Enum):
    PEAK = "peak"
    OFF_PEAK = "off_peak"


@dataclass(frozen=True, slots=True)
class PeakHours:
    """When the peak price holds: weekdays from and to and including (1 is Monday), from `start` until before `end`.

    `end` 00:00 is the midnight that ends the day. `splits`: a call that goes on over an edge is charged for each side
    at its own price a minute; otherwise the moment it starts decides for the whole call.
    """

    first_weekday: int = 1
    last_weekday: int = 5
    start: time = time(8)
    end: time = time(20)
    holidays_off_peak: bool = False
    splits: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.first_weekday <= self.last_weekday <= 7:
            raise ValueError("the days of the peak run from 1 (Monday) to 7, the first before the last")
        if self.end != MIDNIGHT and self.start >= self.end:
            raise ValueError("the peak begins before it ends")

    def band(self, moment: datetime) -> Band:
        """The band of an aware moment, by its whole second."""
        local = to_local(moment).replace(microsecond=0)
        clock = local.time()
        on_the_day = self.first_weekday <= local.isoweekday() <= self.last_weekday
        in_the_hours = self.start <= clock and (self.end == MIDNIGHT or clock < self.end)
        kept = not (self.holidays_off_peak and is_holiday(local.date()))
        return Band.PEAK if on_the_day and in_the_hours and kept else Band.OFF_PEAK


@cache
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday in the Netherlands."""
    return day in _holidays_of(day.year)


def _second(moment: datetime) -> int:
    return (moment - _EPOCH) // _SECOND


def _possible_edges(hours: PeakHours, day: date) -> Iterator[datetime]:
    for clock in {MIDNIGHT, hours.start, hours.end}:
        for fold in (0, 1):
            yield datetime.combine(day, clock, AMSTERDAM).replace(fold=fold).astimezone(UTC)
    yield datetime.combine(day, _CLOCKS_CHANGE)


@lru_cache(maxsize=2_000)
def _edges_of(hours: PeakHours, month: Month) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Seconds at which the band may change within a month, and whether the time from there on is peak."""
    following = month.next()
    found = {edge for day in days(month.first_day, following.first_day) for edge in _possible_edges(hours, day)}
    moments = sorted(found)
    return tuple(map(_second, moments)), tuple(hours.band(moment) is Band.PEAK for moment in moments)


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The bands over a stretch of time: from `edges[i]` on `peak[i]` holds; `passed[i]` peak seconds lie before it."""

    edges: Integers
    peak: Mask
    passed: Integers

    @classmethod
    def over(cls, hours: PeakHours, first: int, last: int) -> "Timeline":
        """Of the months around the seconds `first` to `last`."""
        one, other = (Month.of(_EPOCH + second * _SECOND) for second in (first, last))
        parts = [_edges_of(hours, month) for month in months(one.previous(), other.next())]
        edges = np.concatenate([np.array(edges, dtype=np.int64) for edges, _ in parts])
        peak = np.concatenate([np.array(flags, dtype=np.bool_) for _, flags in parts])
        gained = np.where(peak[:-1], np.diff(edges), 0)
        return cls(edges, peak, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(gained)]))

    def is_peak(self, seconds: Integers) -> Mask:
        """Whether each second lies in the peak."""
        found: Mask = self.peak[np.searchsorted(self.edges, seconds, side="right") - 1]
        return found

    def peak_before(self, seconds: Integers) -> Integers:
        """Peak seconds from the beginning of the timeline until each second."""
        place = np.searchsorted(self.edges, seconds, side="right") - 1
        return self.passed[place] + np.where(self.peak[place], seconds - self.edges[place], 0)


def stretches(hours: PeakHours, start: datetime, seconds: int) -> tuple[tuple[Band, int], ...]:
    """`seconds` from a moment on, cut where the band changes: (band, seconds) in order, no band twice in a row."""
    begun = _second(to_utc(start))
    over = Timeline.over(hours, begun, begun + seconds)
    edges = over.edges.tolist()
    inner = edges[bisect_right(edges, begun) : bisect_right(edges, begun + seconds - 1)]
    cut: list[tuple[Band, int]] = []
    for one, other in pairwise([begun, *inner, begun + seconds]):
        band = Band.PEAK if over.is_peak(np.array([one], dtype=np.int64))[0] else Band.OFF_PEAK
        if cut and cut[-1][0] is band:
            cut[-1] = (band, cut[-1][1] + other - one)
        else:
            cut.append((band, other - one))
    return tuple(cut)
