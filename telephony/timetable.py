"""When a business is open: weekly periods and holidays, as plain arithmetic.

Everything here is local wall time of the Netherlands, because that is what people write on a door. On the two days a
year that the clock jumps the wall clock decides as well: a period 02:30-03:30 lasts half an hour on the last Sunday of
March (the clock skips 02:00-03:00) and one and a half on the last Sunday of October (02:30-03:00 is passed twice).

Days are numbered as in ``date.weekday()``: Monday is 0. Minutes count from local midnight; ends are exclusive.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = 24 * 60
WEEK = 7 * DAY
# Yearly holidays repeat within 366 days, and 29 February within eight years: looking further than a year ahead for the
# next change would only answer a question nobody asks.
HORIZON_DAYS = 370


class Moment(StrEnum):
    """What kind of moment it is for a business."""

    BUSINESS = "business"
    AFTER_HOURS = "after_hours"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Period:
    """A weekly period: on each of ``days`` from minute ``start`` to ``end``.

    An end at or before the start means the next day (22:00-06:00), and belongs to the day on which it starts.
    ``end`` may be 1440 (24:00). Raises ValueError for a period that cannot be.
    """

    days: frozenset[int]
    start: int = 0
    end: int = DAY

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError("A period needs at least one day, numbered 0 (Monday) to 6 (Sunday).")
        if not 0 <= self.start < DAY or not 0 <= self.end <= DAY or self.start == self.end:
            raise ValueError("A period starts at 0:00 to 23:59, ends at 24:00 at the latest and is not empty.")

    @property
    def is_all_day(self) -> bool:
        return self.start == 0 and self.end == DAY

    @property
    def is_overnight(self) -> bool:
        return self.end < self.start


@dataclass(frozen=True, slots=True)
class Week:
    """A week of opening hours as merged, ordered ``spans`` of minutes since Monday 0:00, each [start, end)."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, periods: Iterable[Period]) -> "Week":
        return cls(_merge(chain.from_iterable(_spans(period) for period in periods)))

    @property
    def is_always(self) -> bool:
        return self.spans == ((0, WEEK),)

    @property
    def is_never(self) -> bool:
        return not self.spans

    def covers(self, minute: int) -> bool:
        return any(start <= minute < end for start, end in self.spans)

    def on_day(self, day: int) -> tuple[tuple[int, int], ...]:
        """The spans of one day of the week, cut at its midnights, in minutes of that day."""
        first, last = day * DAY, (day + 1) * DAY
        return tuple(
            (max(start, first) - first, min(end, last) - first)
            for start, end in self.spans
            if start < last and end > first
        )


ALWAYS = Week(((0, WEEK),))
NEVER = Week(())


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day, or days ``first`` up to and including ``last``, on which a business is closed.

    With a time range it is closed only from minute ``start`` to ``end`` of each of those days. ``yearly`` repeats it on
    the same dates every year; such a range may cross New Year and must be shorter than a year.
    """

    name: str
    first: date
    last: date
    start: int = 0
    end: int = DAY
    yearly: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("A holiday ends on or after the day on which it starts.")
        if not 0 <= self.start < self.end <= DAY:
            raise ValueError("The times of a holiday lie within one day.")
        if self.yearly and (self.last - self.first).days >= 365:
            raise ValueError("A holiday that comes back every year is shorter than a year.")

    @property
    def is_all_day(self) -> bool:
        return self.start == 0 and self.end == DAY

    def is_on(self, day: date) -> bool:
        if not self.yearly:
            return self.first <= day <= self.last
        first, last, this = ((d.month, d.day) for d in (self.first, self.last, day))
        return first <= this <= last if first <= last else this >= first or this <= last


@dataclass(frozen=True, slots=True)
class Timetable:
    """Working hours together with the holidays that take precedence over them."""

    week: Week = ALWAYS
    holidays: tuple[Holiday, ...] = ()

    def moment(self, at: datetime) -> Moment:
        if self.holiday(at) is not None:
            return Moment.HOLIDAY
        return Moment.BUSINESS if self.week.covers(minute_of_week(at)) else Moment.AFTER_HOURS

    def is_open(self, at: datetime) -> bool:
        return self.moment(at) is Moment.BUSINESS

    def holiday(self, at: datetime) -> Holiday | None:
        """The first listed holiday at this moment."""
        local = at.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        return next((h for h in self.holidays if h.start <= minute < h.end and h.is_on(local.date())), None)

    def next_change(self, at: datetime) -> datetime | None:
        """The first moment after ``at`` (UTC) at which open becomes closed or the reverse; None: not within a year."""
        if not self.holidays and (self.week.is_always or self.week.is_never):
            return None
        is_open = self.is_open(at)
        return next((edge for edge in self._edges(at) if self.is_open(edge) is not is_open), None)

    def upcoming(self, day: date, days: int = 60) -> list[tuple[date, Holiday]]:
        """The holidays that begin within ``days`` from ``day`` on (or already run on it), in order, once each."""
        found: dict[Holiday, date] = {}
        for offset in range(days):
            for holiday in self.holidays:
                if holiday not in found and holiday.is_on(day + timedelta(days=offset)):
                    found[holiday] = day + timedelta(days=offset)
        return sorted(((on, holiday) for holiday, on in found.items()), key=lambda pair: (pair[0], pair[1].start))

    def _edges(self, at: datetime) -> Iterator[datetime]:
        """Every moment after ``at`` at which the state could change, in order."""
        first = at.astimezone(ZONE).date()
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            # Summer time begins and ends at 01:00 UTC throughout the EU: a period that starts in the hour that is
            # skipped begins at that jump, and one that ends in it ends there.
            moments = {datetime.combine(day, time(1), UTC)}
            for minute in self._minutes(day):
                moments |= set(instants(day, minute))
            yield from sorted(moment for moment in moments if moment > at)

    def _minutes(self, day: date) -> set[int]:
        holidays = [(h.start, h.end) for h in self.holidays if h.is_on(day)]
        return {0, *chain.from_iterable(chain(self.week.on_day(day.weekday()), holidays))} - {DAY}


def minute_of_week(at: datetime) -> int:
    local = at.astimezone(ZONE)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def instants(day: date, minute: int) -> tuple[datetime, datetime]:
    """The moments (UTC) at which the wall clock shows ``minute`` of ``day``: two different when summer time ends."""
    local = datetime.combine(day, time(minute // 60, minute % 60), ZONE)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def parse_clock(text: str) -> int:
    """Minutes of ``8:30``, ``08:30``, ``8.30`` or ``24:00``; raises ValueError."""
    hours, _, minutes = text.strip().replace(".", ":").partition(":")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 2):
        raise ValueError(text)
    if minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) == 2 and int(minutes) < 60):
        raise ValueError(text)
    total = int(hours) * 60 + int(minutes or 0)
    if total > DAY:
        raise ValueError(text)
    return total


def format_clock(minute: int) -> str:
    """``8:30``; the end of the day is ``24:00``."""
    return f"{minute // 60}:{minute % 60:02}"


def _spans(period: Period) -> Iterator[tuple[int, int]]:
    length = (period.end - period.start) % DAY or DAY
    for day in period.days:
        start = day * DAY + period.start
        end = start + length
        yield start, min(end, WEEK)
        if end > WEEK:
            yield 0, end - WEEK


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)
