"""What phones are answered, made when something changes."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony import selectors, vault
from telephony.models import Device, DeviceKey, Line, ProvisioningAnswer
from telephony.provisioning import digest
from telephony.provisioning.catalogue import Model
from telephony.provisioning.config import DeviceConfig, Does, Key, LineAccount, Registrar, Transport
from telephony.provisioning.render import render
from telephony.provisioning.vendors.base import Unrenderable
from telephony.services.dialling import dialled
from telephony.services.phone_books import keep_book

VOICEMAIL = "1233"  # what people dial to listen
NTP_SERVERS = ("0.nl.pool.ntp.org", "1.nl.pool.ntp.org")


# What is rendered. Links and passwords that are being replaced stand in other columns.
_RENDERED = ("login", "mac", "vendor", "basic_allowed", "ha1", "body", "content_type", "etag", "rendered_at")


def keep_answer(device: Device) -> bool:
    """Render what the device is answered and keep it; True when that differs from before. Runs in the change's own
    transaction.
    """
    return keep_answers([device]) > 0


def keep_answers_of(*, lines: Sequence[Line] = (), devices: Iterable[Device] = ()) -> int:
    """Bring the answers of all devices of these lines up to date; returns how many phones have something new to
    fetch.
    """
    return keep_answers([*selectors.devices_of(lines).prefetch_related(None), *devices])


def keep_answers(devices: Iterable[Device]) -> int:
    """Render what devices of one customer are answered and keep it; returns how many have something new to fetch.

    However many they are, it takes the same few queries, and waits for changes of the same devices that are under way.
    Refusal where one cannot be rendered: then none is kept.
    """
    found = list(selectors.devices().select_for_update(no_key=True).filter(pk__in={device.pk for device in devices}))
    before = selectors.etags_ready(found)
    ready = [device for device in found if _is_ready(device)]
    keys = selectors.keys_by_device(ready)
    made = [_answer(device, keys[device.pk]) for device in ready]
    gone = before.keys() - {answer.device_id for answer in made}
    if gone:
        ProvisioningAnswer.objects.filter(device__in=gone).delete()
    if made:
        ProvisioningAnswer.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["device"], update_fields=_RENDERED
        )
        keep_book(made[0].customer_id)
    return len(gone) + sum(before.get(answer.device_id) != answer.etag for answer in made)


def _is_ready(device: Device) -> bool:
    """Whether it can be answered: it has lines, and an address or a code by which it asks."""
    asks = device.model.is_app or (device.model.provisioned and device.mac is not None)
    return asks and bool(device.device_lines.all())


def _answer(device: Device, keys: Sequence[DeviceKey]) -> ProvisioningAnswer:
    password = vault.decrypt(device.password)
    try:
        rendered = render(_config(device, password, keys))
    except Unrenderable as error:
        message = _("The phone cannot show this: %(reason)s. Change the name of the line.")
        raise Refusal("not_renderable", message % {"reason": error}) from error
    return ProvisioningAnswer(
        device=device,
        customer_id=device.customer_id,
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


def _config(device: Device, password: str, keys: Sequence[DeviceKey]) -> DeviceConfig:
    lines = [key.line for key in device.device_lines.all()]
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
        keys=_keys(keys, room=max(0, device.model.keys - len(lines))),
    )


def _keys(found: Sequence[DeviceKey], *, room: int) -> tuple[Key, ...]:
    """As many as there is room for: a phone that carries more lines than before has fewer other keys."""
    keys = (Key(Does(key.does), dialled(key.target), key.label) for key in found[:room])
    return tuple(key for key in keys if key.value)


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
