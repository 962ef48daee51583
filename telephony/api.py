"""Numbers and devices in the API, to read; lines stand in line_api. Secrets and passwords are in no answer."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from telephony import selectors
from telephony.filters import DeviceFilter
from telephony.line_api import DialableSerializer, LineViewSet, OutgoingBlocksViewSet, OwnLineViewSet, ReadAPI
from telephony.models import Device, PhoneNumber
from telephony.registrations import of_device, registrations


class PhoneNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    """A number in E.164 and what it reaches; `dialable` is null for a free number."""

    number = serializers.CharField(source="e164", read_only=True)
    dialable = DialableSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PhoneNumber
        fields = ("id", "number", "is_main", "dialable")
        read_only_fields = fields


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


@extend_schema_view(list=extend_schema(summary="Phone numbers"), retrieve=extend_schema(summary="One phone number"))
class PhoneNumberViewSet(ReadAPI):
    """Every number of the customer and what it reaches."""

    serializer_class = PhoneNumberSerializer
    queryset = PhoneNumber.objects.none()

    def get_queryset(self) -> QuerySet[PhoneNumber]:
        return selectors.numbers()


@extend_schema_view(list=extend_schema(summary="Devices"), retrieve=extend_schema(summary="One device"))
class DeviceViewSet(ReadAPI):
    """Desk phones and whether they have their settings."""

    serializer_class = DeviceSerializer
    filterset_class = DeviceFilter
    queryset = Device.objects.none()

    def get_queryset(self) -> QuerySet[Device]:
        return selectors.devices_with_state()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "registrations": registrations()}


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("numbers", PhoneNumberViewSet, "number"),
    ("lines", LineViewSet, "line"),
    ("own-lines", OwnLineViewSet, "own-line"),
    ("outgoing-blocks", OutgoingBlocksViewSet, "outgoing-blocks"),
    ("devices", DeviceViewSet, "device"),
]
