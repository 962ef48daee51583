"""Numbers in the API, to read, and all routes of this app; lines stand in line_api, devices in device_api."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from telephony import selectors
from telephony.device_api import DeviceViewSet, PhoneBookViewSet, PhoneModelViewSet, RedirectServiceViewSet
from telephony.greeting_api import GreetingViewSet
from telephony.line_api import DialableSerializer, LineViewSet, OutgoingBlocksViewSet, OwnLineViewSet, ReadAPI
from telephony.models import PhoneNumber
from telephony.schedule_api import HolidaysViewSet, PublicHolidaysViewSet, ScheduleViewSet


class PhoneNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    """A number in E.164 and what it reaches; `dialable` is null for a free number. With `unlimited_calling` its calls to
    Dutch fixed numbers are paid for beforehand.
    """

    number = serializers.CharField(source="e164", read_only=True)
    dialable = DialableSerializer(read_only=True, allow_null=True)
    unlimited_calling = serializers.BooleanField(source="is_unlimited", read_only=True)

    class Meta:
        model = PhoneNumber
        fields = ("id", "number", "is_main", "unlimited_calling", "dialable")
        read_only_fields = fields


@extend_schema_view(list=extend_schema(summary="Phone numbers"), retrieve=extend_schema(summary="One phone number"))
class PhoneNumberViewSet(ReadAPI):
    """Every number of the customer and what it reaches."""

    serializer_class = PhoneNumberSerializer
    queryset = PhoneNumber.objects.none()

    def get_queryset(self) -> QuerySet[PhoneNumber]:
        return selectors.numbers()


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("numbers", PhoneNumberViewSet, "number"),
    ("lines", LineViewSet, "line"),
    ("own-lines", OwnLineViewSet, "own-line"),
    ("outgoing-blocks", OutgoingBlocksViewSet, "outgoing-blocks"),
    ("devices", DeviceViewSet, "device"),
    ("phone-models", PhoneModelViewSet, "phone-model"),
    ("redirect-services", RedirectServiceViewSet, "redirect-service"),
    ("phone-book", PhoneBookViewSet, "phone-book"),
    ("greetings", GreetingViewSet, "greeting"),
    ("schedules", ScheduleViewSet, "schedule"),
    ("holidays", HolidaysViewSet, "holidays"),
    ("public-holidays", PublicHolidaysViewSet, "public-holidays"),
]
