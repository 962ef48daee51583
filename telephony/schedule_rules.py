"""Named refusals about schedules and holidays. Each says in words what to do instead, and has a stable code."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony.hours import MOST_DAYS, MOST_PERIODS, DayRow, PeriodRow
from telephony.models import HolidaySchedule, Schedule
from telephony.schedule_selectors import Use
from telephony.timetable import DAY

USES_SHOWN = 5


def is_unused(schedule: Schedule | HolidaySchedule, uses: Sequence[Use]) -> None:
    """What night mode, a menu or a block follows may not vanish under it; the refusal names who does."""
    if uses:
        message = _("%(name)s is still used by: %(users)s. Choose what they follow instead.")
        names = ", ".join(use.name for use in uses[:USES_SHOWN]) + (" …" if len(uses) > USES_SHOWN else "")
        raise Refusal("schedule_in_use", message % {"name": schedule.name, "users": names}, field="instead")


def can_stand_in(schedule: Schedule | HolidaySchedule, instead: Schedule | HolidaySchedule) -> None:
    """Another one of the same kind is followed instead, not the one that goes."""
    if type(instead) is not type(schedule) or instead.pk == schedule.pk:
        raise Refusal("schedule_replaces_itself", _("Choose another one to be followed instead."), field="instead")


def name_is_free(taken: Iterable[str], name: str) -> None:
    """Two lists with one name cannot be told apart where one is chosen."""
    if name.casefold() in {other.casefold() for other in taken}:
        raise Refusal("name_taken", _("There is already one with this name. Choose another name."), field="name")


def periods_are_possible(rows: Sequence[PeriodRow]) -> None:
    """A weekly period has days and lasts a while, and a schedule has not too many of them."""
    if len(rows) > MOST_PERIODS:
        message = _("A schedule has at most %(most)s periods.") % {"most": MOST_PERIODS}
        raise Refusal("too_many_periods", message, field="periods")
    for row in rows:
        if not row.days or not row.days <= frozenset(range(7)):
            raise Refusal("period_without_days", _("Choose at least one day."), field="days")
        if row.start == row.end or not 0 <= row.start < DAY or not 0 <= row.end <= DAY:
            raise Refusal("period_is_empty", _("The end must differ from the start."), field="end")


def days_are_possible(rows: Sequence[DayRow]) -> None:
    """A holiday ends after it starts, and one that comes back every year is shorter than a year."""
    if len(rows) > MOST_DAYS:
        message = _("A list has at most %(most)s days and periods. Make a second one.") % {"most": MOST_DAYS}
        raise Refusal("too_many_days", message, field="days")
    for row in rows:
        if row.last < row.first:
            raise Refusal("holiday_order", _("The last day must not be before the first."), field="last")
        if not 0 <= row.start < row.end <= DAY:
            raise Refusal("holiday_hours", _("The end must come after the start, on the same day."), field="end")
        if row.yearly and (row.last - row.first).days >= 365:
            raise Refusal("holiday_too_long", _("What comes back every year lasts less than a year."), field="last")
