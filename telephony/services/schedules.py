"""Schedules and holidays: made, changed, and removed when nothing follows them or another is followed instead."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import models, transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from telephony import rules, schedule_rules
from telephony.hours import DayRow, PeriodRow, later_years, public_holidays, years_to_offer
from telephony.models import HolidayDay, HolidaySchedule, Schedule, SchedulePeriod
from telephony.schedule_selectors import Use, uses_of


@transaction.atomic
def create_schedule(*, actor: Actor, customer: Customer, name: str, periods: Sequence[PeriodRow]) -> Schedule:
    """Make a schedule under a name."""
    schedule = Schedule(customer=customer, name=_free_name(Schedule, name))
    schedule.save()
    _fill(schedule, periods)
    audit.record(actor=actor, verb="schedule.create", obj=schedule, changes={"periods": (None, _words(periods))})
    return schedule


@transaction.atomic
def change_schedule(*, actor: Actor, schedule: Schedule, name: str, periods: Sequence[PeriodRow]) -> Schedule:
    """Set the name and all periods; whoever follows the schedule follows the change at once."""
    before = {"name": schedule.name, "periods": _words(row.row() for row in schedule.periods.all())}
    schedule.name = _free_name(Schedule, name, but_for=schedule)
    schedule.save(update_fields=["name"])
    SchedulePeriod.objects.filter(schedule=schedule).delete()
    _fill(schedule, periods)
    changed = audit.changes(before, {"name": schedule.name, "periods": _words(periods)})
    if changed:
        audit.record(actor=actor, verb="schedule.change", obj=schedule, changes=changed)
    return schedule


def _fill(schedule: Schedule, periods: Sequence[PeriodRow]) -> None:
    schedule_rules.periods_are_possible(periods)
    SchedulePeriod.objects.bulk_create(
        SchedulePeriod(
            customer_id=schedule.customer_id,
            schedule=schedule,
            name=row.name and rules.name_is_plain(row.name, field="periods"),
            days=sum(1 << day for day in row.days),
            start=row.start,
            end=row.end,
        )
        for row in periods
    )


@transaction.atomic
def create_holidays(
    *, actor: Actor, customer: Customer, name: str, days: Sequence[DayRow], public_until: int | None = None
) -> HolidaySchedule:
    """Make a list of holidays under a name. With ``public_until`` public holidays of later years are added to it."""
    schedule = HolidaySchedule(customer=customer, name=_free_name(HolidaySchedule, name), public_until=public_until)
    schedule.save()
    _fill_days(schedule, days)
    audit.record(actor=actor, verb="holidays.create", obj=schedule, changes={"days": (None, _words(days))})
    return schedule


@transaction.atomic
def change_holidays(
    *,
    actor: Actor,
    schedule: HolidaySchedule,
    name: str,
    days: Sequence[DayRow],
    public_until: int | None = None,
) -> HolidaySchedule:
    """Set the name, all days, and whether later years are added."""
    before = _shown(schedule, [day.row() for day in schedule.days.all()])
    schedule.name = _free_name(HolidaySchedule, name, but_for=schedule)
    schedule.public_until = public_until
    schedule.save(update_fields=["name", "public_until"])
    HolidayDay.objects.filter(holiday_schedule=schedule).delete()
    _fill_days(schedule, days)
    changed = audit.changes(before, _shown(schedule, days))
    if changed:
        audit.record(actor=actor, verb="holidays.change", obj=schedule, changes=changed)
    return schedule


def _shown(schedule: HolidaySchedule, days: Sequence[DayRow]) -> dict[str, object]:
    return {"name": schedule.name, "days": _words(days), "kept_up_to_date": schedule.public_until is not None}


def create_dutch_holidays(
    *, actor: Actor, customer: Customer, name: str, years: Sequence[int], keep: bool = False
) -> HolidaySchedule:
    """Make a list of the official Dutch holidays of these years, to be edited at will, kept up to date if asked."""
    days = [day.row() for day in public_holidays(years) if day.is_official]
    return create_holidays(
        actor=actor, customer=customer, name=name, days=days, public_until=max(years) if keep else None
    )


@transaction.atomic
def add_later_years(*, actor: Actor, schedule: HolidaySchedule, today: date) -> list[DayRow]:
    """Add the public holidays of the years ahead to a list that is kept up to date, as the last years had them."""
    last = years_to_offer(today.year)[-1]
    if schedule.public_until is None or schedule.public_until >= last:
        return []
    rows = [day.row() for day in schedule.days.all()]
    added = later_years(rows, until=schedule.public_until, last=last)
    change_holidays(actor=actor, schedule=schedule, name=schedule.name, days=[*rows, *added], public_until=last)
    return added


def _fill_days(schedule: HolidaySchedule, days: Sequence[DayRow]) -> None:
    schedule_rules.days_are_possible(days)
    rows = [
        HolidayDay(
            customer_id=schedule.customer_id,
            holiday_schedule=schedule,
            name=rules.name_is_plain(row.name, field="days"),
            first=row.first,
            last=row.last,
            start=row.start,
            end=row.end,
            yearly=row.yearly,
        )
        for row in days
    ]
    HolidayDay.objects.bulk_create(rows)


@transaction.atomic
def remove_hours[Hours: (Schedule, HolidaySchedule)](
    *, actor: Actor, schedule: Hours, instead: Hours | None = None
) -> None:
    """Remove a schedule or a list of holidays. What follows it follows ``instead`` from now on; without that it is
    refused while something does.
    """
    uses = uses_of(schedule)
    if instead is None:
        schedule_rules.is_unused(schedule, uses)
    else:
        schedule_rules.can_stand_in(schedule, instead)
        follow_instead(actor=actor, uses=uses, old=schedule.name, instead=instead, verb=f"{_verb(schedule)}.replace")
    audit.record(actor=actor, verb=f"{_verb(schedule)}.remove", obj=schedule)
    schedule.delete()


def follow_instead(*, actor: Actor, uses: Iterable[Use], old: str, instead: models.Model | None, verb: str) -> None:
    """Let what followed something follow another one, or nothing, each with an entry of its own."""
    for use in uses:
        setattr(use.holder, use.field, instead)
        use.holder.save(update_fields=[use.field])
        changed = {use.field: (old, str(instead or ""))}
        audit.record(actor=actor, verb=verb, obj=use.holder, changes=changed)


def _verb(schedule: Schedule | HolidaySchedule) -> str:
    return "schedule" if isinstance(schedule, Schedule) else "holidays"


def _free_name(
    model: type[Schedule] | type[HolidaySchedule], name: str, *, but_for: Schedule | HolidaySchedule | None = None
) -> str:
    plain = rules.name_is_plain(name, field="name")
    others = model._default_manager.exclude(pk=but_for.pk) if but_for else model._default_manager.all()
    schedule_rules.name_is_free(others.values_list("name", flat=True), plain)
    return plain


def _words(rows: Iterable[PeriodRow | DayRow]) -> str:
    return "; ".join(map(str, rows))
