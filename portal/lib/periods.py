"""Periods: half-open, bounded at midnight Europe/Amsterdam, held in UTC.

Aware datetimes of one zone subtract and compare by their wall clock in Python, which is an hour wrong over a change
of the clock; therefore everything here is UTC as soon as it is a moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Self
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# What people and programs may ask for: far enough from the ends of the calendar to reckon on both sides.
TYPED_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)` in UTC; ValueError for naive moments and for an end before the start."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError("the bounds of a period are UTC")
        if self.end < self.start:
            raise ValueError("a period cannot end before it starts")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= to_utc(moment) < self.end

    @property
    def first_day(self) -> date:
        return self.start.astimezone(AMSTERDAM).date()

    @property
    def end_day(self) -> date:
        """The first local day outside the period (of a period that is made of whole days)."""
        return self.end.astimezone(AMSTERDAM).date()


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in Europe/Amsterdam: the billing month and the partition."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1900 <= self.year <= 9000:
            raise ValueError(f"{self.year}-{self.month} is no month")

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2026-10`, within TYPED_YEARS; ValueError with a sentence for anything else."""
        year, dash, month = text.strip().partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
            raise ValueError(f"{text[:20]!r} is no month. Write it as 2026-10.")
        if int(year) not in TYPED_YEARS:
            raise ValueError(f"{text!r} does not lie between {TYPED_YEARS[0]} and {TYPED_YEARS[-1]}.")
        return cls(int(year), int(month))

    @classmethod
    def of_day(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The month in which an aware moment falls in Amsterdam."""
        return cls.of_day(to_local(moment).date())

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def next(self) -> "Month":
        return self.shifted(1)

    def previous(self) -> "Month":
        return self.shifted(-1)

    def shifted(self, months: int) -> "Month":
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return self.end_day - timedelta(days=1)

    @property
    def end_day(self) -> date:
        """The first day of the next month: exclusive."""
        return self.next().first_day

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """The first moment after the month, in UTC."""
        return _midnight(self.end_day)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.start, self.end

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    def contains(self, moment: datetime) -> bool:
        return moment in self.period

    __contains__ = contains

    def days(self) -> Iterator[date]:
        return days(self.first_day, self.end_day)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What a wall-clock time without offset means.

    ambiguous: the time occurs twice (October). imaginary: it does not occur (March); `utc` is then the moment that the
    clock of before the change would have shown. guessed: `utc` may be an hour off, because nothing settled it.
    """

    utc: datetime
    ambiguous: bool = False
    imaginary: bool = False
    guessed: bool = False


def _midnight(day: date) -> datetime:
    # Clocks change at 02:00 or 03:00 in Amsterdam, so midnight always exists, once.
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC)


def to_utc(moment: datetime) -> datetime:
    """An aware moment in UTC; ValueError for a naive one, which `local_to_utc` must read."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment.astimezone(UTC)


def to_local(moment: datetime) -> datetime:
    """An aware moment as Amsterdam's wall clock shows it."""
    return to_utc(moment).astimezone(AMSTERDAM)


def local_day(moment: datetime) -> date:
    return to_local(moment).date()


def month_of(moment: datetime) -> Month:
    """The billing month of an aware moment."""
    return Month.of(moment)


def local_to_utc(naive: datetime, *, fold_hint: int | None = None, zone: ZoneInfo = AMSTERDAM) -> LocalTime:
    """Read a wall-clock time. `fold_hint` 0 or 1 says which of the two hours in October is meant (`fold_between`).

    Without a hint the first of the two is taken and `guessed` is set.
    """
    if naive.tzinfo is not None:
        raise ValueError("a wall-clock time has no time zone")
    first = naive.replace(tzinfo=zone, fold=0)
    second = naive.replace(tzinfo=zone, fold=1)
    utc = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return LocalTime(utc)
    if utc.astimezone(zone).replace(tzinfo=None) != naive.replace(fold=0):
        return LocalTime(utc, imaginary=True, guessed=True)
    if fold_hint == 1:
        return LocalTime(second.astimezone(UTC), ambiguous=True)
    return LocalTime(utc, ambiguous=True, guessed=fold_hint is None)


def fold_between(start: datetime, end: datetime, seconds: int, *, tolerance: int = 2) -> int | None:
    """The fold an ambiguous naive `start` must have when it and naive `end` lie `seconds` apart.

    None when both fit or none does. This settles calls over the end of the doubled hour; one that lies within it cannot
    be told and stays a guess.
    """
    fitting = set()
    for start_fold, end_fold in product((0, 1), repeat=2):
        begun = start.replace(tzinfo=AMSTERDAM, fold=start_fold).astimezone(UTC)
        ended = end.replace(tzinfo=AMSTERDAM, fold=end_fold).astimezone(UTC)
        if abs((ended - begun).total_seconds() - seconds) <= tolerance:
            fitting.add(start_fold)
    return fitting.pop() if len(fitting) == 1 else None


def day_bounds(day: date) -> Period:
    """The local day in UTC: 23, 24 or 25 hours."""
    return Period(_midnight(day), _midnight(day + timedelta(days=1)))


def days_bounds(first: date, end: date) -> Period:
    """Local days `[first, end)` in UTC."""
    return Period(_midnight(first), _midnight(end))


def days(first: date, end: date) -> Iterator[date]:
    """Each day of `[first, end)`."""
    for offset in range((end - first).days):
        yield first + timedelta(days=offset)


def months(first: Month, last: Month) -> Iterator[Month]:
    """Each month from `first` to and including `last`."""
    month = first
    while month <= last:
        yield month
        month = month.next()
