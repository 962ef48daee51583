"""Working hours and holidays: made, changed, removed when nobody uses them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import holidays as calendars
from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from telephony.models import HolidayDay, HolidaySchedule, Schedule, SchedulePeriod
from telephony.timetable import DAY, format_clock

DAY_LETTERS = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A weekly period as the timetable takes it."""

    days: frozenset[int]
    start: int = 0
    end: int = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A holiday as the timetable takes it."""

    name: str
    first: dt.date
    last: dt.date
    start: int = 0
    end: int = DAY
    yearly: bool = False


@transaction.atomic
def create_schedule(*, actor: Actor, customer: Customer, name: str, periods: Sequence[PeriodRow]) -> Schedule:
    """Make working hours under a name."""
    rules.name_is_free(Schedule.objects.values_list("name", flat=True), name)
    schedule = Schedule.objects.create(customer=customer, name=name)
    _fill(schedule, periods)
    audit.record(actor=actor, verb="schedule.create", obj=schedule, changes={"periods": (None, _week(periods))})
    return schedule


@transaction.atomic
def change_schedule(*, actor: Actor, schedule: Schedule, name: str, periods: Sequence[PeriodRow]) -> Schedule:
    """Set the name and all periods; whoever follows the schedule follows the change at once."""
    rules.name_is_free(Schedule.objects.exclude(pk=schedule.pk).values_list("name", flat=True), name)
    old = [PeriodRow(row.weekdays(), row.start, row.end) for row in schedule.periods.all()]
    before = {"name": schedule.name, "periods": _week(old)}
    schedule.name = name
    schedule.save(update_fields=["name"])
    SchedulePeriod.objects.filter(schedule=schedule).delete()
    _fill(schedule, periods)
    changed = audit.changes(before, {"name": name, "periods": _week(periods)})
    if changed:
        audit.record(actor=actor, verb="schedule.change", obj=schedule, changes=changed)
    return schedule


@transaction.atomic
def remove_schedule(*, actor: Actor, schedule: Schedule) -> None:
    """Remove working hours that nobody follows."""
    rules.schedule_is_unused(schedule)
    audit.record(actor=actor, verb="schedule.remove", obj=schedule)
    schedule.delete()


def _fill(schedule: Schedule, periods: Sequence[PeriodRow]) -> None:
    for row in periods:
        rules.period_is_possible(row.days, row.start, row.end)
    SchedulePeriod.objects.bulk_create(
        SchedulePeriod(
            customer_id=schedule.customer_id,
            schedule=schedule,
            days=sum(1 << day for day in row.days),
            start=row.start,
            end=row.end,
        )
        for row in periods
    )


def _week(periods: Sequence[PeriodRow]) -> str:
    return "; ".join(
        f"{' '.join(DAY_LETTERS[day] for day in sorted(row.days))} {format_clock(row.start)}-{format_clock(row.end)}"
        for row in periods
    )


@transaction.atomic
def create_holidays(*, actor: Actor, customer: Customer, name: str, days: Sequence[DayRow]) -> HolidaySchedule:
    """Make a list of holidays under a name."""
    rules.name_is_free(HolidaySchedule.objects.values_list("name", flat=True), name)
    schedule = HolidaySchedule.objects.create(customer=customer, name=name)
    _fill_days(schedule, days)
    audit.record(actor=actor, verb="holidays.create", obj=schedule, changes={"days": (None, _days(days))})
    return schedule


@transaction.atomic
def change_holidays(*, actor: Actor, schedule: HolidaySchedule, name: str, days: Sequence[DayRow]) -> HolidaySchedule:
    """Set the name and all days."""
    rules.name_is_free(HolidaySchedule.objects.exclude(pk=schedule.pk).values_list("name", flat=True), name)
    old = [
        DayRow(name=day.name, first=day.first, last=day.last, start=day.start, end=day.end, yearly=day.yearly)
        for day in schedule.days.all()
    ]
    before = {"name": schedule.name, "days": _days(old)}
    schedule.name = name
    schedule.save(update_fields=["name"])
    HolidayDay.objects.filter(holiday_schedule=schedule).delete()
    _fill_days(schedule, days)
    changed = audit.changes(before, {"name": name, "days": _days(days)})
    if changed:
        audit.record(actor=actor, verb="holidays.change", obj=schedule, changes=changed)
    return schedule


@transaction.atomic
def remove_holidays(*, actor: Actor, schedule: HolidaySchedule) -> None:
    """Remove a list of holidays that nobody follows."""
    rules.schedule_is_unused(schedule)
    audit.record(actor=actor, verb="holidays.remove", obj=schedule)
    schedule.delete()


def dutch_holidays(years: Sequence[int]) -> list[DayRow]:
    """The public holidays of the Netherlands in these years. No law closes a business on them: people take out what they work on."""
    found = calendars.country_holidays("NL", years=list(years), language="nl")
    return [DayRow(name=name, first=day, last=day) for day, name in sorted(found.items())]


def create_dutch_holidays(*, actor: Actor, customer: Customer, name: str, years: Sequence[int]) -> HolidaySchedule:
    """Make a list of the Dutch public holidays of these years, to be edited at will."""
    return create_holidays(actor=actor, customer=customer, name=name, days=dutch_holidays(years))


def _fill_days(schedule: HolidaySchedule, days: Sequence[DayRow]) -> None:
    for row in days:
        rules.holiday_is_possible(row.first, row.last, row.start, row.end, yearly=row.yearly)
    rows = [
        HolidayDay(
            customer_id=schedule.customer_id,
            holiday_schedule=schedule,
            name=row.name,
            first=row.first,
            last=row.last,
            start=row.start,
            end=row.end,
            yearly=row.yearly,
        )
        for row in days
    ]
    HolidayDay.objects.bulk_create(rows)


def _days(days: Sequence[DayRow]) -> str:
    return "; ".join(
        f"{row.name} {row.first:%d-%m-%Y}" + (f"/{row.last:%d-%m-%Y}" if row.last != row.first else "") for row in days
    )
