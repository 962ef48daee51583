"""What devices look like in the API, and what it takes to make and change them."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from telephony.device_list import MOST_ROWS
from telephony.line_api import TargetField
from telephony.models import Device, DeviceKey, PhoneFile, ProvisioningEvent
from telephony.provisioning.config import Does
from telephony.registrations import of_device
from telephony.selectors import Target

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


class RowSerializer(serializers.Serializer[Any]):
    """A device of a list to be made. `model` as on its label or by its code, `lines` by extension or number in the order of its keys."""

    model = serializers.CharField(max_length=60)
    mac = serializers.CharField(max_length=40, allow_blank=True, default="")
    lines = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=60)


class NewDeviceSerializer(RowSerializer):
    """A device to be made; `password` as in PasswordSerializer, or none for one that is made."""

    password = serializers.CharField(max_length=64, required=False, allow_blank=True, default="", trim_whitespace=False)


class ManySerializer(serializers.Serializer[Any]):
    """Devices to be made together, all or none; with `dry_run` only judged."""

    devices = serializers.ListField(child=RowSerializer(), min_length=1, max_length=MOST_ROWS)
    dry_run = serializers.BooleanField(default=False)


class SipSerializer(serializers.Serializer[Any]):
    """What is typed into a phone that fetches nothing; the secret of a line is told by `lines/{id}/secret/`."""

    server = serializers.CharField()
    port = serializers.IntegerField()
    transport = serializers.CharField()
    users = serializers.ListField(child=serializers.CharField())
    voicemail = serializers.CharField()


class AccessSerializer(serializers.Serializer[Any]):
    """With what the device gets in, told once. `url` is where its settings stand, `typed` what goes into the phone. A phone
    that is set by hand has neither, nor user name and password, but `sip`, which is null for all others.
    """

    id = serializers.IntegerField()
    url = serializers.CharField()
    typed = serializers.CharField()
    username = serializers.CharField()
    password = serializers.CharField()
    sip = SipSerializer(allow_null=True)


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
    """Whether the device has its settings and is logged in, the checks in the order in which things go wrong, and what is
    said of the router.
    """

    kind = serializers.ChoiceField(choices=["good", "warn", "off"])
    word = serializers.CharField()
    sentence = serializers.CharField()
    checks = CheckSerializer(many=True)
    advice = serializers.CharField()


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


class SettingSerializer(serializers.Serializer[Any]):
    """A setting in the maker's own words; `value` is null where it is secret."""

    name = serializers.CharField()
    value = serializers.CharField(allow_null=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """A setting that differs from what the device fetched last; both values are null where it is secret."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    now = serializers.CharField(allow_null=True)


class DeviceSettingsSerializer(serializers.Serializer[Any]):
    """What the device would get now, and what changed since it last fetched: null while that is not known."""

    settings = SettingSerializer(many=True)
    changes = ChangeSerializer(many=True, allow_null=True)


class RedirectServiceSerializer(serializers.Serializer[Any]):
    """A service of a maker that sends factory-new phones to us, and whether it is set up here."""

    vendor = serializers.CharField()
    name = serializers.CharField()
    configured = serializers.BooleanField()
