"""What a device would get now, and what of that differs from what it fetched last; secrets stay hidden."""

from dataclasses import dataclass

from telephony import vault
from telephony.models import Device, ProvisioningAnswer
from telephony.provisioning.shown import Change, Setting, changes, settings_of


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """`changes` is None while it is not known what the device has: it never fetched, or fetched long ago."""

    settings: list[Setting]
    changes: list[Change] | None


def device_settings(device: Device, answer: ProvisioningAnswer | None) -> DeviceSettings:
    """Read from what stands ready for the device; nothing for one that is set up by hand."""
    if answer is None:
        return DeviceSettings([], None)
    model, body = device.model, vault.decrypt(answer.body)
    fetched = vault.decrypt(answer.fetched_body) if answer.fetched_body else None
    return DeviceSettings(settings_of(model, body), None if fetched is None else changes(model, fetched, body))
