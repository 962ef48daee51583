"""Schedules and holidays as iCalendar files: weekly and yearly appointments by the clock in Amsterdam.

What an appointment cannot say is said by several: holidays of more days with times that come back every year are one
appointment a day.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from telephony.hours import DayRow, PeriodRow
from telephony.timetable import DAY, ZONE

PRODUCT: Final = "-//Centrale//Schedules//EN"
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Every weekly appointment has run since this Monday: a week in winter, in which the clock does not jump.
MONDAY: Final = dt.date(2024, 1, 1)
ONE_DAY: Final = dt.timedelta(days=1)


def write_week(name: str, rows: Sequence[PeriodRow], *, key: str, at: dt.datetime) -> bytes:
    """A schedule; a period without a name gets that of the schedule. ``key`` is the schedule's own on the platform,
    ``at`` is when this was written (UTC).
    """
    return _calendar(name, [_weekly(row, row.name or name) for row in rows], key, at)


def write_holidays(name: str, rows: Sequence[DayRow], *, key: str, at: dt.datetime) -> bytes:
    """A list of holidays."""
    return _calendar(name, [event for row in rows for event in _days(row)], key, at)


def _weekly(row: PeriodRow, name: str) -> dict[str, Any]:
    first = MONDAY + min(row.days) * ONE_DAY
    rule = {"freq": "weekly", "byday": [WEEKDAYS[day] for day in sorted(row.days)]}
    return {"summary": name, **_span(first, first, row.start, row.end), "rrule": rule}


def _days(row: DayRow) -> Iterator[dict[str, Any]]:
    yearly = {"rrule": {"freq": "yearly"}} if row.yearly else {}
    count = (row.last - row.first).days + 1
    if (row.start, row.end) == (0, DAY) or count == 1:
        yield {"summary": row.name, **_span(row.first, row.last, row.start, row.end), **yearly}
    elif row.yearly:
        for day in range(count):
            one = row.first + day * ONE_DAY
            yield {"summary": row.name, **_span(one, one, row.start, row.end), **yearly}
    else:
        rule = {"freq": "daily", "count": count}
        yield {"summary": row.name, **_span(row.first, row.first, row.start, row.end), "rrule": rule}


def _span(first: dt.date, last: dt.date, start: int, end: int) -> dict[str, dt.date]:
    """Whole days as days, of which the end is the first that is free again; the rest as local times."""
    if (start, end) == (0, DAY):
        return {"dtstart": first, "dtend": last + ONE_DAY}
    return {"dtstart": _at(first, start), "dtend": _at(last, end if end > start else end + DAY)}


def _at(day: dt.date, minute: int) -> dt.datetime:
    moment = dt.datetime.combine(day + (minute // DAY) * ONE_DAY, dt.time(minute % DAY // 60, minute % 60))
    return moment.replace(tzinfo=ZONE)


def _calendar(name: str, events: Sequence[dict[str, Any]], key: str, at: dt.datetime) -> bytes:
    calendar = Calendar()
    for key, value in (("prodid", PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", "PUBLISH")):
        calendar.add(key, value)
    calendar.add("name", _text(name))
    calendar.add("x-wr-calname", _text(name))
    calendar.add("x-wr-timezone", ZONE.key)
    calendar.add_component(_zone())
    for number, event in enumerate(events):
        shown = Event()
        # The same schedule gives the same appointments, so that a calendar renews them instead of doubling them.
        shown.add("uid", f"{hashlib.sha256(f'{key} {number}'.encode()).hexdigest()[:32]}@centrale")
        shown.add("dtstamp", at)
        for part, value in event.items():
            shown.add(part, _text(value) if isinstance(value, str) else value)
        shown.add("transp", "TRANSPARENT")
        calendar.add_component(shown)
    return bytes(calendar.to_ical())


def _text(name: str) -> str:
    r"""The library takes a typed `\N` for a new line, and writes one; a typed `\n` it keeps."""
    return name.replace("\\N", "\\n")


def _zone() -> Timezone:
    """The clock of Amsterdam as the law has it since 1996."""
    zone = Timezone()
    zone.add("tzid", ZONE.key)
    winter, summer = dt.timedelta(hours=1), dt.timedelta(hours=2)
    for part, name, month, day, hour, before, after in (
        (TimezoneDaylight(), "CEST", 3, 31, 2, winter, summer),
        (TimezoneStandard(), "CET", 10, 27, 3, summer, winter),
    ):
        part.add("tzname", name)
        part.add("dtstart", dt.datetime(1996, month, day, hour))  # noqa: DTZ001 - local by definition
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(part)
    return zone
