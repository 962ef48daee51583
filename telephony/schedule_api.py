"""Schedules and holidays in the API, with what follows them; and the public holidays to choose from.

Every member reads them, because whoever has a line may let a schedule say when callers are refused. Changing them, and
seeing what follows them, takes the right to change settings.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from telephony import schedule_selectors, services
from telephony.calendars.lines import LARGEST
from telephony.calendars.merge import Merged, merge
from telephony.calendars.read import Calendared, read_holidays, read_week
from telephony.calendars.write import write_holidays, write_week
from telephony.hours import last_public_year, public_holidays
from telephony.instead import named_instead
from telephony.models import HolidaySchedule, Schedule
from telephony.schedule_serializers import (
    CalendarFileSerializer,
    CalendarIntoSerializer,
    DaySerializer,
    HolidaysIntoSerializer,
    HolidaysSerializer,
    PeriodSerializer,
    PublicHolidaySerializer,
    ReadHolidaysSerializer,
    ReadWeekSerializer,
    ScheduleSerializer,
    WeekIntoSerializer,
)

CALENDAR = "text/calendar; charset=utf-8"
FIRST_YEAR, LAST_YEAR = 2000, 2099


INSTEAD = OpenApiParameter("instead", int, description="What follows this one follows that one from now on.")


class HoursAPI(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any], ABC):
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
        instead = named_instead(request, self.get_queryset())
        services.remove_hours(actor=self.actor, schedule=self.get_object(), instead=instead)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _given(self, request: Request) -> dict[str, Any]:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _answer(self, row: Schedule | HolidaySchedule, code: int) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=code)

    @abstractmethod
    def _keep(self, given: dict[str, Any], found: Any) -> Schedule | HolidaySchedule:
        """Store what is given: a new one, or in the place of what was found."""


def _file(request: Request) -> bytes:
    given = CalendarFileSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    found: bytes = given.validated_data["file"].read(LARGEST + 1)
    return found


def _instead(request: Request) -> bool:
    given = CalendarIntoSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return bool(given.validated_data["instead"])


def _brought(found: Calendared[Any]) -> dict[str, Any]:
    return {"name": found.name, "skipped": _skipped(found)}


def _skipped(found: Calendared[Any]) -> list[dict[str, str]]:
    return [{"title": each.title, "code": each.code, "words": each.words} for each in found.skipped]


def _merged(name: str, shown: type[serializers.Serializer[Any]], merged: Merged[Any]) -> dict[str, Any]:
    parts = {name: merged.rows, "added": merged.added, "gone": merged.gone}
    return {part: [shown(row).data for row in rows] for part, rows in parts.items()}


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

    @extend_schema(
        summary="Read a calendar into a schedule",
        request=CalendarIntoSerializer,
        responses=WeekIntoSerializer,
        operation_id="schedules_read_into",
    )
    @action(
        detail=True, methods=["post"], url_path="read", parser_classes=[parsers.MultiPartParser, parsers.JSONParser]
    )
    def read_into(self, request: Request, **_kwargs: Any) -> Response:
        """What a file would change here; send that to change it."""
        stored, today = [row.row() for row in self.get_object().periods.all()], timezone.localdate()
        found = read_week(_file(request))
        change = merge(stored, found.rows, instead=_instead(request), today=today)
        return Response({**_merged("periods", PeriodSerializer, change), "skipped": _skipped(found)})


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

    @extend_schema(
        summary="Read a calendar into a list",
        request=CalendarIntoSerializer,
        responses=HolidaysIntoSerializer,
        operation_id="holidays_read_into",
    )
    @action(
        detail=True, methods=["post"], url_path="read", parser_classes=[parsers.MultiPartParser, parsers.JSONParser]
    )
    def read_into(self, request: Request, **_kwargs: Any) -> Response:
        """What a file would change here; send that to change it."""
        stored, today = [row.row() for row in self.get_object().days.all()], timezone.localdate()
        found = read_holidays(_file(request), today=today)
        change = merge(stored, found.rows, instead=_instead(request), today=today)
        return Response({**_merged("days", DaySerializer, change), "skipped": _skipped(found)})


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
