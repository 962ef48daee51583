"""Phones announced to the service of their maker, so that a factory-new one finds us by itself."""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from telephony import vault
from telephony.models import Device
from telephony.provisioning.redirect import SERVICES, Announced, Announcement


def announce_device(*, actor: Actor, device: Device) -> None:
    """Tell the maker where this phone is to ask, and with which login."""
    service = SERVICES.get(device.model.vendor)
    if service is None or not device.mac:
        raise Refusal("no_redirect_service", _("The maker of this device has no service that sends phones to us."))
    announcement = Announcement(device.mac, settings.PROVISIONING_URL, device.login, vault.decrypt(device.password))
    if service.announce(announcement) is Announced.NOT_CONFIGURED:
        message = _("%(name)s is not configured, so the phone does not find us by itself.") % {"name": service.name}
        raise Refusal("redirect_not_configured", message)
    audit.record(actor=actor, verb="device.announce", obj=device)
