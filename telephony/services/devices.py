"""Desk phones: made for a line, given a new password, released."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from portal.lib.crypto import generate_password
from telephony import device_rules, vault
from telephony.models import Device, DeviceLine, Line
from telephony.services.provisioning import keep_answer
from telephony.services.turns import take_device, take_dialables, take_lines


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device with its provisioning password, which can be shown now and never again."""

    device: Device
    password: str


@transaction.atomic
def create_device(
    *,
    actor: Actor,
    customer: Customer,
    model_code: str,
    mac: str,
    lines: Sequence[Line],
    typed: str = "",
    password: str | None = None,
) -> NewDevice:
    """Make a phone or app for one or more lines. `mac` in any spelling; a generic phone may go without, an app has none.

    It gets the `typed` provisioning password or one that is made here; `password` is for known demonstration phones.
    """
    model = device_rules.model_is_known(model_code)
    device_rules.lines_are_some_and_once(lines)
    device_rules.model_has_room(model, len(lines))
    stored = device_rules.mac_is_usable(mac) if model.has_mac or (mac and not model.is_app) else None
    if typed:
        device_rules.logs_in(model, field="password")
        device_rules.password_fits(model, typed)
    secret = password or typed or generate_password()
    take_to_carry(lines)
    try:
        with transaction.atomic():
            device = Device.objects.create(
                customer=customer,
                model_code=model.code,
                mac=stored,
                login=f"{customer.reference}-{stored or generate_password(12).lower()}",
                password=vault.encrypt(secret),
                admin_password=vault.encrypt(generate_password()),
                password_made_at=timezone.now(),
            )
    except IntegrityError as error:
        raise _mac_taken(error) from error
    _carry(device, lines)
    audit.record(actor=actor, verb="device.create", obj=device, changes={"lines": (None, _names(lines))})
    keep_answer(device)
    return NewDevice(device, secret)


@transaction.atomic
def change_device_lines(*, actor: Actor, device: Device, lines: Sequence[Line]) -> Device:
    """Let a phone carry these lines, in the order of its keys."""
    device_rules.lines_are_some_and_once(lines)
    device_rules.model_has_room(device.model, len(lines))
    take_to_carry(lines)
    take_device(device)
    device_rules.keys_have_room(device.model, lines=len(lines), keys=device.keys.count())
    before = _names([key.line for key in device.device_lines.select_related("line__dialable")])
    device.device_lines.all().delete()
    _carry(device, lines)
    if before != _names(lines):
        audit.record(actor=actor, verb="device.change", obj=device, changes={"lines": (before, _names(lines))})
    keep_answer(device)
    return device


@transaction.atomic
def release_device(*, actor: Actor, device: Device) -> None:
    """Remove a phone: its login opens nothing any more and its MAC address comes free."""
    take_device(device)
    audit.record(actor=actor, verb="device.release", obj=device)
    device.delete()


def take_to_carry(lines: Collection[Line]) -> None:
    """Wait until nobody else changes what a phone tells of these lines: it does not carry them yet, so they know nothing
    of it.
    """
    take_lines(lines)
    take_dialables(line.dialable for line in lines)


def _carry(device: Device, lines: Sequence[Line]) -> None:
    DeviceLine.objects.bulk_create(
        DeviceLine(customer_id=device.customer_id, device=device, line=line, position=position)
        for position, line in enumerate(lines, start=1)
    )


def _names(lines: Sequence[Line]) -> str:
    return ", ".join(str(line) for line in lines)


def _mac_taken(error: IntegrityError) -> Refusal:
    # Who has it, another customer perhaps, is not told; anything but a taken address is a defect.
    if "mac" not in str(error) or "unique" not in str(error).lower():
        raise error
    return device_rules.mac_taken()
