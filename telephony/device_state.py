"""Whether a phone has its settings, and if not, why: checks in the order in which things go wrong. Only what was
measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _

from telephony.models import Device, ProvisioningAnswer, ProvisioningEvent
from telephony.phone_steps import (
    app_steps,
    find_us_steps,
    log_in_steps,
    log_on_steps,
    restart_steps,
    wrong_model_steps,
    wrong_phone_steps,
)
from telephony.provisioning.catalogue import Model
from telephony.registrations import Registration


@dataclass(frozen=True, slots=True)
class State:
    """One word for a list, one sentence for the page of the phone itself."""

    kind: Literal["good", "warn", "off"]
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be so, what was seen of it, and if it is not so what to do at this model."""

    fine: bool
    title: str
    detail: str
    steps: tuple[str, ...] = ()


def state_of(
    fetched: ProvisioningEvent | None,
    answer: ProvisioningAnswer | None,
    registration: Registration | None,
    *,
    registrar: bool,
    model: Model,
) -> State:
    """From the last time the phone had its settings, what it would get now, and whether it is logged in; without a
    `registrar` nobody knows the last. An app fetches once, and a phone that is set by hand never.
    """
    app = model.is_app
    newest = answer is None or fetched is None or fetched.etag == answer.etag
    if registration is not None:
        there = _("The phone is logged in: it rings and can call.")
        return State("good", _("Registered"), there if newest else f"{there} {_follows(app=app)}")
    if not model.provisioned:
        word = _("Not registered") if registrar else _("Set by hand")
        return State("off", word, _("Type in the values beside. It is green as soon as it is logged in."))
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
        steps = log_on_steps(device.model, server=_server(device))
        why = _("it is not logged in: look at the network and the router")
        found.append(Check(False, _("Registered"), why, tuple(steps)))
    return _first_cause(found)


def _first_cause(found: Sequence[Check]) -> list[Check]:
    """What comes after the first fault often follows from it, so only that one tells what to do."""
    first = next((place for place, check in enumerate(found) if not check.fine), None)
    return [check if place == first else replace(check, steps=()) for place, check in enumerate(found)]


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
            () if events else tuple(_first_steps(device)),
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
            tuple(log_in_steps(device.model)) if refused else (),
        )
    )
    if fetched is None:
        return found
    if fetched.agent_model:
        same = device.model.is_named(fetched.agent_model)
        says = _("the phone says %(model)s") % {"model": fetched.agent_model}
        steps = () if same else tuple(wrong_model_steps(fetched.agent_model))
        found.append(Check(same, _("Right model"), says, steps))
    if fetched.agent_mac:
        same = fetched.agent_mac == device.mac
        found.append(
            Check(
                same,
                _("Right phone"),
                _("its MAC address fits") if same else _("another phone uses this login"),
                () if same else tuple(wrong_phone_steps()),
            )
        )
    current = answer is not None and fetched.etag == answer.etag
    found.append(
        Check(
            current,
            _("Newest settings"),
            _("fetched") if current else _("it fetches them by itself, at night at the latest"),
            () if current else tuple(_renew_steps(device)),
        )
    )
    return found


def _first_steps(device: Device) -> list[str]:
    return app_steps(device.model) if device.model.is_app else find_us_steps(device.model)


def _renew_steps(device: Device) -> list[str]:
    return app_steps(device.model) if device.model.is_app else restart_steps(device.model)


def _server(device: Device) -> str:
    """Where the phone logs in, as a firewall is told."""
    encrypted = settings.SIP_TRANSPORT == "tls"
    if encrypted and not device.model.tls:
        return f"{settings.SIP_SERVER}, UDP {settings.SIP_PLAIN_PORT}"
    return f"{settings.SIP_SERVER}, {'TCP' if encrypted else settings.SIP_TRANSPORT.upper()} {settings.SIP_PORT}"


def alg_words(device: Device) -> str:
    """What can be said of SIP ALG, which nobody can measure: a router that changes what phones say, and breaks it."""
    if settings.SIP_TRANSPORT == "tls" and device.model.tls:
        return _("SIP ALG of the router cannot disturb this phone: what it says is encrypted.")
    return _("This we cannot measure: SIP ALG is switched off in the router.")


def advice(device: Device) -> str:
    """What is said of the router of every phone."""
    return f"{alg_words(device)} {_('An IP-VPN keeps calls apart from the internet, and is advised.')}"
