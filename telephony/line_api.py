"""Lines and their call features in the API, and what no line may call. Secrets and the PIN are in no answer."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from accounts.models import User
from portal.lib.numbers import Block
from telephony import selectors, services
from telephony.callers_api import RefusedCallersAPI
from telephony.features import CASES, GREETINGS, TARGETS, Along, Features, features_of
from telephony.filters import LineFilter
from telephony.models import Dialable, Greeting, Line
from telephony.models.lines import Instead
from telephony.selectors import Target

BLOCKS = [(block.value, block.name) for block in Block]


class DialableSerializer(serializers.ModelSerializer[Dialable]):
    """What a caller can reach."""

    name = serializers.CharField(source="display_name", read_only=True)

    class Meta:
        model = Dialable
        fields = ("id", "kind", "name", "extension")
        read_only_fields = fields


class ReadAPI(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Reads of those who may change the settings."""

    capability: ClassVar[Capability | tuple[Capability, ...]] = Capability.EDIT_SETTINGS
    lookup_value_regex = r"[0-9]{1,18}"


@extend_schema_field(OpenApiTypes.STR)
class TargetField(serializers.Field[Any, Any, Any, Any]):
    """Where calls go. Written as an extension or a number in any spelling; read as a dialable, or else a number."""

    default_error_messages = {"no_target": _("This is no number and no extension here.")}

    def to_internal_value(self, data: Any) -> Target:
        target = selectors.find_target(data) if isinstance(data, str) else None
        if target is None:
            self.fail("no_target")
        return target

    def to_representation(self, value: Target) -> dict[str, object]:
        dialable = DialableSerializer(value.dialable).data if value.dialable else None
        return {"dialable": dialable, "number": value.external}


class AlongSerializer(serializers.Serializer[Along]):
    """Who rings along; with `confirm` a key has to be pressed to answer."""

    to = TargetField()
    confirm = serializers.BooleanField(default=True)


class FeaturesSerializer(serializers.Serializer[Features]):
    """The call features of a line, all optional when they are changed. What is off may keep its target.

    In each case (`busy_does`, `no_answer_does`, `unreachable_does`) a call goes to one place. `rings` is how often the
    phone rings before `no_answer_does`. Greetings are ids, null for the standard one. `barred` adds to what no line may call.
    """

    hide_caller_id = serializers.BooleanField()
    call_waiting = serializers.BooleanField()
    forward_always = serializers.BooleanField()
    forward_until = serializers.DateTimeField(allow_null=True)
    rings = serializers.IntegerField()
    do_not_disturb = serializers.BooleanField()
    do_not_disturb_until = serializers.DateTimeField(allow_null=True)
    voicemail = serializers.BooleanField()
    voicemail_always = serializers.BooleanField()
    mail_to = serializers.EmailField(allow_blank=True)
    copy_to = serializers.EmailField(allow_blank=True)
    announcement_only = serializers.BooleanField()
    also_ring = serializers.BooleanField()
    also_ring_in_call = serializers.BooleanField()
    also_rings = AlongSerializer(many=True)
    block_all = serializers.BooleanField()
    block_anonymous = serializers.BooleanField()
    barred = serializers.ListField(child=serializers.ChoiceField(choices=BLOCKS), max_length=5)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in TARGETS:
            fields[name] = TargetField(allow_null=True)
        for name in GREETINGS:
            fields[name] = serializers.PrimaryKeyRelatedField(queryset=Greeting.objects.all(), allow_null=True)
        for case in CASES:
            fields[f"{case}_does"] = serializers.ChoiceField(choices=Instead.choices)
        return fields

    def validate_also_rings(self, value: list[dict[str, Any]]) -> tuple[Along, ...]:
        """In the order that is given; a key unless it is said otherwise."""
        return tuple(Along(row["to"], row.get("confirm", True)) for row in value)

    def validate_barred(self, value: list[str]) -> frozenset[Block]:
        """Once each."""
        return frozenset(map(Block, value))

    def to_representation(self, instance: Features) -> dict[str, Any]:
        return {**super().to_representation(instance), "barred": sorted(instance.barred)}


class OwnFeaturesSerializer(FeaturesSerializer):
    """The features that an employee may set of the own line: what it may not call is for an administrator."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["barred"].read_only = True
        return fields


class LineSerializer(FeaturesSerializer):
    """A line with its call features as they hold now; `has_pin` tells whether its voicemail has a PIN.
    `unlimited_numbers` are those of its numbers that call Dutch fixed numbers without limit today.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    extension = serializers.CharField(allow_null=True)
    numbers = serializers.ListField(child=serializers.CharField())
    unlimited_numbers = serializers.ListField(child=serializers.CharField())
    sip_user = serializers.CharField()
    employee = serializers.CharField(allow_null=True)
    devices = serializers.ListField(child=serializers.IntegerField())
    has_pin = serializers.BooleanField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "name": instance.dialable.display_name,
            "extension": instance.dialable.extension,
            "numbers": [number.e164 for number in instance.dialable.numbers.all()],
            "unlimited_numbers": [number.e164 for number in instance.dialable.numbers.all() if number.is_unlimited],
            "sip_user": instance.sip_user,
            "employee": instance.user.username if instance.user else None,
            "devices": [key.device_id for key in instance.device_lines.all()],
            "has_pin": bool(instance.pin),
            **FeaturesSerializer().to_representation(features_of(instance, timezone.now())),
        }


