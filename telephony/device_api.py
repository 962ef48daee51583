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
from telephony import device_rules, rules, selectors, services, vault
from telephony.device_access import access_by_link, access_of, code_of
from telephony.device_list import Row
from telephony.device_serializers import (
    AccessSerializer,
    BookEntrySerializer,
    DeviceSerializer,
    DeviceSettingsSerializer,
    EventSerializer,
    FileSerializer,
    JudgedSerializer,
    KeySerializer,
    LinesSerializer,
    LinkSerializer,
    ManySerializer,
    ModelSerializer,
    NewDeviceSerializer,
    PasswordSerializer,
    RedirectServiceSerializer,
    StateSerializer,
)
from telephony.device_settings import device_settings
from telephony.device_state import advice, checks_of, state_of
from telephony.filters import DeviceFilter
from telephony.line_api import ReadAPI
from telephony.models import Device, Line
from telephony.provisioning.catalogue import MODELS
from telephony.provisioning.config import Does
from telephony.provisioning.redirect import SERVICES
from telephony.registrations import of_device, registrations
from telephony.services import NewDevice, NewKey


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

    def get_serializer(self, *args: Any, **kwargs: Any) -> serializers.BaseSerializer[Device]:
        """With who is logged in on the devices that are shown, and on no others."""
        shown = args[0] if args and kwargs.get("many") else args[:1]
        lines = [key.line for device in shown for key in device.device_lines.all()]
        kwargs["context"] = {**self.get_serializer_context(), "registrations": registrations(lines) if lines else {}}
        return super().get_serializer(*args, **kwargs)

    @extend_schema(summary="Make a device", request=NewDeviceSerializer, responses={201: AccessSerializer})
    def create(self, request: Request) -> Response:
        """Its address, user name and password are told in this answer only; an app gets an address that works once."""
        given = _given(NewDeviceSerializer, request)
        made = services.create_device(
            actor=self.actor,
            customer=self.customer,
            model_code=device_rules.model_meant(given["model"]).code,
            mac=given["mac"],
            lines=_lines(given["lines"]),
            typed=given["password"],
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
        present = of_device(device, registrations(key.line for key in device.device_lines.all()))
        found = state_of(fetched, answer, present, registrar=registrar, model=device.model)
        checks = checks_of(device, selectors.events_of(device), fetched, answer, present, registrar=registrar)
        told = {**asdict(found), "checks": [asdict(check) for check in checks], "advice": advice(device)}
        return Response(StateSerializer(told).data)

    @extend_schema(summary="Settings of a device", responses=DeviceSettingsSerializer)
    @action(detail=True, methods=["get"], url_path="settings", filterset_class=None, pagination_class=None)
    def shown_settings(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """What it would get now, and what of that changed since it last fetched."""
        device = self.get_object()
        fetched = selectors.last_events([device]).get(device.pk)
        shown = device_settings(device, selectors.answer_of(device), fetched)
        return Response(DeviceSettingsSerializer(asdict(shown)).data)

    @extend_schema(summary="Announce a device to its maker's service", request=None, responses={202: None})
    @action(detail=True, methods=["post"])
    def announce(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        """So that it finds us by itself when it is new. Refused while that service is not configured here."""
        services.announce_device(actor=self.actor, device=self.get_object())
        return Response(status=status.HTTP_202_ACCEPTED)

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


class RedirectServiceViewSet(CustomerAPI, viewsets.ViewSet):
    """Services of makers that send factory-new phones to us."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = RedirectServiceSerializer

    @extend_schema(summary="Redirect services of makers", responses=RedirectServiceSerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Which there are, and which are configured here."""
        return Response(
            [
                {"vendor": vendor.value, "name": service.name, "configured": service.configured}
                for vendor, service in SERVICES.items()
            ]
        )


class PhoneBookViewSet(CustomerAPI, viewsets.ViewSet):
    """What phones show as the book of the company."""

    capability = Capability.EDIT_SETTINGS
    serializer_class = BookEntrySerializer

    @extend_schema(summary="Phone book", responses=BookEntrySerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Everybody with an extension or number, as the phones will have it."""
        return Response([{"name": name, "number": number} for name, number in services.book_entries()])
