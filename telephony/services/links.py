"""One-time links for phones that have no login yet."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from portal.lib.crypto import generate_password
from telephony import device_rules
from telephony.models import Device, ProvisioningAnswer
from telephony.provisioning.first_contact import LASTS_HOURS, TOKEN_LENGTH, hashed


@dataclass(frozen=True, slots=True)
class NewLink:
    """A device with the token of its link, which can be shown now and never again."""

    device: Device
    token: str
    until: dt.datetime


@transaction.atomic
def make_link(*, actor: Actor, device: Device) -> NewLink:
    """Make a link by which the device fetches its settings once; an earlier one opens nothing any more."""
    device_rules.fetches_settings(device.model)
    token = generate_password(TOKEN_LENGTH)
    until = timezone.now() + dt.timedelta(hours=LASTS_HOURS)
    changed = ProvisioningAnswer.objects.filter(device=device).update(token_hash=hashed(token), token_until=until)
    if not changed:
        raise Refusal("nothing_to_fetch", _("Give this phone a line first: there is nothing to fetch yet."))
    audit.record(actor=actor, verb="device.link", obj=device)
    return NewLink(device, token, until)


def spend_links(hashes: set[str]) -> None:
    """Forget the links that were used; the memory of the gate has kept them shut until now."""
    ProvisioningAnswer.objects.filter(token_hash__in=hashes).update(token_hash=None, token_until=None)
