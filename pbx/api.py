"""The exchange in the API: people, hunt groups, night mode to read; and the what-if."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from pbx import selectors, whatif
from pbx.filters import PeopleFilter
from pbx.models import HuntGroup
from pbx.routing.night import company_night, mode_at
from pbx.routing.shapes import KEYS
from telephony.models import Destination, Line


def _destination(destination: Destination | None) -> dict[str, str] | None:
    if destination is None:
        return None
    if destination.dialable is None:
        return {"name": "", "extension": "", "number": destination.external}
    dialable = destination.dialable
    return {"name": dialable.display_name, "extension": dialable.extension or "", "number": ""}


class DestinationSerializer(serializers.Serializer[Any]):
    """Where a call is sent: a name with its extension, or a number outside."""

    name = serializers.CharField()
    extension = serializers.CharField()
    number = serializers.CharField()


class PersonSerializer(serializers.ModelSerializer[Line]):
    """A person of the exchange."""

    name = serializers.CharField(source="dialable.display_name", read_only=True)
    extension = serializers.CharField(source="dialable.extension", read_only=True, allow_null=True)
    numbers = serializers.SerializerMethodField()
    forward_to = serializers.SerializerMethodField()

    class Meta:
        model = Line
        fields = (
            "id",
            "name",
            "extension",
            "numbers",
            "hide_caller_id",
            "call_waiting",
            "forward_always",
            "forward_to",
        )

    def get_numbers(self, line: Line) -> list[str]:
        return [number.e164 for number in line.dialable.numbers.all()]

    @extend_schema(responses=DestinationSerializer)
    def get_forward_to(self, line: Line) -> dict[str, str] | None:
        return _destination(line.forward_to)


class GroupSerializer(serializers.ModelSerializer[HuntGroup]):
    """A hunt group; members by extension in their order."""

    name = serializers.CharField(source="dialable.display_name", read_only=True)
    extension = serializers.CharField(source="dialable.extension", read_only=True, allow_null=True)
    numbers = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()
    overflow = serializers.SerializerMethodField()

    class Meta:
        model = HuntGroup
        fields = ("id", "name", "extension", "numbers", "policy", "rings", "wait_seconds", "overflow", "members")

    def get_numbers(self, group: HuntGroup) -> list[str]:
        return [number.e164 for number in group.dialable.numbers.all()]

    def get_members(self, group: HuntGroup) -> list[str]:
        lines = [membership.line.dialable for membership in group.memberships.all()]
        return [dialable.extension or dialable.display_name for dialable in lines]

    def get_overflow(self, group: HuntGroup) -> dict[str, str] | None:
        return _destination(group.overflow)


class NightSerializer(serializers.Serializer[Any]):
    """The company's night mode, and how it stands now. ``until`` is empty when somebody has to change it."""

    mode = serializers.ChoiceField(choices=["auto", "on", "off"])
    is_night = serializers.BooleanField()
    why = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    target = DestinationSerializer(allow_null=True)
    schedule = serializers.CharField()
    holidays = serializers.CharField()


class QuestionSerializer(serializers.Serializer[Any]):
    """An imagined call. ``keys`` as `2` or `3,1,0,1`; ``busy`` are extensions."""

    number = serializers.CharField(max_length=40)
    caller = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    at = serializers.DateTimeField(required=False)
    keys = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    busy = serializers.ListField(
        child=serializers.CharField(max_length=4), required=False, default=list, max_length=500
    )

    def validate_keys(self, value: str) -> tuple[str, ...]:
        pressed = tuple(character for character in value if character not in ", ;")
        if any(key not in KEYS for key in pressed):
            raise serializers.ValidationError("Keys are 0 to 9, * and #.")
        return pressed


class People(CustomerAPI, viewsets.ReadOnlyModelViewSet[Line]):
    """People of the exchange; `q` finds part of a name, extension or number."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = PersonSerializer
    filterset_class = PeopleFilter
    queryset = Line.objects.none()

    def get_queryset(self) -> QuerySet[Line]:
        return selectors.people()


class Groups(CustomerAPI, viewsets.ReadOnlyModelViewSet[HuntGroup]):
    """Hunt groups with their members."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = GroupSerializer
    queryset = HuntGroup.objects.none()

    def get_queryset(self) -> QuerySet[HuntGroup]:
        return selectors.groups()


class Night(CustomerAPI, viewsets.ViewSet):
    """The company's night mode."""

    capability = Capability.EDIT_SETTINGS

    @extend_schema(responses=NightSerializer(many=False), operation_id="exchange_night")
    def list(self, _request: Request) -> Response:
        settings = selectors.exchange_settings(self.customer)
        if settings is None:
            raise Http404
        now, found = timezone.now(), selectors.load_exchange(self.customer).night
        night = company_night(found, now)
        document = {
            "mode": mode_at(found, now).value,
            "is_night": night.is_on,
            "why": night.why.value,
            "until": night.until,
            "target": _destination(settings.night_target),
            "schedule": str(settings.night_schedule or ""),
            "holidays": str(settings.night_holidays or ""),
        }
        return Response(NightSerializer(document).data)


class Route(CustomerAPI, viewsets.ViewSet):
    """Where an imagined call goes, step by step, as if nobody answers."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = QuestionSerializer

    @extend_schema(request=QuestionSerializer, responses=OpenApiTypes.OBJECT)
    def create(self, request: Request) -> Response:
        serializer = QuestionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        question = whatif.Question(
            dialled=given["number"],
            at=given.get("at") or timezone.now(),
            caller=given["caller"],
            keys=given["keys"],
            busy=tuple(given["busy"]),
        )
        return Response(whatif.document(whatif.ask(selectors.load_exchange(self.customer), question)))


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("exchange/people", People, "exchange-people"),
    ("exchange/groups", Groups, "exchange-groups"),
    ("exchange/night", Night, "exchange-night"),
    ("exchange/route", Route, "exchange-route"),
]
