"""Numbers, lines and devices in the API, to read. Secrets and passwords are in no answer."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from telephony import selectors
from telephony.filters import DeviceFilter, LineFilter
from telephony.models import Destination, Device, Dialable, Line, PhoneNumber
from telephony.registrations import of_device, registrations


class DialableSerializer(serializers.ModelSerializer[Dialable]):
    """What a caller can reach."""

    name = serializers.CharField(source="display_name", read_only=True)

    class Meta:
        model = Dialable
        fields = ("id", "kind", "name", "extension")
        read_only_fields = fields


class PhoneNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    """A number in E.164 and what it reaches; `dialable` is null for a free number."""

    number = serializers.CharField(source="e164", read_only=True)
    dialable = DialableSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PhoneNumber
        fields = ("id", "number", "is_main", "dialable")
        read_only_fields = fields


class ForwardSerializer(serializers.ModelSerializer[Destination]):
    """Where a forward goes: a dialable, or a number outside (then `dialable` is null)."""

    dialable = DialableSerializer(read_only=True, allow_null=True)
    number = serializers.CharField(source="external", read_only=True)

    class Meta:
        model = Destination
        fields = ("dialable", "number")
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer[Line]):
    """A line with its call features. A forward that is off may have a target for when it is switched on again."""

    name = serializers.CharField(source="dialable.display_name", read_only=True)
    extension = serializers.CharField(source="dialable.extension", read_only=True, allow_null=True)
    numbers = serializers.SerializerMethodField()
    forward_to = ForwardSerializer(read_only=True, allow_null=True)
    employee = serializers.CharField(source="user.username", read_only=True, allow_null=True, default=None)
    devices = serializers.SerializerMethodField()

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
            "employee",
            "devices",
        )
        read_only_fields = fields

    def get_numbers(self, line: Line) -> list[str]:
        return [number.e164 for number in line.dialable.numbers.all()]

    def get_devices(self, line: Line) -> list[int]:
        return [key.device_id for key in line.device_lines.all()]


class DeviceSerializer(serializers.ModelSerializer[Device]):
    """A desk phone. `fetched_at` is when it last had its settings, `up_to_date` whether those are the newest,
    `registered_at` when it last logged in at the registrar, null when it is not there.
    """

    model = serializers.CharField(source="model.title", read_only=True)
    lines = serializers.SerializerMethodField()
    fetched_at = serializers.DateTimeField(read_only=True, allow_null=True)
    up_to_date = serializers.SerializerMethodField()
    registered_at = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = (
            "id",
            "model",
            "model_code",
            "mac",
            "lines",
            "fetched_at",
            "up_to_date",
            "registered_at",
            "created_at",
        )
        read_only_fields = fields

    def get_lines(self, device: Device) -> list[int]:
        return [key.line_id for key in device.device_lines.all()]

    def get_up_to_date(self, device: Device) -> bool:
        ready = getattr(device, "ready_etag", None)
        return ready is not None and ready == getattr(device, "fetched_etag", None)

    def get_registered_at(self, device: Device) -> datetime | None:
        found = of_device(device, self.context["registrations"])
        return found.registered_at if found else None


class _Reads(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    capability = Capability.EDIT_SETTINGS
    lookup_value_regex = r"[0-9]{1,18}"


@extend_schema_view(list=extend_schema(summary="Phone numbers"), retrieve=extend_schema(summary="One phone number"))
class PhoneNumberViewSet(_Reads):
    """Every number of the customer and what it reaches."""

    serializer_class = PhoneNumberSerializer
    queryset = PhoneNumber.objects.none()

    def get_queryset(self) -> QuerySet[PhoneNumber]:
        return selectors.numbers()


@extend_schema_view(list=extend_schema(summary="Lines"), retrieve=extend_schema(summary="One line"))
class LineViewSet(_Reads):
    """Lines with their call features; the filters are those of the page."""

    serializer_class = LineSerializer
    filterset_class = LineFilter
    queryset = Line.objects.none()

    def get_queryset(self) -> QuerySet[Line]:
        return selectors.lines()


@extend_schema_view(list=extend_schema(summary="Devices"), retrieve=extend_schema(summary="One device"))
class DeviceViewSet(_Reads):
    """Desk phones and whether they have their settings."""

    serializer_class = DeviceSerializer
    filterset_class = DeviceFilter
    queryset = Device.objects.none()

    def get_queryset(self) -> QuerySet[Device]:
        return selectors.devices_with_state()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "registrations": registrations(Line.objects.all())}


routes: list[tuple[str, type[viewsets.GenericViewSet[Any]], str]] = [
    ("numbers", PhoneNumberViewSet, "number"),
    ("lines", LineViewSet, "line"),
    ("devices", DeviceViewSet, "device"),
]
