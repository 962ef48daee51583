"""What a device would get now, and what of that differs from what it fetched last; secrets stay hidden."""

from dataclasses import dataclass

from telephony import vault
from telephony.models import Device, ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning.shown import Change, Setting, changes, settings_of


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """`changes` is None while it is not known what the device has: it never fetched, or what it fetched was replaced
    before that was written down.
    """

    settings: list[Setting]
    changes: list[Change] | None


def device_settings(
    device: Device, answer: ProvisioningAnswer | None, fetched: ProvisioningEvent | None
) -> DeviceSettings:
    """Read from what stands ready for the device and from its last fetch; nothing for one that is set up by hand."""
    if answer is None:
        return DeviceSettings([], None)
    model, body = device.model, vault.decrypt(answer.body)
    shown = settings_of(model, body)
    if not answer.fetched_body or (fetched is not None and fetched.etag != answer.fetched_etag):
        return DeviceSettings(shown, None)
    return DeviceSettings(shown, changes(model, vault.decrypt(answer.fetched_body), body))
