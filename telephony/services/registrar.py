"""What the registrar knows of each line, and what it does for us."""

import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import vault
from telephony.models import Device, Line
from telephony.provisioning import digest
from telephony.provisioning.render import resync
from telephony.registrations import of_device, registrations

_CHANGE = """UPDATE sip.subscriber SET username = %s, domain = %s, ha1 = %s, ha1_previous = NULL, previous_until = NULL
WHERE line_id = %s"""
_KEEP = "UPDATE sip.subscriber SET ha1_previous = %s, previous_until = %s WHERE line_id = %s"
_SHORTEN = "UPDATE sip.subscriber SET previous_until = %s WHERE line_id = ANY(%s) AND previous_until > %s"
_ADD = "INSERT INTO sip.subscriber (username, domain, ha1, line_id, customer_id) VALUES (%s, %s, %s, %s, %s)"
TIMEOUT = 4  # seconds


def keep_accounts(lines: Sequence[Line]) -> None:
    """Let the registrar know these lines by their present secrets. The account of a line goes with the line."""
    with connection.cursor() as cursor:
        for line in lines:
            ha1 = digest.ha1(line.sip_user, vault.decrypt(line.sip_secret), realm=settings.SIP_SERVER)
            cursor.execute(_CHANGE, [line.sip_user, settings.SIP_SERVER, ha1, line.pk])
            if cursor.rowcount == 0:
                cursor.execute(_ADD, [line.sip_user, settings.SIP_SERVER, ha1, line.pk, line.customer_id])


def keep_all_accounts() -> int:
    """Write the accounts of every line again, for an installation from before the registrar, or after SIP_SERVER changed."""
    written = 0
    for customer in Customer.objects.order_by("pk"):
        with tenant(customer), transaction.atomic():
            lines = list(Line.objects.all())
            keep_accounts(lines)
            written += len(lines)
    return written


def ask_to_fetch(*, actor: Actor, device: Device) -> None:
    """Ask a phone that is logged in to fetch its settings now (NOTIFY check-sync). Refusal when nobody can ask it."""
    if not settings.REGISTRAR_RPC_URL:
        raise Refusal(
            "registrar_not_configured",
            _("This installation cannot reach phones: its registrar is not configured. Restart the phone instead."),
        )
    lines = [key.line for key in device.device_lines.all()]
    found = of_device(device, registrations(lines))
    if found is None:
        raise Refusal("not_registered", _("This phone is not logged in, so nothing reaches it. Restart it instead."))
    line = next(line for line in lines if line.pk == found.line_id)
    event = resync(device.model.vendor)
    address = f"sip:{line.sip_user}@{settings.SIP_SERVER}"
    headers = f"From: <{address}>\r\nTo: <{address}>\r\nEvent: {event}\r\nContact: <sip:{settings.SIP_SERVER}>\r\n"
    _call("tm.t_uac_start", ["NOTIFY", found.contact, found.target, ".", headers, ""])
    audit.record(actor=actor, verb="device.ask_to_fetch", obj=device)


def _call(method: str, params: Sequence[str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}).encode()
    request = urllib.request.Request(  # noqa: S310 - the operator's own setting
        settings.REGISTRAR_RPC_URL, data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310 - as above
            answer = json.load(response)
    except (OSError, ValueError) as error:
        raise Refusal(
            "registrar_silent", _("The registrar does not answer. Try again in a minute, or restart the phone.")
        ) from error
    if "error" in answer:
        raise Refusal("registrar_refused", _("The registrar could not reach this phone. Restart the phone instead."))


def keep_previous(line: Line, secret: str, until: dt.datetime) -> None:
    """Let the secret that a line had before open as well, until then."""
    ha1 = digest.ha1(line.sip_user, secret, realm=settings.SIP_SERVER)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [ha1, until, line.pk])


def shorten_previous(lines: Iterable[int], until: dt.datetime) -> None:
    """Let what these lines (by their ids) had before end at this moment, if it would last longer."""
    with connection.cursor() as cursor:
        cursor.execute(_SHORTEN, [until, list(lines), until])
