"""Which lines a phone carries, in the order of its keys."""

from typing import Any, Final

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.ui import Choice
from telephony import selectors, services, words
from telephony.models import Device, Line
from telephony.views.devices import crumbs_of, device_or_404

EMPTY_ROWS: Final = 2  # offered below the lines it carries
SALT: Final = "telephony.device_lines"
SECONDS: Final = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def device_lines(request: CustomerRequest, pk: int) -> HttpResponse:
    """A row for each line: chosen, moved and taken away on the page, and saved all together."""
    found = device_or_404(pk)
    lines, error, moved = _carried(found), "", None
    if request.method == "POST":
        chosen = {str(line.pk): line for line in selectors.lines()}
        lines = [chosen[typed] for typed in request.POST.getlist("line") if typed in chosen]
        if "move" in request.POST:
            lines, moved = _moved(lines, request.POST["move"])
        else:
            try:
                return _save(request, found, lines)
            except Refusal as refusal:
                error = str(refusal)
    room = found.model.lines
    rows: list[Line | None] = [*lines, *[None] * min(EMPTY_ROWS, max(0, room - len(lines)))]
    back = reverse("telephony:device", args=[pk])
    context = {
        "device": found,
        "rows": rows,
        "last": len(lines),
        "moved": moved,
        "choices": [(line, words.dialable_name(line.dialable)) for line in selectors.lines()],
        "error": error,
        "room": room,
        "unsaved": request.method == "POST",
        "crumbs": [*crumbs_of(found)[:1], Choice(found.shown_mac or found.model.title, back), Choice(_("Lines"))],
    }
    return render(request, "telephony/device_lines.html", context)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_lines_undo(request: CustomerRequest, pk: int, token: str) -> HttpResponse:
    """Let the phone carry the lines that it had before the last save."""
    found = device_or_404(pk)
    before = _recall(token, found)
    if before is None:
        failed(request, _("This can no longer be put back. Change it by hand."))
    else:
        try:
            services.change_device_lines(actor=request.actor, device=found, lines=before)
        except Refusal as refusal:
            failed(request, str(refusal))
        else:
            saved(request, _("Put back as it was."))
    return HttpResponseRedirect(reverse("telephony:device", args=[pk]))


def _save(request: CustomerRequest, device: Device, lines: list[Line]) -> HttpResponse:
    before = _carried(device)
    services.change_device_lines(actor=request.actor, device=device, lines=lines)
    undo = ""
    if before and before != lines:
        token = signing.dumps([device.pk, [line.pk for line in before]], salt=SALT)
        undo = reverse("telephony:device_lines_undo", args=[device.pk, token])
    saved(request, _("Lines saved. The phone has them when it has fetched its settings."), undo_url=undo)
    return HttpResponseRedirect(reverse("telephony:device", args=[device.pk]))


def _carried(device: Device) -> list[Line]:
    return [key.line for key in device.device_lines.all()]


def _recall(token: str, device: Device) -> list[Line] | None:
    """The lines of before; None for a token that is old or of another phone, or when one of them is gone."""
    try:
        pk, keys = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = selectors.lines().in_bulk(keys)
    return [found[key] for key in keys] if pk == device.pk and len(found) == len(keys) else None


def _moved(lines: list[Line], what: str) -> tuple[list[Line], int | None]:
    """The lines after a button of a row, `2-up`, and the place of the row that it moved, counted from 1."""
    typed, _dash, how = what.partition("-")
    place = int(typed) - 1 if typed.isascii() and typed.isdigit() else -1
    if not 0 <= place < len(lines):
        return lines, None
    line: Any = lines[place]
    others = [*lines[:place], *lines[place + 1 :]]
    if how == "away":
        return others, None
    to = max(0, place - 1) if how == "up" else place + 1
    return [*others[:to], line, *others[to:]], min(to, len(others)) + 1
