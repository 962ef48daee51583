"""Periods and holidays as they are written down, and the public holidays of the Netherlands. No database, no clock."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import holidays as calendars

from telephony.timetable import DAY, Period, format_clock

MOST_PERIODS: Final = 30
MOST_DAYS: Final = 200
# A list that is kept up to date always knows this year and as many after it.
YEARS_AHEAD: Final = 3
# Bevrijdingsdag is an official day once in five years only, so that far back may lie the last one of its kind.
LOOK_BACK: Final = 6
DAY_LETTERS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A weekly period as the timetable takes it, perhaps with a name."""

    days: frozenset[int]
    start: int = 0
    end: int = DAY
    name: str = ""

    def period(self) -> Period:
        return Period(self.days, self.start, self.end)

    def __str__(self) -> str:
        letters = " ".join(DAY_LETTERS[day] for day in sorted(self.days))
        times = f"{letters} {format_clock(self.start)}-{format_clock(self.end)}"
        return f"{self.name}: {times}" if self.name else times


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A holiday as the timetable takes it."""

    name: str
    first: dt.date
    last: dt.date
    start: int = 0
    end: int = DAY
    yearly: bool = False

    def __str__(self) -> str:
        days = f"{self.name} {self.first:%d-%m-%Y}"
        if self.last != self.first:
            days += f"/{self.last:%d-%m-%Y}"
        if (self.start, self.end) != (0, DAY):
            days += f" {format_clock(self.start)}-{format_clock(self.end)}"
        return days


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day that the Netherlands keep. No law closes a business on it; ``is_official`` are those that most close on."""

    day: dt.date
    name: str
    is_official: bool

    def row(self) -> DayRow:
        return DayRow(name=self.name, first=self.day, last=self.day)


def public_holidays(years: Iterable[int]) -> list[PublicHoliday]:
    """The Dutch holidays of these years in order. Bevrijdingsdag is official once in five years and offered in all."""
    wanted = list(years)
    official = calendars.country_holidays("NL", years=wanted, language="nl")
    offered = calendars.country_holidays("NL", years=wanted, language="nl", categories=("public", "optional"))
    return [PublicHoliday(day, name, day in official) for day, name in sorted(offered.items())]


def years_to_offer(year: int) -> range:
    """The years whose public holidays are offered in ``year``."""
    return range(year, year + YEARS_AHEAD + 1)


def last_public_year(rows: Iterable[DayRow]) -> int | None:
    """The latest year of which one of the rows is a public holiday; None without any."""
    single = {row.first for row in rows if row.first == row.last and not row.yearly}
    known = public_holidays({day.year for day in single})
    return max((day.day.year for day in known if day.day in single), default=None)


def later_years(rows: Iterable[DayRow], *, until: int, last: int) -> list[DayRow]:
    """What to add to a list for the years after ``until`` up to ``last``, so that they go on as the years before.

    A day comes as it came in the latest year that had a day of the same kind and name: left out if it was taken out,
    with its shorter hours if it had those. With no such year official days come and others do not.
    """
    held = {row.first: row for row in rows if row.first == row.last and not row.yearly}
    known = public_holidays(range(until - LOOK_BACK, until + 1))
    decided = {day.day.year for day in known if day.day in held}
    before = {(day.name, day.is_official): day for day in known if day.day.year in decided}
    added = (_continued(day, before, held) for day in public_holidays(range(until + 1, last + 1)))
    return [row for row in added if row is not None]


def _continued(
    day: PublicHoliday, before: Mapping[tuple[str, bool], PublicHoliday], held: Mapping[dt.date, DayRow]
) -> DayRow | None:
    if day.day in held:
        return None
    earlier = before.get((day.name, day.is_official))
    if earlier is None:
        return day.row() if day.is_official else None
    row = held.get(earlier.day)
    return replace(row, first=day.day, last=day.day) if row else None
