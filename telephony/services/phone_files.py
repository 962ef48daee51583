"""Files that phones send: logs, and what people set on the phone itself."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.tenancy import tenant
from telephony.models import Device, KeptSettings, PhoneFile, ProvisioningAnswer
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.gate import Sent
from telephony.provisioning.render import gives_back
from telephony.services.events import without_stored

KEPT_OF_A_NAME: Final = 3
KEPT_OF_A_DEVICE: Final = 12
SAME_FILE: Final = ("device_id", "name", "at", "size")


def store_sent(files: Sequence[Sent], *, again: bool = False) -> int:
    """Keep what phones sent, the newest few of each name; names that no device has are dropped. Returns how many were
    found; `again` leaves out those that were kept before.
    """
    answers = ProvisioningAnswer.objects.filter(login__in={sent.name for sent in files})
    owners = {
        login: (customer, device)
        for login, customer, device in answers.values_list("login", "customer_id", "device_id")
    }
    by_customer: defaultdict[int, list[PhoneFile]] = defaultdict(list)
    for sent in files:
        if sent.name in owners:
            customer_id, device_id = owners[sent.name]
            by_customer[customer_id].append(_row(sent, customer_id, device_id))
    for customer_id, rows in by_customer.items():
        with tenant(customer_id):
            wanted = {row.device_id for row in rows}
            present = set(Device.objects.filter(pk__in=wanted).values_list("pk", flat=True))
            new = without_stored(rows, SAME_FILE) if again else rows
            PhoneFile.objects.bulk_create(row for row in new if row.device_id in present)
            _keep(row for row in new if row.device_id in present)
            for device_id in present:
                _tidy(device_id)
    return sum(len(rows) for rows in by_customer.values())


def _keep(rows: Iterable[PhoneFile]) -> None:
    """What the phone will ask for again, the latest of each name."""
    vendors: dict[int, Vendor] = {}
    for row in sorted(rows, key=lambda each: each.at):
        vendor = vendors.setdefault(row.device_id, row.device.model.vendor)
        if gives_back(vendor, row.name):
            defaults = {"customer_id": row.customer_id, "body": row.body}
            KeptSettings.objects.update_or_create(device_id=row.device_id, name=row.name, defaults=defaults)


@transaction.atomic
def forget_kept_settings(*, actor: Actor, device: Device) -> None:
    """Give a phone nothing back any more of what was set on it; its files stay on its page until they are too old."""
    if KeptSettings.objects.filter(device=device).delete()[0]:
        audit.record(actor=actor, verb="device.forget_settings", obj=device)


def _tidy(device_id: int) -> None:
    names: Counter[str] = Counter()
    kept: list[int] = []
    for pk, name in PhoneFile.objects.filter(device_id=device_id).values_list("pk", "name"):
        names[name] += 1
        if names[name] <= KEPT_OF_A_NAME and len(kept) < KEPT_OF_A_DEVICE:
            kept.append(pk)
    PhoneFile.objects.filter(device_id=device_id).exclude(pk__in=kept).delete()


def _row(sent: Sent, customer_id: int, device_id: int) -> PhoneFile:
    at = dt.datetime.fromtimestamp(sent.at, dt.UTC)
    return PhoneFile(
        customer_id=customer_id, device_id=device_id, name=sent.file, at=at, size=sent.size, body=sent.body
    )
