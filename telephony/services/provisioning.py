"""What phones are answered, made when something changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony import selectors, vault
from telephony.models import Device, Line, ProvisioningAnswer
from telephony.provisioning import digest
from telephony.provisioning.catalogue import Model
from telephony.provisioning.config import DeviceConfig, Does, Key, LineAccount, Registrar, Transport
from telephony.provisioning.render import render
from telephony.provisioning.vendors.base import Unrenderable
from telephony.services.dialling import dialled
from telephony.services.phone_books import keep_book

VOICEMAIL = "1233"  # what people dial to listen
NTP_SERVERS = ("0.nl.pool.ntp.org", "1.nl.pool.ntp.org")


def keep_answer(device: Device) -> bool:
    """Render what the device is answered and keep it; True when that differs from before. Runs in the change's own
    transaction.
    """
    device = selectors.devices().get(pk=device.pk)
    before = selectors.answer_of(device)
    keys = list(device.device_lines.all())
    ready = device.model.is_app or (device.model.provisioned and device.mac is not None)
    if not ready or not keys:
        if before is not None:
            before.delete()
        return before is not None
    password = vault.decrypt(device.password)
    try:
        rendered = render(_config(device, [key.line for key in keys], password))
    except Unrenderable as error:
        message = _("The phone cannot show this: %(reason)s. Change the name of the line.")
        raise Refusal("not_renderable", message % {"reason": error}) from error
    _put(
        device,
        before,
        login=device.login,
        mac=device.mac,
        vendor=device.model.vendor.value,
        basic_allowed=device.model.basic_allowed,
        ha1=vault.encrypt(digest.ha1(device.login, password)),
        body=vault.encrypt(rendered.body.decode()),
        content_type=rendered.content_type,
        etag=rendered.etag,
        rendered_at=timezone.now(),
    )
    keep_book(device.customer_id)
    return before is None or before.etag != rendered.etag


def keep_answers_of(*, lines: Sequence[Line] = (), devices: Iterable[Device] = ()) -> int:
    """Bring the answers of all devices of these lines up to date; returns how many phones have something new to
    fetch.
    """
    affected = {device.pk: device for device in selectors.devices_of(lines)} | {device.pk: device for device in devices}
    return sum(keep_answer(device) for device in affected.values())


def _put(device: Device, before: ProvisioningAnswer | None, **fields: Any) -> None:
    """These columns alone: links and passwords that are being replaced stand in others, and may change meanwhile."""
    if before is None or not ProvisioningAnswer.objects.filter(pk=before.pk).update(**fields):
        ProvisioningAnswer.objects.create(device=device, customer_id=device.customer_id, **fields)


def _config(device: Device, lines: Sequence[Line], password: str) -> DeviceConfig:
    return DeviceConfig(
        model=device.model,
        mac=device.mac or "",
        registrar=_registrar(device.model),
        ntp_servers=NTP_SERVERS,
        lines=tuple(_account(line) for line in lines),
        admin_password=vault.decrypt(device.admin_password),
        provisioning_url=settings.PROVISIONING_URL,
        provisioning_login=device.login,
        provisioning_password=password,
        voicemail=VOICEMAIL,
        keys=_keys(device, room=max(0, device.model.keys - len(lines))),
    )


def _keys(device: Device, *, room: int) -> tuple[Key, ...]:
    """As many as there is room for: a phone that carries more lines than before has fewer other keys."""
    if not room:
        return ()
    found = [Key(Does(key.does), dialled(key.target), key.label) for key in selectors.keys_of(device)[:room]]
    return tuple(key for key in found if key.value)


def _registrar(model: Model) -> Registrar:
    """The platform's SIP server, as far as the model can reach it: old phones know no TLS."""
    transport = Transport(settings.SIP_TRANSPORT)
    if transport is Transport.TLS and not model.tls:
        return Registrar(settings.SIP_SERVER, settings.SIP_PLAIN_PORT, Transport.UDP)
    return Registrar(settings.SIP_SERVER, settings.SIP_PORT, transport)


def _account(line: Line) -> LineAccount:
    dialable = line.dialable
    return LineAccount(
        label=dialable.extension or dialable.display_name,
        display_name=dialable.display_name,
        sip_user=line.sip_user,
        sip_secret=vault.decrypt(line.sip_secret),
        hide_caller_id=line.hide_caller_id,
        call_waiting=line.call_waiting,
        forward_always=_by_the_phone(line),
    )


def _by_the_phone(line: Line) -> str:
    """What the phone itself forwards to; a forward that ends by itself is left to the exchange, which knows the time."""
    if not line.forward_always or line.forward_until is not None or line.forward_to is None:
        return ""
    return dialled(line.forward_to)
