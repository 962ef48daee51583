"""Devices in the API: read with the filters of their page, made, renewed, asked to fetch, released. A password is in the
answer that makes it and in no other.
"""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from telephony import rules, selectors, services, vault
from telephony.device_access import access_by_link, access_of, code_of
from telephony.device_list import MOST_ROWS, Row
from telephony.device_state import checks_of, state_of
from telephony.filters import DeviceFilter
from telephony.line_api import ReadAPI, TargetField
from telephony.models import Device, DeviceKey, Line, PhoneFile, ProvisioningEvent
from telephony.provisioning.catalogue import MODELS
from telephony.provisioning.config import Does
from telephony.registrations import of_device, registrations
from telephony.selectors import Target
from telephony.services import NewDevice, NewKey

HOURS = 168  # the longest overlap


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

    def get_registered_at(self, device: Device) -> dt.datetime | None:
        found = of_device(device, self.context["registrations"])
        return found.registered_at if found else None


class NewDeviceSerializer(serializers.Serializer[Any]):
    """A device to be made. `model` as on its label or by its code, `lines` by extension or number in the order of its keys."""

    model = serializers.CharField(max_length=60)
    mac = serializers.CharField(max_length=40, allow_blank=True, default="")
    lines = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=60)


class ManySerializer(serializers.Serializer[Any]):
    """Devices to be made together, all or none; with `dry_run` only judged."""

    devices = serializers.ListField(child=NewDeviceSerializer(), min_length=1, max_length=MOST_ROWS)
    dry_run = serializers.BooleanField(default=False)


