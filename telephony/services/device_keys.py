"""What the keys of a phone do beside those of its lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from portal.lib.numbers import display
from telephony import device_rules, rules, selectors
from telephony.models import Device, DeviceKey
from telephony.provisioning.config import Does
from telephony.selectors import Target
from telephony.services.lines import destination
from telephony.services.provisioning import keep_answer
from telephony.services.turns import take_device, take_dialables

LABEL: Final = 30  # characters a key has room for


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as somebody wants it; without a label it shows the name of its target."""

    does: Does
    target: Target
    label: str = ""


@transaction.atomic
def change_device_keys(*, actor: Actor, device: Device, keys: Sequence[NewKey]) -> Device:
    """Give a phone these keys after those of its lines, in this order."""
    take_dialables(key.target.dialable for key in keys if key.target.dialable)
    targets = [destination(customer=device.customer, target=key.target) for key in keys]
    take_device(device)
    device_rules.keys_have_room(device.model, lines=device.device_lines.count(), keys=len(keys))
    for key in keys:
        if key.does is Does.BUSY_LAMP:
            device_rules.lamp_can_watch(key.target)
    before = _labels(selectors.keys_of(device))
    device.keys.all().delete()
    made = DeviceKey.objects.bulk_create(
        DeviceKey(
            customer_id=device.customer_id,
            device=device,
            position=position,
            does=key.does.value,
            target=target,
            label=rules.name_is_plain(key.label or _shown(key.target), field="label")[:LABEL].strip(),
        )
        for position, (key, target) in enumerate(zip(keys, targets, strict=True), start=1)
    )
    after = _labels(made)
    if before != after:
        audit.record(actor=actor, verb="device.keys", obj=device, changes={"keys": (before, after)})
    keep_answer(device)
    return device


def _labels(keys: Iterable[DeviceKey]) -> str:
    return ", ".join(f"{key.label} ({key.get_does_display()})" for key in keys)


def _shown(target: Target) -> str:
    return target.dialable.display_name if target.dialable else display(target.external)
