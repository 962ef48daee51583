"""With what a device gets in, as it is told once: an address, a user name and a password, or a link that works once; of a
phone that is set by hand the SIP values.
"""

from dataclasses import dataclass

from django.conf import settings

from telephony.models import Device
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.first_contact import code_for, link_for, typed_address
from telephony.provisioning.render import own_address
from telephony.services import VOICEMAIL, NewDevice, NewLink


@dataclass(frozen=True, slots=True)
class SipValues:
    """What somebody types into a phone that fetches nothing. The secret of a line is shown where it is made."""

    server: str
    port: int
    transport: str
    users: tuple[str, ...]
    voicemail: str


@dataclass(frozen=True, slots=True)
class Access:
    """`url` is where the settings stand, `typed` what goes into the phone as its address. All are empty for a phone that
    is set by hand, and only of that one `sip` is told.
    """

    url: str
    typed: str
    username: str
    password: str
    sip: SipValues | None = None


def typed_for(device: Device, password: str) -> str:
    """What people type into this device as its address."""
    return typed_address(device.model.vendor, base=settings.PROVISIONING_URL, login=device.login, password=password)


def access_of(made: NewDevice) -> Access:
    """For a phone that logs in, or is set by hand."""
    device = made.device
    if not device.model.provisioned:
        return Access("", "", "", "", sip_of(device))
    url = own_address(device.model.vendor, base=settings.PROVISIONING_URL, mac=device.mac or "")
    return Access(url, typed_for(device, made.password) if url else "", device.login, made.password)


def sip_of(device: Device) -> SipValues:
    """For a device and its lines, in their order."""
    users = tuple(key.line.sip_user for key in device.device_lines.select_related("line").order_by("position"))
    return SipValues(settings.SIP_SERVER, settings.SIP_PORT, settings.SIP_TRANSPORT, users, VOICEMAIL)


def access_by_link(made: NewLink) -> Access:
    """For a device that has no login yet: its address works once. Acrobits asks for a name and a one-time password."""
    device, vendor = made.device, made.device.model.vendor
    url = link_for(vendor, base=settings.PROVISIONING_URL, token=made.token)
    named = vendor is Vendor.ACROBITS
    return Access(url, url, device.login if named else "", made.token if named else "")


def code_of(made: NewLink) -> str | None:
    """What the QR code of a link says; None for an app whose maker does not know this provider."""
    return code_for(
        made.device.model.vendor,
        base=settings.PROVISIONING_URL,
        login=made.device.login,
        token=made.token,
        zoiper_provider=settings.ZOIPER_PROVIDER_ID,
        acrobits_cloud=settings.ACROBITS_CLOUD_ID,
    )
