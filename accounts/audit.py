"""Writing the audit trail: one entry a service call, in the same transaction as the change."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from accounts.access import Actor
from accounts.models import AuditEntry
from accounts.tenancy import Crossing, crossing, open_customer

Change = tuple[object, object]


def snapshot(obj: models.Model, fields: Iterable[str]) -> dict[str, object]:
    """The values of ``fields`` as they are now, to compare with later."""
    return {name: getattr(obj, name) for name in fields}


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Change]:
    """What differs: field -> (before, after)."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def record(
    *,
    actor: Actor,
    verb: str,
    obj: models.Model,
    changes: Mapping[str, Change] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry about ``obj``. ``verb`` is a stable code such as ``line.forward``; values of secrets must never be passed."""
    customer_id = obj.pk if obj._meta.label == "accounts.Customer" else getattr(obj, "customer_id", None)
    entry = AuditEntry(
        customer_id=customer_id,
        user=actor.user,
        user_name=actor.name,
        door=actor.door,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=obj.pk if isinstance(obj.pk, int) else None,
        object_name=str(obj)[:255],
        changes={name: [_plain(before), _plain(after)] for name, (before, after) in (changes or {}).items()},
        note=note,
    )
    if customer_id is not None and customer_id == open_customer():
        entry.save(force_insert=True)
    else:
        with crossing(Crossing.PLATFORM_AUDIT):
            entry.save(force_insert=True)
    return entry


def _plain(value: object) -> Any:
    """A value as the trail keeps it: JSON's own kinds as they are, everything else as people would read it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal | dt.date | dt.time | dt.datetime):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
