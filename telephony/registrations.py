"""Which phones are logged in at the registrar, as its table of contacts says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from telephony.models import Device, Line
from telephony.provisioning.agents import read_user_agent

_READ = """SELECT line_id, contact, received, user_agent, coalesce(instance, ''), registered_at, expires_at
FROM sip.registration WHERE line_id = ANY(%s) ORDER BY registered_at DESC"""
_HOST = re.compile(r"sips?:(?:[^@;>]*@)?(\[[^\]]+\]|[^:;>]+)")
_INSTANCE_MAC = re.compile(r"-([0-9a-f]{12})>?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Registration:
    """A phone that is logged in for a line: `contact` is where it is reached, `agent` what it calls itself."""

    line_id: int
    contact: str
    target: str  # the address it came from where that is another one (NAT), else "."
    address: str
    agent: str
    mac: str  # empty where it does not say
    model: str
    registered_at: datetime
    expires_at: datetime


def registrations(lines: Iterable[Line]) -> dict[int, list[Registration]]:
    """Who is logged in for each of these lines, the latest first, by the line's id."""
    found: dict[int, list[Registration]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, [[line.pk for line in lines]])
        for line_id, contact, received, agent, instance, registered_at, expires_at in cursor.fetchall():
            says = read_user_agent(agent)
            by_instance = _INSTANCE_MAC.search(instance)
            mac = says.mac or (by_instance.group(1).lower() if by_instance else "")
            address = host_of(received or contact)
            row = Registration(
                line_id, contact, received or ".", address, agent, mac, says.model, registered_at, expires_at
            )
            found.setdefault(line_id, []).append(row)
    return found


def host_of(uri: str) -> str:
    """The host of a SIP address."""
    match = _HOST.search(uri)
    return match.group(1).strip("[]") if match else ""


def of_device(device: Device, found: Mapping[int, Sequence[Registration]]) -> Registration | None:
    """The latest registration that this phone can have made: one that names another phone, or another model, is not its own."""
    possible = [
        each for key in device.device_lines.all() for each in found.get(key.line_id, ()) if _may_be(each, device)
    ]
    return max(possible, key=lambda each: (each.mac == device.mac, each.registered_at), default=None)


def _may_be(registration: Registration, device: Device) -> bool:
    if registration.mac and device.mac:
        return registration.mac == device.mac
    if registration.model and device.model.provisioned:
        return device.model.is_named(registration.model)
    return True