class PinSerializer(serializers.Serializer[Any]):
    """A new PIN for a voicemail."""

    pin = serializers.CharField(max_length=8)


class NewSecretSerializer(serializers.Serializer[Any]):
    """How many hours the secret before opens as well, at most; it ends sooner when all phones have the new one."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=0)


class SecretSerializer(serializers.Serializer[Any]):
    """What a phone that is set by hand needs, told once."""

    server = serializers.CharField()
    port = serializers.IntegerField()
    transport = serializers.CharField()
    sip_user = serializers.CharField()
    sip_secret = serializers.CharField()
    previous_until = serializers.DateTimeField(allow_null=True)


class _Lines(RefusedCallersAPI, ReadAPI):
    """Reads of lines, and the change of one: PATCH with the features that become otherwise."""

    serializer_class = LineSerializer
    features_class: type[FeaturesSerializer] = FeaturesSerializer
    queryset = Line.objects.none()

    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change features by their names; those that are not named stay as they are."""
        line = self.get_object()
        given = self.features_class(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        services.set_features(actor=self.actor, line=line, **given.validated_data)
        return Response(self.get_serializer(self.get_queryset().get(pk=line.pk)).data)

    @extend_schema(summary="Change the PIN of the voicemail", request=PinSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def pin(self, request: Request, **_: Any) -> Response:
        """Set another PIN; nothing tells it afterwards."""
        given = PinSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        services.set_pin(actor=self.actor, line=self.get_object(), pin=given.validated_data["pin"])
        return Response(status=status.HTTP_204_NO_CONTENT)


_change = extend_schema(summary="Change call features", request=FeaturesSerializer, responses=LineSerializer)


@extend_schema_view(
    list=extend_schema(summary="Lines"), retrieve=extend_schema(summary="One line"), partial_update=_change
)
class LineViewSet(_Lines):
    """Lines with their call features; the filters are those of the page."""

    filterset_class = LineFilter

    def get_queryset(self) -> QuerySet[Line]:
        return selectors.lines()

    @extend_schema(summary="Make a new SIP secret", request=NewSecretSerializer, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, **_: Any) -> Response:
        """The phones of the line get it with their settings; it is told in this answer only."""
        given = NewSecretSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        overlap = timedelta(hours=given.validated_data["overlap_hours"])
        made = services.make_new_secret(actor=self.actor, line=self.get_object(), overlap=overlap)
        told = {
            "server": settings.SIP_SERVER,
            "port": settings.SIP_PORT,
            "transport": settings.SIP_TRANSPORT,
            "sip_user": made.line.sip_user,
            "sip_secret": made.secret,
            "previous_until": made.until,
        }
        return Response(SecretSerializer(told).data, headers={"Cache-Control": "no-store"})


@extend_schema_view(
    list=extend_schema(summary="The own line"),
    retrieve=extend_schema(summary="The own line by its id"),
    partial_update=extend_schema(
        summary="Change features of the own line", request=OwnFeaturesSerializer, responses=LineSerializer
    ),
)
class OwnLineViewSet(_Lines):
    """The line of whoever asks, for which no role is needed: a list of one, or of none."""

    capability = ()
    features_class = OwnFeaturesSerializer

    def get_queryset(self) -> QuerySet[Line]:
        user = self.request.user
        return selectors.lines().filter(user=user) if isinstance(user, User) else Line.objects.none()


class BlocksSerializer(serializers.Serializer[Any]):
    """What no line of the customer may call; 112 and the other numbers for help are outside it."""

    blocked = serializers.ListField(child=serializers.ChoiceField(choices=BLOCKS), max_length=5)


class OutgoingBlocksViewSet(CustomerAPI, viewsets.ViewSet):
    """What no line of the customer may call."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = BlocksSerializer

    @extend_schema(summary="What no line may call", responses=BlocksSerializer(many=False), operation_id="blocks_read")
    def list(self, _request: Request) -> Response:
        return Response({"blocked": sorted(selectors.blocked(self.customer))})

    @extend_schema(summary="Set what no line may call", request=BlocksSerializer, responses=BlocksSerializer)
    def create(self, request: Request) -> Response:
        """The groups that are given are blocked, and no others."""
        given = BlocksSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        blocked = frozenset(map(Block, given.validated_data["blocked"]))
        services.change_outgoing_blocks(actor=self.actor, customer=self.customer, blocked=blocked)
        return Response({"blocked": sorted(blocked)})