class AccessSerializer(serializers.Serializer[Any]):
    """With what the device gets in, told once. `url` is where its settings stand, `typed` what goes into the phone."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    typed = serializers.CharField()
    username = serializers.CharField()
    password = serializers.CharField()


class LinkSerializer(AccessSerializer):
    """An address that works once, until `until`; `code` is what its QR code says."""

    until = serializers.DateTimeField()
    code = serializers.CharField(allow_null=True)


class JudgedSerializer(serializers.Serializer[Any]):
    """A row of a list, counted from 1, and what is wrong with it."""

    row = serializers.IntegerField()
    model = serializers.CharField(allow_null=True)
    mac = serializers.CharField()
    lines = serializers.ListField(child=serializers.IntegerField())
    faults = serializers.ListField(child=serializers.DictField(child=serializers.CharField(allow_null=True)))


class LinesSerializer(serializers.Serializer[Any]):
    """The lines that a device carries, by extension or number, in the order of its keys."""

    lines = serializers.ListField(child=serializers.CharField(max_length=40), max_length=60)


class PasswordSerializer(serializers.Serializer[Any]):
    """A password of 12 or more of four kinds of marks, or none for one that is made; the one before opens as well for at
    most `overlap_hours`.
    """

    password = serializers.CharField(max_length=64, required=False, allow_blank=True, default="", trim_whitespace=False)
    overlap_hours = serializers.IntegerField(min_value=0, max_value=HOURS, default=0)


class KeySerializer(serializers.Serializer[DeviceKey]):
    """A key after those of the lines: `blf` shows by a lamp whether its target is busy, `speed` dials it."""

    does = serializers.ChoiceField(choices=[(does.value, does.name) for does in Does])
    target = TargetField()
    label = serializers.CharField(max_length=30, allow_blank=True, default="")  # type: ignore[assignment]

    def to_representation(self, instance: DeviceKey) -> dict[str, Any]:
        target = Target(instance.target.dialable, instance.target.external)
        return {"does": instance.does, "target": TargetField().to_representation(target), "label": instance.label}


class EventSerializer(serializers.ModelSerializer[ProvisioningEvent]):
    """One request of the device."""

    class Meta:
        model = ProvisioningEvent
        fields = ("at", "outcome", "address", "size", "firmware", "agent_model", "agent_mac")
        read_only_fields = fields


class FileSerializer(serializers.ModelSerializer[PhoneFile]):
    """A log or settings that the device sent."""

    class Meta:
        model = PhoneFile
        fields = ("id", "name", "at", "size")
        read_only_fields = fields


class CheckSerializer(serializers.Serializer[Any]):
    """One thing that has to be so."""

    fine = serializers.BooleanField()
    title = serializers.CharField()
    detail = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())


class StateSerializer(serializers.Serializer[Any]):
    """Whether the device has its settings and is logged in, and the checks in the order in which things go wrong."""

    kind = serializers.ChoiceField(choices=["good", "warn", "off"])
    word = serializers.CharField()
    sentence = serializers.CharField()
    checks = CheckSerializer(many=True)


class ModelSerializer(serializers.Serializer[Any]):
    """A model of the catalogue."""

    code = serializers.CharField()
    title = serializers.CharField()
    vendor = serializers.CharField()
    lines = serializers.IntegerField()
    keys = serializers.IntegerField()


class BookEntrySerializer(serializers.Serializer[Any]):
    """Somebody in the book that phones show."""

    name = serializers.CharField()
    number = serializers.CharField()


def _given(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data  # type: ignore[no-any-return]


def _told(made: NewDevice) -> dict[str, Any]:
    return {"id": made.device.pk, **asdict(access_of(made))}


def _once(body: object, code: int = status.HTTP_200_OK) -> Response:
    """An answer with a secret, which nobody keeps."""
    return Response(body, status=code, headers={"Cache-Control": "no-store"})


def _lines(typed: list[str]) -> list[Line]:
    return [rules.line_meant(each) for each in typed]


_list = extend_schema(summary="Devices")
_one = extend_schema(summary="One device")


@extend_schema_view(list=_list, retrieve=_one)
class DeviceViewSet(ReadAPI):
    """Desk phones and apps; the filters are those of the page."""

    serializer_class = DeviceSerializer
    filterset_class = DeviceFilter
    queryset = Device.objects.none()

    def get_queryset(self) -> QuerySet[Device]:
        return selectors.devices_with_state()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "registrations": registrations()}

    @extend_schema(summary="Make a device", request=NewDeviceSerializer, responses={201: AccessSerializer})
    def create(self, request: Request) -> Response:
        """Its address, user name and password are told in this answer only; an app gets an address that works once."""
        given = _given(NewDeviceSerializer, request)
        made = services.create_device(
            actor=self.actor,
            customer=self.customer,
            model_code=rules.model_meant(given["model"]).code,
            mac=given["mac"],
            lines=_lines(given["lines"]),
        )
        told = _told(made)
        if made.device.model.is_app:
            told |= asdict(access_by_link(services.make_link(actor=self.actor, device=made.device)))
        return _once(told, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Make many devices",
        request=ManySerializer,
        responses={200: JudgedSerializer(many=True), 201: AccessSerializer(many=True)},
    )
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def many(self, request: Request) -> Response:
        """All or none. With `dry_run` each row is only judged, and nothing is made."""
        given = _given(ManySerializer, request)
        rows = [
            Row(place, each["model"], each["mac"], tuple(each["lines"]))
            for place, each in enumerate(given["devices"], start=1)
        ]
        if given["dry_run"]:
            return Response([_judged(each) for each in services.judge_devices(rows)])
        made = services.create_devices(actor=self.actor, customer=self.customer, rows=rows)
        return _once([_told(each) for each in made], status.HTTP_201_CREATED)

    @extend_schema(summary="Change the lines of a device", request=LinesSerializer, responses=DeviceSerializer)
    def partial_update(self, request: Request, **_: Any) -> Response:
        """It carries these lines and no others."""
        device = self.get_object()
        lines = _lines(_given(LinesSerializer, request)["lines"])
        services.change_device_lines(actor=self.actor, device=device, lines=lines)
        return Response(self.get_serializer(self.get_queryset().get(pk=device.pk)).data)

    @extend_schema(summary="Release a device", responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:  # noqa: ARG002 - the router's signature
        """It gets no more settings, and its MAC address comes free."""
        services.release_device(actor=self.actor, device=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Make a new password", request=PasswordSerializer, responses=AccessSerializer)
    @action(detail=True, methods=["post"])
    def password(self, request: Request, **_: Any) -> Response:
        """It stands in the settings that the device fetches next, and in this answer."""
        given = _given(PasswordSerializer, request)
        overlap = dt.timedelta(hours=given["overlap_hours"])
        made = services.make_new_password(
            actor=self.actor, device=self.get_object(), typed=given["password"], overlap=overlap
        )
        return _once(_told(made))

    @extend_schema(summary="Close the password before", request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="close-password")
    def close_password(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """The old one opens nothing any more."""
        services.close_previous_password(actor=self.actor, device=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Make a one-time link", request=None, responses={201: LinkSerializer})
    @action(detail=True, methods=["post"])
    def link(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """For a device without a login; an earlier link opens nothing any more."""
        made = services.make_link(actor=self.actor, device=self.get_object())
        told = {"id": made.device.pk, **asdict(access_by_link(made)), "until": made.until, "code": code_of(made)}
        return _once(told, status.HTTP_201_CREATED)

    @extend_schema(summary="Ask the device to fetch its settings", request=None, responses={202: None})
    @action(detail=True, methods=["post"])
    def fetch(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """It has to be logged in at the registrar."""
        services.ask_to_fetch(actor=self.actor, device=self.get_object())
        return Response(status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Keys of a device", responses=KeySerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def keys(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """The keys after those of its lines."""
        return Response([KeySerializer(key).data for key in selectors.keys_of(self.get_object())])

    @extend_schema(
        summary="Set the keys of a device", request=KeySerializer(many=True), responses=KeySerializer(many=True)
    )
    @keys.mapping.put
    def set_keys(self, request: Request, **_: Any) -> Response:
        """These keys and no others, in this order; without a label a key shows the name of its target."""
        given = KeySerializer(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        keys = [NewKey(Does(key["does"]), key["target"], key["label"]) for key in given.validated_data]
        device = services.change_device_keys(actor=self.actor, device=self.get_object(), keys=keys)
        return Response([KeySerializer(key).data for key in selectors.keys_of(device)])

    @extend_schema(summary="What a device did", responses=EventSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def events(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """Its latest requests, the newest first."""
        return Response(EventSerializer(selectors.events_of(self.get_object()), many=True).data)

    @extend_schema(summary="State of a device", responses=StateSerializer)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def state(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """Whether it has its settings and is there, and if not, why."""
        device, registrar = self.get_object(), bool(settings.REGISTRAR_RPC_URL)
        fetched, answer = selectors.last_events([device]).get(device.pk), selectors.answer_of(device)
        present = of_device(device, registrations())
        found = state_of(fetched, answer, present, registrar=registrar, app=device.model.is_app)
        checks = checks_of(device, selectors.events_of(device), fetched, answer, present, registrar=registrar)
        told = {**asdict(found), "checks": [asdict(check) for check in checks]}
        return Response(StateSerializer(told).data)

    @extend_schema(summary="Forget what was set on the device itself", request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="forget-settings")
    def forget_settings(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """It gets nothing of that back any more."""
        services.forget_kept_settings(actor=self.actor, device=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Files that a device sent", responses=FileSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def files(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """Logs, and settings that were made on it."""
        return Response(FileSerializer(selectors.files_of(self.get_object()), many=True).data)

    @extend_schema(summary="One file that a device sent", responses={(200, "text/plain"): OpenApiTypes.STR})
    @action(detail=True, methods=["get"], url_path=r"files/(?P<file_id>[0-9]{1,18})")
    def file(self, request: Request, file_id: str, **_: Any) -> HttpResponse:  # noqa: ARG002
        """As plain text."""
        found = get_object_or_404(selectors.files_of(self.get_object()), pk=file_id)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(vault.decrypt(found.body), content_type="text/plain; charset=utf-8", headers=headers)


def _judged(each: services.Judged) -> dict[str, Any]:
    return {
        "row": each.row.place,
        "model": each.model.code if each.model else None,
        "mac": each.mac,
        "lines": [line.pk for line in each.lines],
        "faults": [{"code": fault.code, "field": fault.field, "detail": str(fault)} for fault in each.faults],
    }


class PhoneModelViewSet(CustomerAPI, viewsets.ViewSet):
    """The catalogue."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = ModelSerializer

    @extend_schema(summary="Models of phones", responses=ModelSerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Every model that can be made into a device."""
        return Response(ModelSerializer(MODELS, many=True).data)


class PhoneBookViewSet(CustomerAPI, viewsets.ViewSet):
    """What phones show as the book of the company."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = BookEntrySerializer

    @extend_schema(summary="Phone book", responses=BookEntrySerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Everybody with an extension or number, as the phones will have it."""
        return Response([{"name": name, "number": number} for name, number in services.book_entries()])
