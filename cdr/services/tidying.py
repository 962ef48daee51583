"""What time does to files of calls: they expire, workers die, and nothing of it stays on the disk."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from celery import signature
from django.db.models import Q

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import queue
from cdr.models import Export
from cdr.services.exports import fail_export, folder, path_of
from cdr.services.reports import due

_MAKE = signature("cdr.tasks.make_export")  # by name: tasks know services and not the other way round
_TIDY = signature("cdr.tasks.tidy_exports")
SILENT = timedelta(minutes=10)  # a worker says every second or two that it is there
MOST_ATTEMPTS = 3
REMEMBERED = timedelta(days=90)  # that there was a file, after it went
STRAY_SECONDS = 86_400.0
State = Export.State


def customers_with_work(now: datetime) -> list[int]:
    """Customers of whom a file expired, a worker fell silent, or a report is due."""
    with crossing(Crossing.EXPORTS):
        files = Export.objects.filter(_expired(now) | _silent(now)).values_list("customer_id", flat=True)
        return sorted({*files, *due(now).values_list("customer_id", flat=True)})


def customers_with_files() -> list[int]:
    """Customers who have a folder, whatever is in it."""
    found = folder()
    return sorted(int(each.name) for each in found.iterdir() if each.name.isdecimal()) if found.is_dir() else []


def queue_tidying(customers: list[int]) -> None:
    """One task a customer."""
    for customer in customers:
        queue(_TIDY, customer, actor=system(door=Door.TASK))


def _expired(now: datetime) -> Q:
    return Q(state=State.DONE, expires_at__lte=now)


def _silent(now: datetime) -> Q:
    return Q(state__in=(State.QUEUED, State.RUNNING), seen_at__lt=now - SILENT)


def tidy(*, customer: Customer, now: datetime) -> int:
    """Throw away what expired, and take up what a dead worker or a lost message left. Run twice, the second does nothing."""
    with tenant(customer):
        expired = list(Export.objects.filter(_expired(now)))
        silent = list(Export.objects.filter(_silent(now)))
        Export.objects.filter(created_at__lt=now - REMEMBERED).exclude(state=State.DONE).delete()
    for export in expired:
        path_of(export).unlink(missing_ok=True)
        with tenant(customer):
            Export.objects.filter(pk=export.pk).update(state=State.EXPIRED, file="")
    for export in silent:
        _take_up(customer, export, now)
    return len(expired) + len(silent) + _sweep(customer)


def _take_up(customer: Customer, export: Export, now: datetime) -> None:
    if export.attempts >= MOST_ATTEMPTS:
        fail_export(export=export, problem=Export.Problem.INTERRUPTED, actor=system(customer))
        return
    with tenant(customer):
        Export.objects.filter(pk=export.pk).update(seen_at=now)
        queue(_MAKE, customer.pk, export.pk, actor=system(customer))


def _sweep(customer: Customer) -> int:
    """Files that belong to nothing any more: of users who are gone, or half written by a worker that never came back."""
    with tenant(customer):
        known = {path_of(export) for export in Export.objects.filter(state=State.DONE)}
    stray = [file for file in _files(customer) if file not in known and _age(file) > STRAY_SECONDS]
    for file in stray:
        file.unlink(missing_ok=True)
    return len(stray)


def _files(customer: Customer) -> list[Path]:
    place = folder() / str(customer.pk)
    return sorted(place.iterdir()) if place.is_dir() else []


def _age(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return 0
