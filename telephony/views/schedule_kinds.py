"""What tells schedules and lists of holidays apart on their pages; everything else of those pages is one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor
from accounts.models import Customer
from portal.lib import formats
from telephony import schedule_selectors, services
from telephony.calendars.read import Calendared, read_holidays, read_week
from telephony.calendars.write import write_holidays, write_week
from telephony.hours import DayRow, PeriodRow, PublicHoliday, public_holidays, years_to_offer
from telephony.models import HolidaySchedule, Schedule
from telephony.schedule_forms import BaseRows, HolidaysForm, NameForm, days_formset, periods_formset
from telephony.schedule_week import WeekView, week_view
from telephony.schedule_words import week_in_words
from telephony.timetable import Timetable

type Hours = Schedule | HolidaySchedule


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the forms before anybody types: what is stored, or what a file brings."""

    name: str
    rows: Sequence[Any]
    public_until: int | None = None


class WeekSheet:
    """The forms of a schedule."""

    def __init__(self, filled: Filled, data: Mapping[str, Any] | None) -> None:
        self.form = NameForm(data, initial={"name": filled.name})
        self.rows: BaseRows = periods_formset(filled.rows, data)
        self._stored: Sequence[PeriodRow] = filled.rows

    def is_valid(self) -> bool:
        """Both at once, so that every error shows."""
        return all([self.form.is_valid(), self.rows.is_valid()])

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        return {"name": self.form.cleaned_data["name"], "periods": self.rows.rows()}

    def week(self) -> WeekView:
        """The picture of what stands in the form, as far as it can be drawn."""
        if not self.rows.is_bound:
            return week_view(self._stored)
        good = [form for form in self.rows.forms if form.is_valid() and form not in self.rows.deleted_forms]
        return week_view([form.row() for form in good if form.cleaned_data.get("days")])


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One public holiday through the years: None for a year that lacks it."""

    name: str
    cells: Sequence[tuple[PublicHoliday, bool] | None]


class HolidaysSheet:
    """The forms of a list: ticks for public holidays of the years ahead, rows for the own days.

    Public holidays of years that have passed are in neither, and stay as they are.
    """

    def __init__(self, filled: Filled, data: Mapping[str, Any] | None, *, is_new: bool) -> None:
        self.years = years_to_offer(timezone.localdate().year)
        offered = public_holidays(self.years)
        self.offered = offered
        rows: Sequence[DayRow] = filled.rows
        past = {day.row() for day in public_holidays({row.first.year for row in rows} - set(self.years))}
        self._past = [row for row in rows if row in past]
        public = {day.row() for day in offered}
        own = [row for row in rows if row not in public and row not in past]
        ticked = [day.day.isoformat() for day in offered if (day.is_official if is_new else day.row() in set(rows))]
        keep = is_new or filled.public_until is not None
        initial = {"name": filled.name, "public": ticked, "keep": keep}
        self.form = HolidaysForm(data, offered=offered, initial=initial)
        self.rows: BaseRows = days_formset(own, data)

    def is_valid(self) -> bool:
        """Both at once, so that every error shows."""
        return all([self.form.is_valid(), self.rows.is_valid()])

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        ticked = self.form.ticked()
        public = [day.row() for day in self.offered if day.day in ticked]
        until = self.years[-1] if self.form.cleaned_data["keep"] else None
        days = [*self._past, *public, *self.rows.rows()]
        return {"name": self.form.cleaned_data["name"], "days": days, "public_until": until}

    def public_rows(self) -> list[PublicRow]:
        """The ticks as a table: a row a holiday, a column a year."""
        ticked = self.form.ticked()
        by_name: dict[str, dict[int, PublicHoliday]] = {}
        for day in self.offered:
            by_name.setdefault(day.name, {})[day.day.year] = day
        rows = []
        for name, found in by_name.items():
            cells = [found.get(year) for year in self.years]
            rows.append(PublicRow(name, [(day, day.day in ticked) if day else None for day in cells]))
        return rows


class WeekKind:
    """Schedules."""

    name: Final = "week"
    template: Final = "telephony/schedule.html"
    title: str | Promise = _("Add schedule")

    def all(self) -> QuerySet[Schedule]:
        """Those of the open customer."""
        return schedule_selectors.schedules()

    def stored(self, found: Schedule) -> Filled:
        """What is stored."""
        return Filled(found.name, [row.row() for row in found.periods.all()])

    def facts(self, found: Schedule) -> str:
        """What stands below the name: when it is open."""
        return week_in_words(row.row() for row in found.periods.all())

    def sheet(self, filled: Filled | None, data: Mapping[str, Any] | None) -> WeekSheet:
        """The forms, empty without anything to fill in."""
        return WeekSheet(filled or Filled("", []), data)

    def write(self, found: Schedule, *, at: dt.datetime) -> bytes:
        """As a file for a calendar."""
        return write_week(found.name, self.stored(found).rows, key=f"week {found.pk}", at=at)

    def read(self, data: bytes, *, today: dt.date) -> Calendared[PeriodRow]:  # noqa: ARG002 - as the other kind
        """What a calendar brings."""
        return read_week(data)

    def create(self, actor: Actor, customer: Customer, given: dict[str, Any]) -> Schedule:
        """Make one of what the forms give."""
        return services.create_schedule(actor=actor, customer=customer, **given)

    def change(self, actor: Actor, found: Schedule, given: dict[str, Any]) -> Schedule:
        """Make it as the forms say."""
        return services.change_schedule(actor=actor, schedule=found, **given)


class HolidaysKind:
    """Lists of holidays."""

    name: Final = "holidays"
    template: Final = "telephony/holidays.html"
    title: str | Promise = _("Add holidays")

    def all(self) -> QuerySet[HolidaySchedule]:
        """Those of the open customer."""
        return schedule_selectors.holiday_schedules()

    def stored(self, found: HolidaySchedule) -> Filled:
        """What is stored."""
        return Filled(found.name, [day.row() for day in found.days.all()], found.public_until)

    def facts(self, found: HolidaySchedule) -> str:
        """What stands below the name: the next day on which it closes."""
        today = timezone.localdate()
        ahead = Timetable(holidays=tuple(day.holiday() for day in found.days.all())).upcoming(today, 366)
        if not ahead:
            return gettext("no days ahead")
        day, holiday = ahead[0]
        when = formats.long_day(day, (get_language() or "nl")[:2])
        return gettext("Next: %(day)s, %(name)s") % {"day": when, "name": holiday.name}

    def sheet(self, filled: Filled | None, data: Mapping[str, Any] | None) -> HolidaysSheet:
        """The forms; a new list begins with the official public holidays."""
        return HolidaysSheet(filled or Filled("", []), data, is_new=filled is None)

    def write(self, found: HolidaySchedule, *, at: dt.datetime) -> bytes:
        """As a file for a calendar."""
        return write_holidays(found.name, self.stored(found).rows, key=f"holidays {found.pk}", at=at)

    def read(self, data: bytes, *, today: dt.date) -> Calendared[DayRow]:
        """What a calendar brings."""
        return read_holidays(data, today=today)

    def create(self, actor: Actor, customer: Customer, given: dict[str, Any]) -> HolidaySchedule:
        """Make one of what the forms give."""
        return services.create_holidays(actor=actor, customer=customer, **given)

    def change(self, actor: Actor, found: HolidaySchedule, given: dict[str, Any]) -> HolidaySchedule:
        """Make it as the forms say."""
        return services.change_holidays(actor=actor, schedule=found, **given)


KINDS: Final[Mapping[str, Any]] = {kind.name: kind for kind in (WeekKind(), HolidaysKind())}


def kind_or_404(name: str) -> Any:
    """The kind that an address names."""
    if name not in KINDS:
        raise Http404
    return KINDS[name]
