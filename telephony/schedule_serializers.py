"""What schedules, lists of holidays and calendars are in the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from telephony import schedule_selectors
from telephony.hours import MOST_DAYS, MOST_PERIODS, DayRow, PeriodRow
from telephony.models import HolidaySchedule, Schedule
from telephony.timetable import DAY, format_clock, parse_clock


@extend_schema_field(OpenApiTypes.STR)
class ClockField(serializers.Field[Any, Any, Any, Any]):
    """A local clock time as `8:30`; the end of the day is `24:00`."""

    default_error_messages = {"clock": _("Write the time as 8:30 or 17:30.")}

    def to_internal_value(self, data: Any) -> int:
        try:
            return parse_clock(data)
        except (ValueError, AttributeError):
            self.fail("clock")

    def to_representation(self, value: int) -> str:
        return format_clock(value)


class PeriodSerializer(serializers.Serializer[PeriodRow]):
    """A weekly period: `days` from 0 (Monday) to 6. `end` is not part of it; one at or before `start` is on the next day."""

    name = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    days = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=7)
    start = ClockField(required=False, default=0)
    end = ClockField(required=False, default=DAY)

    def to_representation(self, instance: PeriodRow) -> dict[str, Any]:
        return {
            "name": instance.name,
            "days": sorted(instance.days),
            "start": format_clock(instance.start),
            "end": format_clock(instance.end),
        }


class DaySerializer(serializers.Serializer[DayRow]):
    """A holiday from `first` up to and including `last`; with times it closes those hours of each day only."""

    name = serializers.CharField(max_length=60)
    first = serializers.DateField()
    last = serializers.DateField(required=False)
    start = ClockField(required=False, default=0)
    end = ClockField(required=False, default=DAY)
    yearly = serializers.BooleanField(required=False, default=False)


class UseSerializer(serializers.Serializer[Any]):
    """Something that follows a schedule: `kind` in words, its name, and the page on which it is changed."""

    kind = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()


class HoursSerializer(serializers.Serializer[Any]):
    """What schedules and lists of holidays share. `used_by` is null for who may not change settings."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    used_by = UseSerializer(many=True, read_only=True, allow_null=True)

    def uses(self, instance: Schedule | HolidaySchedule) -> list[dict[str, Any]] | None:
        """What follows it, for who may know."""
        if not self.context["may_edit"]:
            return None
        return [{"kind": use.kind, "name": use.name, "url": use.url} for use in schedule_selectors.uses_of(instance)]


class ScheduleSerializer(HoursSerializer):
    """A schedule of the week. Without a period it is never open."""

    periods = serializers.ListField(child=PeriodSerializer(), max_length=MOST_PERIODS)

    def validate_periods(self, value: list[dict[str, Any]]) -> list[PeriodRow]:
        """As the service takes them."""
        return [PeriodRow(frozenset(row["days"]), row["start"], row["end"], row["name"]) for row in value]

    def to_representation(self, instance: Schedule) -> dict[str, Any]:
        rows = [PeriodSerializer(row.row()).data for row in instance.periods.all()]
        return {"id": instance.pk, "name": instance.name, "used_by": self.uses(instance), "periods": rows}


class HolidaysSerializer(HoursSerializer):
    """A list of holidays. With `keep_up_to_date` public holidays of later years come by themselves, as the last had them."""

    keep_up_to_date = serializers.BooleanField(required=False, default=False)
    days = serializers.ListField(child=DaySerializer(), max_length=MOST_DAYS)

    def validate_days(self, value: list[dict[str, Any]]) -> list[DayRow]:
        """As the service takes them."""
        return [DayRow(**{"last": row["first"], **row}) for row in value]

    def to_representation(self, instance: HolidaySchedule) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "name": instance.name,
            "used_by": self.uses(instance),
            "keep_up_to_date": instance.public_until is not None,
            "days": [DaySerializer(day.row()).data for day in instance.days.all()],
        }


class CalendarFileSerializer(serializers.Serializer[Any]):
    """A calendar in the iCalendar format."""

    file = serializers.FileField()


class CalendarIntoSerializer(CalendarFileSerializer):
    """What to do with it: `instead` of what is there, or beside it."""

    instead = serializers.BooleanField(default=False)


class SkippedSerializer(serializers.Serializer[Any]):
    """An appointment that is not taken over, or not whole: a stable code, and why in words."""

    title = serializers.CharField()
    code = serializers.CharField()
    words = serializers.CharField()


class ReadWeekSerializer(serializers.Serializer[Any]):
    """What a calendar brings to a schedule; nothing is saved."""

    name = serializers.CharField()
    periods = PeriodSerializer(many=True)
    skipped = SkippedSerializer(many=True)


class ReadHolidaysSerializer(serializers.Serializer[Any]):
    """What a calendar brings to a list of holidays; nothing is saved."""

    name = serializers.CharField()
    days = DaySerializer(many=True)
    skipped = SkippedSerializer(many=True)


class WeekIntoSerializer(serializers.Serializer[Any]):
    """All periods as they would become, which of them are new, and which are there no longer; nothing is saved."""

    periods = PeriodSerializer(many=True)
    added = PeriodSerializer(many=True)
    gone = PeriodSerializer(many=True)
    skipped = SkippedSerializer(many=True)


class HolidaysIntoSerializer(serializers.Serializer[Any]):
    """All days as they would become, which of them are new, and which are there no longer; nothing is saved."""

    days = DaySerializer(many=True)
    added = DaySerializer(many=True)
    gone = DaySerializer(many=True)
    skipped = SkippedSerializer(many=True)


class PublicHolidaySerializer(serializers.Serializer[Any]):
    """A day that the Netherlands keep; on the official ones most close."""

    day = serializers.DateField()
    name = serializers.CharField()
    is_official = serializers.BooleanField()
