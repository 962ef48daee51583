"""New passwords and secrets while phones still know the ones before: both open until the phone has the new one, or an end."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from portal.lib.crypto import generate_password
from telephony import device_rules, selectors, vault
from telephony.models import Device, Line, ProvisioningAnswer
from telephony.services.devices import NewDevice
from telephony.services.provisioning import keep_answer, keep_answers_of
from telephony.services.registrar import keep_accounts, keep_previous, shorten_previous
from telephony.services.turns import take_device

NO_OVERLAP: Final = dt.timedelta()
LONGEST_OVERLAP: Final = dt.timedelta(days=7)
# A phone logs in again within ten minutes (Registrar.expires); then it has used the secret that it fetched.
SETTLING: Final = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A line with its SIP secret, which can be shown now and never again; the one before opens until `until`."""

    line: Line
    secret: str
    until: dt.datetime | None


@transaction.atomic
def make_new_password(
    *, actor: Actor, device: Device, typed: str = "", overlap: dt.timedelta = NO_OVERLAP
) -> NewDevice:
    """Give a phone a new provisioning password, the typed one or one that is made here.

    It stands in the settings that the phone fetches next. With an overlap the one before opens until the phone used the
    new one, at most that long; without, it opens nothing from now on.
    """
    device_rules.logs_in(device.model)
    if typed:
        device_rules.password_fits(device.model, typed)
    _overlap_fits(overlap)
    take_device(device)
    answer, now = selectors.answer_of(device), timezone.now()
    if overlap and answer and answer.previous_until and answer.previous_until > now:
        message = _(
            "The phone has not used the last new password yet. Wait until it has, or let the new one hold at once."
        )
        raise Refusal("password_in_rotation", message, field="overlap")
    secret = typed or generate_password()
    device.password, device.password_made_at = vault.encrypt(secret), now
    device.save(update_fields=["password", "password_made_at"])
    keep_answer(device)
    until = now + overlap if overlap and answer else None
    ProvisioningAnswer.objects.filter(device=device).update(
        ha1_previous=answer.ha1 if answer and until else "", previous_until=until
    )
    audit.record(actor=actor, verb="device.new_password", obj=device, changes=_ends(until))
    return NewDevice(device, secret)


@transaction.atomic
def close_previous_password(*, actor: Actor, device: Device) -> None:
    """Let the password before the present one open nothing any more."""
    if ProvisioningAnswer.objects.filter(device=device, previous_until__isnull=False).update(
        ha1_previous="", previous_until=None
    ):
        audit.record(actor=actor, verb="device.close_password", obj=device)


@transaction.atomic
def make_new_secret(*, actor: Actor, line: Line, overlap: dt.timedelta = NO_OVERLAP) -> NewSecret:
    """Give a line a new SIP secret. Its phones get it with their settings; the registrar takes both for as long as the
    overlap lasts, and ends it sooner when all phones of the line have fetched.
    """
    _overlap_fits(overlap)
    before, secret = vault.decrypt(line.sip_secret), generate_password()
    line.sip_secret = vault.encrypt(secret)
    line.save(update_fields=["sip_secret"])
    keep_accounts([line])
    until = timezone.now() + overlap if overlap else None
    if until is not None:
        keep_previous(line, before, until)
    keep_answers_of(lines=[line])
    audit.record(actor=actor, verb="line.new_secret", obj=line, changes=_ends(until))
    return NewSecret(line, secret, until)


def settle(used: Mapping[int, dt.datetime], fetched: Iterable[int]) -> None:
    """End what phones have left behind: the old password of devices that logged in with the new one (`used`: when, by
    the device's id), and the old secret of lines whose phones all have their newest settings.
    """
    for device_id, at in used.items():
        ProvisioningAnswer.objects.filter(
            device_id=device_id, previous_until__isnull=False, device__password_made_at__lt=at
        ).update(ha1_previous="", previous_until=None)
    soon = timezone.now() + SETTLING
    turning = selectors.lines_with_a_previous_secret(fetched, after=soon)
    if not turning:
        return
    devices = list(selectors.devices_of(turning))
    last, answers = selectors.last_events(devices), selectors.answers(devices)
    done = {
        each.pk
        for each in devices
        if each.pk in last and each.pk in answers and last[each.pk].etag == answers[each.pk].etag
    }
    carried = {line.pk: {each.pk for each in selectors.devices_of([line])} for line in turning}
    shorten_previous([line for line, by in carried.items() if by <= done], soon)


def _overlap_fits(overlap: dt.timedelta) -> None:
    if not NO_OVERLAP <= overlap <= LONGEST_OVERLAP:
        message = _("Let the old one open for at most %(days)s days.") % {"days": LONGEST_OVERLAP.days}
        raise Refusal("overlap_too_long", message, field="overlap")


def _ends(until: dt.datetime | None) -> dict[str, tuple[object, object]]:
    return {"previous_until": (None, until)} if until else {}
