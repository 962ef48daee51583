"""Schedules and holidays as calendar files: download one, or read one into a form that nobody has saved yet."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed
from telephony.calendars.lines import LARGEST
from telephony.calendars.merge import merge
from telephony.calendars.read import Calendared
from telephony.schedule_words import row_in_words
from telephony.views.schedule_kinds import Filled, kind_or_404
from telephony.views.schedules import show_sheet

CALENDAR: Final = "text/calendar; charset=utf-8"
INSTEAD: Final = "instead"


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def schedule_calendar(_request: CustomerRequest, what: str, pk: int) -> HttpResponse:
    """One as a file for a calendar."""
    known = kind_or_404(what)
    found = get_object_or_404(known.all(), pk=pk)
    body = known.write(found, at=timezone.now())
    name = slugify(found.name) or what
    return HttpResponse(body, CALENDAR, headers={"Content-Disposition": f'attachment; filename="{name}.ics"'})


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def schedule_import(request: CustomerRequest, what: str) -> HttpResponse:
    """What a calendar brings, in the forms of a new one."""
    known = kind_or_404(what)
    brought = _brought(request, known)
    if brought is None:
        return redirect("telephony:schedules")
    sheet = known.sheet(Filled(brought.name, brought.rows), None)
    return show_sheet(request, known, None, sheet, skipped=brought.skipped, from_file=True)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def schedule_into(request: CustomerRequest, what: str, pk: int) -> HttpResponse:
    """What a calendar brings to one that is there, in its forms, with what would change when they are saved."""
    known = kind_or_404(what)
    found = get_object_or_404(known.all(), pk=pk)
    brought = _brought(request, known)
    if brought is None:
        return redirect("telephony:schedule", what, pk)
    today, stored = timezone.localdate(), known.stored(found)
    merged = merge(stored.rows, brought.rows, instead=request.POST.get("how") == INSTEAD, today=today)
    change = [(True, row_in_words(row, today)) for row in merged.added]
    change += [(False, row_in_words(row, today)) for row in merged.gone]
    sheet = known.sheet(replace(stored, rows=merged.rows), None)
    return show_sheet(request, known, found, sheet, skipped=brought.skipped, from_file=True, change=change)


def _brought(request: CustomerRequest, known: Any) -> Calendared[Any] | None:
    """What stands in the file that is sent; None, and said why, when there is none or it is no calendar."""
    given = request.FILES.get("file")
    if given is None:
        failed(request, _("Choose a file first."))
        return None
    try:
        found: Calendared[Any] = known.read(given.read(LARGEST + 1), today=timezone.localdate())
    except Refusal as refusal:
        failed(request, refusal.message)
        return None
    return found
