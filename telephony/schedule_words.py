"""Periods and days in words."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.lib import formats
from telephony.hours import DayRow, PeriodRow
from telephony.timetable import DAY, Period, format_clock

WEEKDAYS = ((0, _("mo")), (1, _("tu")), (2, _("we")), (3, _("th")), (4, _("fr")), (5, _("sa")), (6, _("su")))


def period_in_words(period: Period) -> str:
    """`mo to fr 8:30 to 17:30`, `every day, all day`."""
    days = sorted(period.days)
    names = dict(WEEKDAYS)
    if len(days) == 7:
        which = str(_("every day"))
    elif len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        which = str(_("%(first)s to %(last)s")) % {"first": names[days[0]], "last": names[days[-1]]}
    else:
        which = ", ".join(str(names[day]) for day in days)
    if period.is_all_day:
        return str(_("%(days)s, all day")) % {"days": which}
    times = {"days": which, "start": format_clock(period.start), "end": format_clock(period.end)}
    return str(_("%(days)s %(start)s to %(end)s")) % times


def week_in_words(rows: Iterable[PeriodRow]) -> str:
    """All periods in one line; `never open` without any."""
    return "; ".join(period_in_words(row.period()) for row in rows) or str(_("never open"))


def row_in_words(row: PeriodRow | DayRow, today: dt.date) -> str:
    """One row with its name: `mo 8:30 to 17:30, Desk`; `Autumn: 17 to 25 October 2027`, a year that is not this one."""
    if isinstance(row, PeriodRow):
        return f"{period_in_words(row.period())}, {row.name}" if row.name else period_in_words(row.period())
    days = formats.day_range(
        row.first,
        row.last + dt.timedelta(days=1),
        (get_language() or "nl")[:2],
        today=None if row.yearly else today,
    )
    if (row.start, row.end) != (0, DAY):
        times = {"days": days, "start": format_clock(row.start), "end": format_clock(row.end)}
        days = str(_("%(days)s %(start)s to %(end)s")) % times
    if row.yearly:
        days = str(_("%(days)s, every year")) % {"days": days}
    return f"{row.name}: {days}"
