"""iCalendar files as schedules and holidays. What cannot be taken over is named, with the reason."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar

from telephony.calendars.lines import plain_calendar
from telephony.calendars.write import ONE_DAY, WEEKDAYS
from telephony.hours import DayRow, PeriodRow
from telephony.timetable import DAY, ZONE

LONGEST_NAME: Final = 60
REASONS: Final[Mapping[str, str | Promise]] = {
    "broken": gettext_lazy("its times cannot be read"),
    "cancelled": gettext_lazy("it was cancelled"),
    "moved": gettext_lazy("it changes one time of a series, and a schedule is every week the same"),
    "exceptions": gettext_lazy("it is taken over, but not the days on which it is left out"),
    "once": gettext_lazy("it comes once. Read it as holidays, or make it come back every week"),
    "ends": gettext_lazy("it stops after a time, and a schedule goes on"),
    "interval": gettext_lazy("it does not come every week, or not every year"),
    "weekly": gettext_lazy("it comes more than once a year. Read it as a schedule"),
    "recurrence": gettext_lazy("it comes back in a way that schedules do not know"),
    "utc": gettext_lazy("its times are in UTC, so they would shift by an hour in summer"),
    "zone": gettext_lazy("its times are of another time zone"),
    "too_long": gettext_lazy("it lasts longer than a day"),
    "past": gettext_lazy("it is over"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SEASONS = (dt.datetime(2024, 1, 15, 12), dt.datetime(2024, 7, 15, 12))  # noqa: DTZ001 - compared in several zones


@dataclass(frozen=True, slots=True)
class Skipped:
    """An appointment that is not taken over, or not whole."""

    title: str
    code: str

    @property
    def words(self) -> str:
        return str(REASONS[self.code])


@dataclass(frozen=True, slots=True)
class Calendared[Row]:
    """What a file brings: a name, rows, and what it has besides."""

    name: str
    rows: Sequence[Row]
    skipped: Sequence[Skipped]


class _LeftOut(Exception):  # noqa: N818 - it is no error
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Event:
    """An appointment in local wall time; of whole days `end` is the first that is free again."""

    title: str
    start: dt.datetime
    end: dt.datetime
    is_days: bool
    rule: Mapping[str, Sequence[Any]] | None


def read_week(data: bytes) -> Calendared[PeriodRow]:
    """The weekly appointments of a file, those at the same times put together; raises Refusal for no calendar."""
    name, found, skipped = _read(data, _weekly)
    days: dict[tuple[int, int, str], frozenset[int]] = {}
    for row in found:
        # The name of the calendar is what a period without a name was given.
        key = row.start, row.end, "" if row.name == name else row.name
        days[key] = days.get(key, frozenset()) | row.days
    rows = [PeriodRow(on, start, end, title) for (start, end, title), on in days.items()]
    return Calendared(name, rows, skipped)


def read_holidays(data: bytes, *, today: dt.date) -> Calendared[DayRow]:
    """The days of a file, without those that are over by ``today``; raises Refusal for no calendar."""

    def taken(event: _Event, zone: Any) -> Iterator[DayRow]:
        rows = list(_holidays(event, zone))
        ahead = [row for row in rows if row.yearly or row.last >= today]
        if rows and not ahead:
            raise _LeftOut("past")
        yield from ahead

    name, rows, skipped = _read(data, taken)
    return Calendared(name, rows, skipped)


def _read[Row](data: bytes, take: Callable[[_Event, Any], Iterable[Row]]) -> tuple[str, list[Row], list[Skipped]]:
    calendar = Calendar.from_ical(plain_calendar(data))
    assert isinstance(calendar, Calendar)  # noqa: S101 - one is asked for
    rows: list[Row] = []
    skipped: list[Skipped] = []
    for component in calendar.walk("VEVENT"):
        title = _title(component.get("SUMMARY")) or str(_("Without a name"))
        try:
            event, zone = _event(component, title)
            rows += list(take(event, zone))
        except _LeftOut as left_out:
            skipped.append(Skipped(title, left_out.code))
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError):
            # Whatever a value may hold that is not what its name promises.
            skipped.append(Skipped(title, "broken"))
        else:
            if "EXDATE" in component:
                skipped.append(Skipped(title, "exceptions"))
    return _title(calendar.get("X-WR-CALNAME") or calendar.get("NAME")), rows, skipped


def _title(value: Any) -> str:
    if isinstance(value, list):
        value = value[0]
    return " ".join(_CONTROL.sub(" ", str(value or "")).split())[:LONGEST_NAME].strip()


def _event(component: Any, title: str) -> tuple[_Event, Any]:
    """An appointment and the zone that its times were in: None for those of the wall."""
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        raise _LeftOut("cancelled")
    if "RECURRENCE-ID" in component:
        raise _LeftOut("moved")
    if "RDATE" in component or "EXRULE" in component or isinstance(component.get("RRULE"), list):
        raise _LeftOut("recurrence")
    given = component["DTSTART"]
    start = given.dt
    if "DTEND" in component:
        end = component["DTEND"].dt
    elif "DURATION" in component:
        end = start + component["DURATION"].dt
    else:
        end = start if isinstance(start, dt.datetime) else start + ONE_DAY
    if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
        raise _LeftOut("broken")
    rule = component.get("RRULE")
    if not isinstance(start, dt.datetime):
        return _Event(title, _midnight(start), _midnight(max(end, start + ONE_DAY)), True, rule), None
    if start.tzinfo is None and given.params.get("TZID"):
        raise _LeftOut("zone")
    zone = start.tzinfo
    return _Event(title, _wall(start), _wall(end), False, rule), zone


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())  # wall time


def _wall(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is not None and moment.tzinfo is not ZONE:
        moment = moment.astimezone(ZONE)
    return moment.replace(tzinfo=None, second=0, microsecond=0, fold=0)


def _weekly(event: _Event, zone: Any) -> Iterator[PeriodRow]:
    _keeps_to_our_clock(zone)
    rule = event.rule
    if rule is None:
        raise _LeftOut("once")
    frequency = _frequency(rule, known={"FREQ", "INTERVAL", "BYDAY", "WKST"})
    if "UNTIL" in rule or "COUNT" in rule:
        raise _LeftOut("ends")
    if frequency not in {"WEEKLY", "DAILY"}:
        raise _LeftOut("recurrence")
    days = _weekdays(rule) or (frozenset(range(7)) if frequency == "DAILY" else frozenset({event.start.weekday()}))
    length = event.end - event.start
    if event.is_days:
        more = min(length.days, 7)
        yield PeriodRow(frozenset((day + n) % 7 for day in days for n in range(more)), name=event.title)
        return
    minutes = length // dt.timedelta(minutes=1)
    start = event.start.hour * 60 + event.start.minute
    if minutes <= 0:
        raise _LeftOut("broken")
    if minutes > DAY or (minutes == DAY and start):
        raise _LeftOut("too_long")
    yield PeriodRow(days, start, (start + minutes) % DAY or DAY, event.title)


def _holidays(event: _Event, zone: Any) -> Iterator[DayRow]:
    if event.end <= event.start:
        raise _LeftOut("broken")
    rule = event.rule
    if rule is None:
        yield from _days(event)
        return
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "WKST"}
    frequency = _frequency(rule, known=known)
    if frequency == "WEEKLY":
        raise _LeftOut("weekly")
    if frequency == "DAILY":
        yield _daily(event, rule)
        return
    if frequency != "YEARLY":
        raise _LeftOut("recurrence")
    _keeps_to_our_clock(zone)
    if "COUNT" in rule or "UNTIL" in rule:
        raise _LeftOut("ends")
    for part, own in (("BYMONTH", event.start.month), ("BYMONTHDAY", event.start.day)):
        if [int(value) for value in rule.get(part, [own])] != [own]:
            raise _LeftOut("recurrence")
    for row in _days(event):
        if (row.last - row.first).days >= 365:
            raise _LeftOut("recurrence")
        yield DayRow(name=row.name, first=row.first, last=row.last, start=row.start, end=row.end, yearly=True)


def _days(event: _Event) -> Iterator[DayRow]:
    """Whole days as one range; of more days with times the first and last have hours of their own."""
    first, start = event.start.date(), event.start.hour * 60 + event.start.minute
    last, end = event.end.date(), event.end.hour * 60 + event.end.minute
    if not end:
        last, end = last - ONE_DAY, DAY
    if first == last or (start, end) == (0, DAY):
        yield DayRow(name=event.title, first=first, last=last, start=start, end=end)
        return
    if start:
        yield DayRow(name=event.title, first=first, last=first, start=start)
        first += ONE_DAY
    whole = last if end == DAY else last - ONE_DAY
    if first <= whole:
        yield DayRow(name=event.title, first=first, last=whole)
    if end != DAY:
        yield DayRow(name=event.title, first=last, last=last, end=end)


def _daily(event: _Event, rule: Mapping[str, Sequence[Any]]) -> DayRow:
    """The same hours on days in a row."""
    one, *more = _days(event)
    if more or one.first != one.last or {"BYMONTH", "BYMONTHDAY"} & set(rule):
        raise _LeftOut("recurrence")
    if "COUNT" in rule:
        last = one.first + (int(rule["COUNT"][0]) - 1) * ONE_DAY
    elif "UNTIL" in rule:
        until = rule["UNTIL"][0]
        last = _wall(until).date() if isinstance(until, dt.datetime) else until
    else:
        raise _LeftOut("weekly")
    if last < one.first:
        raise _LeftOut("broken")
    return DayRow(name=one.name, first=one.first, last=last, start=one.start, end=one.end)


def _frequency(rule: Mapping[str, Sequence[Any]], *, known: set[str]) -> str:
    parts = {str(part).upper() for part in rule}
    if not parts <= known | {"UNTIL", "COUNT"}:
        raise _LeftOut("recurrence")
    if [int(value) for value in rule.get("INTERVAL", [1])] != [1]:
        raise _LeftOut("interval")
    return str(rule["FREQ"][0]).upper()


def _weekdays(rule: Mapping[str, Sequence[Any]]) -> frozenset[int]:
    names = [str(value).upper() for value in rule.get("BYDAY", [])]
    if any(name not in WEEKDAYS for name in names):
        raise _LeftOut("recurrence")
    return frozenset(WEEKDAYS.index(name) for name in names)


def _keeps_to_our_clock(zone: Any) -> None:
    """What comes back must keep its hour in summer and winter, as it does in zones with the same clock as ours."""
    if zone is None or zone is ZONE:
        return
    offsets = [
        (moment.replace(tzinfo=zone).utcoffset(), moment.replace(tzinfo=ZONE).utcoffset()) for moment in _SEASONS
    ]
    if any(theirs != ours for theirs, ours in offsets):
        raise _LeftOut("utc" if all(not theirs for theirs, _ours in offsets) else "zone")
