"""Schedules and holidays in the API, with what follows them; and the public holidays to choose from.

Every member reads them, because whoever has a line may let a schedule say when callers are refused. Changing them, and
seeing what follows them, takes the right to change settings.
"""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from telephony import schedule_selectors, services
from telephony.calendars.lines import LARGEST
from telephony.calendars.read import Calendared, read_holidays, read_week
from telephony.calendars.write import write_holidays, write_week
from telephony.hours import MOST_DAYS, MOST_PERIODS, DayRow, PeriodRow, last_public_year, public_holidays
from telephony.models import HolidaySchedule, Schedule
from telephony.timetable import DAY, format_clock, parse_clock

CALENDAR = "text/calendar; charset=utf-8"
FIRST_YEAR, LAST_YEAR = 2000, 2099


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


class PublicHolidaySerializer(serializers.Serializer[Any]):
    """A day that the Netherlands keep; on the official ones most close."""

    day = serializers.DateField()
    name = serializers.CharField()
    is_official = serializers.BooleanField()


INSTEAD = OpenApiParameter("instead", int, description="What follows this one follows that one from now on.")


class HoursAPI(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """What both kinds do alike."""

    capability: ClassVar[Capability | tuple[Capability, ...]] = ()
    lookup_value_regex = r"[0-9]{1,18}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action not in {"list", "retrieve", "calendar"} and not self._may_edit():
            raise PermissionDenied

    def _may_edit(self) -> bool:
        return self.actor.can(Capability.EDIT_SETTINGS)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "may_edit": hasattr(self, "actor") and self._may_edit()}

    def create(self, request: Request) -> Response:
        """Make one."""
        return self._answer(self._keep(self._given(request), None), status.HTTP_201_CREATED)

    def update(self, request: Request, **_kwargs: Any) -> Response:
        """The whole as it becomes."""
        return self._answer(self._keep(self._given(request), self.get_object()), status.HTTP_200_OK)

    @extend_schema(parameters=[INSTEAD])
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Gone; refused while something follows it and no other is named to be followed instead."""
        named = request.query_params.get("instead")
        instead = None
        if named is not None:
            if not (named.isascii() and named.isdecimal() and len(named) < 19):
                raise serializers.ValidationError({"instead": [_("This is no id.")]})
            instead = get_object_or_404(self.get_queryset(), pk=named)
        services.remove_hours(actor=self.actor, schedule=self.get_object(), instead=instead)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _given(self, request: Request) -> dict[str, Any]:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _answer(self, row: Schedule | HolidaySchedule, code: int) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=code)

    def _keep(self, given: dict[str, Any], found: Any) -> Schedule | HolidaySchedule:
        raise NotImplementedError


def _file(request: Request) -> bytes:
    given = CalendarFileSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    found: bytes = given.validated_data["file"].read(LARGEST + 1)
    return found


def _brought(found: Calendared[Any]) -> dict[str, Any]:
    skipped = [{"title": each.title, "code": each.code, "words": each.words} for each in found.skipped]
    return {"name": found.name, "skipped": skipped}


def _download(body: bytes) -> HttpResponse:
    return HttpResponse(body, CALENDAR, headers={"Content-Disposition": 'attachment; filename="calendar.ics"'})


_BINARY = {(200, "text/calendar"): OpenApiTypes.BINARY}


@extend_schema_view(
    list=extend_schema(summary="Schedules"),
    retrieve=extend_schema(summary="One schedule"),
    create=extend_schema(summary="Make a schedule"),
    update=extend_schema(summary="Change a schedule"),
    destroy=extend_schema(summary="Remove a schedule"),
)
class ScheduleViewSet(HoursAPI):
    """Schedules of the week, which night mode, menus and blocked callers follow."""

    serializer_class = ScheduleSerializer
    queryset = Schedule.objects.none()

    def get_queryset(self) -> QuerySet[Schedule]:
        return schedule_selectors.schedules()

    def _keep(self, given: dict[str, Any], found: Any) -> Schedule:
        if found is None:
            return services.create_schedule(actor=self.actor, customer=self.customer, **given)
        return services.change_schedule(actor=self.actor, schedule=found, **given)

    @extend_schema(summary="A schedule as a calendar", responses=_BINARY)
    @action(detail=True, methods=["get"])
    def calendar(self, _request: Request, **_kwargs: Any) -> HttpResponse:
        """Weekly appointments in the iCalendar format."""
        found = self.get_object()
        rows = [row.row() for row in found.periods.all()]
        return _download(write_week(found.name, rows, key=f"week {found.pk}", at=timezone.now()))

    @extend_schema(summary="Read a calendar", request=CalendarFileSerializer, responses=ReadWeekSerializer)
    @action(detail=False, methods=["post"], parser_classes=[parsers.MultiPartParser, parsers.JSONParser])
    def read(self, request: Request) -> Response:
        """What a file would bring; send that to make a schedule of it."""
        found = read_week(_file(request))
        return Response({**_brought(found), "periods": [PeriodSerializer(row).data for row in found.rows]})


@extend_schema_view(
    list=extend_schema(summary="Lists of holidays"),
    retrieve=extend_schema(summary="One list of holidays"),
    create=extend_schema(summary="Make a list of holidays"),
    update=extend_schema(summary="Change a list of holidays"),
    destroy=extend_schema(summary="Remove a list of holidays"),
)
class HolidaysViewSet(HoursAPI):
    """Days on which a business is closed whatever its schedule says."""

    serializer_class = HolidaysSerializer
    queryset = HolidaySchedule.objects.none()

    def get_queryset(self) -> QuerySet[HolidaySchedule]:
        return schedule_selectors.holiday_schedules()

    def _keep(self, given: dict[str, Any], found: Any) -> HolidaySchedule:
        today = timezone.localdate()
        keep = given.pop("keep_up_to_date")
        # Years of which a public holiday is given have been decided on; those after them are added at once.
        given["public_until"] = (last_public_year(given["days"]) or today.year - 1) if keep else None
        if found is None:
            row = services.create_holidays(actor=self.actor, customer=self.customer, **given)
        else:
            row = services.change_holidays(actor=self.actor, schedule=found, **given)
        services.add_later_years(actor=self.actor, schedule=self.get_queryset().get(pk=row.pk), today=today)
        return row

    @extend_schema(summary="A list of holidays as a calendar", responses=_BINARY)
    @action(detail=True, methods=["get"])
    def calendar(self, _request: Request, **_kwargs: Any) -> HttpResponse:
        """Days in the iCalendar format."""
        found = self.get_object()
        rows = [day.row() for day in found.days.all()]
        return _download(write_holidays(found.name, rows, key=f"holidays {found.pk}", at=timezone.now()))

    @extend_schema(summary="Read a calendar", request=CalendarFileSerializer, responses=ReadHolidaysSerializer)
    @action(detail=False, methods=["post"], parser_classes=[parsers.MultiPartParser, parsers.JSONParser])
    def read(self, request: Request) -> Response:
        """What a file would bring; send that to make a list of it."""
        found = read_holidays(_file(request), today=timezone.localdate())
        return Response({**_brought(found), "days": [DaySerializer(row).data for row in found.rows]})


class PublicHolidaysViewSet(CustomerAPI, viewsets.ViewSet):
    """The Dutch holidays of a year, to choose from."""

    capability: ClassVar[Capability | tuple[Capability, ...]] = ()
    serializer_class = PublicHolidaySerializer

    @extend_schema(
        summary="Dutch holidays of a year",
        parameters=[OpenApiParameter("year", int, description="This year when it is left out.")],
        responses=PublicHolidaySerializer(many=True),
        operation_id="public_holidays",
    )
    def list(self, request: Request) -> Response:
        """In order."""
        named = request.query_params.get("year", str(timezone.localdate().year))
        if not (named.isascii() and named.isdecimal() and len(named) == 4 and FIRST_YEAR <= int(named) <= LAST_YEAR):
            raise serializers.ValidationError({"year": [_("Give a year from 2000 to 2099.")]})
        return Response(PublicHolidaySerializer(public_holidays([int(named)]), many=True).data)
