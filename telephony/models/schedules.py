"""Schedules and holidays that a customer keeps under a name of their own; night mode, menus and blocks follow them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from telephony import timetable
from telephony.hours import DayRow, PeriodRow


class Schedule(TenantModel):
    """Weekly periods under a name. Without a period it is never open."""

    name = models.CharField(_("Name"), max_length=60)

    class Meta:
        verbose_name = _("schedule")
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="schedule_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="schedule_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SchedulePeriod(TenantModel):
    """One weekly period. ``days`` is a set of bits, Monday 1 to Sunday 64; minutes count from local midnight, ``end`` is
    exclusive and may be 1440; an end at or before the start lies on the next day.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="periods")
    name = models.CharField(_("Name"), max_length=60, blank=True)
    days = models.PositiveSmallIntegerField()
    start = models.PositiveSmallIntegerField(default=0)
    end = models.PositiveSmallIntegerField(default=timetable.DAY)

    class Meta:
        verbose_name = _("period of a schedule")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(days__gte=1, days__lte=127), name="schedule_period_days"),
            models.CheckConstraint(
                condition=models.Q(start__lt=timetable.DAY, end__lte=timetable.DAY) & ~models.Q(start=models.F("end")),
                name="schedule_period_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{timetable.format_clock(self.start)}-{timetable.format_clock(self.end)}"

    def weekdays(self) -> frozenset[int]:
        return frozenset(day for day in range(7) if self.days >> day & 1)

    def period(self) -> timetable.Period:
        return timetable.Period(self.weekdays(), self.start, self.end)

    def row(self) -> PeriodRow:
        return PeriodRow(self.weekdays(), self.start, self.end, self.name)


class HolidaySchedule(TenantModel):
    """A list of days on which a business is closed, whatever its schedule says.

    ``public_until`` is the last year whose public holidays were decided on; a list that has it is kept up to date, so
    that later years are added as the last ones were. Without it nobody adds anything.
    """

    name = models.CharField(_("Name"), max_length=60)
    public_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("holidays")
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="holiday_schedule_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="holiday_schedule_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class HolidayDay(TenantModel):
    """A day or range of days, ``last`` included; with times it closes only those hours of each day."""

    holiday_schedule = models.ForeignKey(HolidaySchedule, models.CASCADE, related_name="days")
    name = models.CharField(_("Name"), max_length=60)
    first = models.DateField()
    last = models.DateField()
    start = models.PositiveSmallIntegerField(default=0)
    end = models.PositiveSmallIntegerField(default=timetable.DAY)
    yearly = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("holiday")
        ordering = ["first", "start", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="holiday_day_order"),
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end"), end__lte=timetable.DAY), name="holiday_day_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def holiday(self) -> timetable.Holiday:
        return timetable.Holiday(self.name, self.first, self.last, self.start, self.end, self.yearly)

    def row(self) -> DayRow:
        return DayRow(
            name=self.name, first=self.first, last=self.last, start=self.start, end=self.end, yearly=self.yearly
        )
