"""Turns: who changes what phones are told waits for whoever is at the same thing, so that they are told of both.

All take them in one order, so that no two wait for each other: lines, then what callers can reach, then phones, and each
kind by its id. New destinations are made before phones are taken, since two who make the same one wait as well. What
somebody else removed meanwhile is refused.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony.models import Device, Dialable, Line


def take_lines(lines: Iterable[Line]) -> None:
    """Wait until nobody else changes one of these lines, or puts it on a phone."""
    _take(Line.objects.all(), {line.pk for line in lines})


def take_dialables(dialables: Iterable[Dialable]) -> None:
    """Wait until nobody else renames or renumbers one of these, or lets a phone dial it."""
    _take(Dialable.objects.all(), {dialable.pk for dialable in dialables})


def take_device(device: Device) -> None:
    """Wait until nobody else changes what this phone is told."""
    _take(Device.objects.all(), {device.pk})


def _take(rows: QuerySet[Any], ids: set[int]) -> None:
    # No key: whoever commits a row that points here asks the database for the key, and holds a phone by then.
    found = rows.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk")
    if len(found) < len(ids):
        raise Refusal("gone", _("Somebody else just removed this. Load the page again."))
