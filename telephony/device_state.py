"""Whether a phone has its settings, and if not, why: checks in the order in which things go wrong. Only what was
measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from telephony.models import Device, ProvisioningAnswer, ProvisioningEvent
from telephony.registrations import Registration


@dataclass(frozen=True, slots=True)
class State:
    """One word for a list, one sentence for the page of the phone itself."""

    kind: Literal["good", "warn", "off"]
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be so, and what was seen of it."""

    fine: bool
    title: str
    detail: str


def state_of(
    fetched: ProvisioningEvent | None,
    answer: ProvisioningAnswer | None,
    registration: Registration | None,
    *,
    registrar: bool,
    app: bool = False,
) -> State:
    """From the last time the phone had its settings, what it would get now, and whether it is logged in; without a
    `registrar` nobody knows the last. An `app` fetches once.
    """
    newest = answer is None or fetched is None or fetched.etag == answer.etag
    if registration is not None:
        there = _("The phone is logged in: it rings and can call.")
        return State("good", _("Registered"), there if newest else f"{there} {_follows(app=app)}")
    if answer is None:
        return State("off", _("No settings"), _("Nothing is ready for this phone. Give it a line."))
    if fetched is None:
        return State("off", _("Never asked"), _asks(app=app))
    if fetched.etag != answer.etag:
        return State("warn", _("To follow"), _follows(app=app))
    if registrar:
        why = _("The phone has the newest settings, but it is not logged in: it neither rings nor calls.")
        return State("warn", _("Not registered"), why)
    return State("good", _("Up to date"), _("The phone has the newest settings."))


def _asks(*, app: bool) -> str:
    if app:
        return _("This app has not fetched its settings yet. Make a code and scan it.")
    return _("This phone has not asked for its settings yet. Type in the values beside.")


def _follows(*, app: bool) -> str:
    if app:
        return _("Something changed, and an app fetches its settings once. Make a new code and scan it.")
    return _("Something changed. The phone fetches it by itself, at night at the latest, or after a restart.")


def checks_of(
    device: Device,
    events: Sequence[ProvisioningEvent],
    fetched: ProvisioningEvent | None,
    answer: ProvisioningAnswer | None,
    registration: Registration | None,
    *,
    registrar: bool,
) -> list[Check]:
    """In this order: does it carry a line, did it find us, does its password fit, is it the right one, is it up to
    date, is it logged in.
    """
    found = _provisioning_checks(device, events, fetched, answer)
    if registration is not None:
        found.append(Check(True, _("Registered"), _("from %(address)s") % {"address": registration.address}))
    elif registrar:
        found.append(Check(False, _("Registered"), _("it is not logged in: look at the network and the router")))
    return found


def _provisioning_checks(
    device: Device,
    events: Sequence[ProvisioningEvent],
    fetched: ProvisioningEvent | None,
    answer: ProvisioningAnswer | None,
) -> list[Check]:
    lines = ", ".join(str(key.line) for key in device.device_lines.all())
    found = [Check(bool(lines), _("Carries a line"), lines or _("choose a line for this phone"))]
    if not device.model.provisioned:
        return found
    found.append(
        Check(
            bool(events),
            _("Found us"),
            _("it asked for its settings") if events else _("check its address and network"),
        )
    )
    if not events:
        return found
    refused = events[0].outcome in (ProvisioningEvent.Outcome.REFUSED, ProvisioningEvent.Outcome.FOREIGN)
    found.append(
        Check(
            not refused,
            _("User name and password fit"),
            _("the last try was refused: make a new password and type it in") if refused else _("right the last time"),
        )
    )
    if fetched is None:
        return found
    if fetched.agent_model:
        same = device.model.is_named(fetched.agent_model)
        found.append(Check(same, _("Right model"), _("the phone says %(model)s") % {"model": fetched.agent_model}))
    if fetched.agent_mac:
        same = fetched.agent_mac == device.mac
        found.append(
            Check(same, _("Right phone"), _("its MAC address fits") if same else _("another phone uses this login"))
        )
    current = answer is not None and fetched.etag == answer.etag
    found.append(
        Check(
            current,
            _("Newest settings"),
            _("fetched") if current else _("it fetches them by itself, at night at the latest"),
        )
    )
    return found
