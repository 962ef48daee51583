"""Many devices at a time: a list is shown with what is wrong in it, made as a whole, and its passwords are given once."""

import hashlib
import json
import secrets
from typing import Final

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.csvsafe import CsvForm, stream
from portal.lib.ui import Choice
from telephony import device_list, services, vault
from telephony.device_access import access_of
from telephony.forms import DeviceListForm, show_refusal
from telephony.services import NewDevice

KEPT: Final = 600  # seconds in which the sheet may be downloaded


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def devices_many(request: CustomerRequest) -> HttpResponse:
    """Judge a list; make its devices when that was asked of the very list that was shown, and nothing is wrong in it."""
    form = DeviceListForm(request.POST or None, request.FILES or None)
    context = {"form": form, "most": device_list.MOST_ROWS, "crumbs": _crumbs(_("Many devices"))}
    if request.method == "POST" and form.is_valid():
        try:
            text, is_utf8 = form.text()
            rows = device_list.read(text)
            if request.POST.get("make") == _seen(text):
                made = services.create_devices(actor=request.actor, customer=request.customer, rows=rows)
                return _sheet(request, made)
            judged = services.judge_devices(rows)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            faulty = sum(bool(each.faults) for each in judged)
            context |= {"form": DeviceListForm(initial={"rows": text}), "judged": judged, "faulty": faulty}
            context |= {"right": len(judged) - faulty, "is_utf8": is_utf8, "seen": _seen(text)}
    return render(request, "telephony/devices_many.html", context)


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def devices_template(request: CustomerRequest) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """A list with nothing but the names of its columns."""
    headers = {"Content-Disposition": 'attachment; filename="devices.csv"'}
    content = b"".join(stream(device_list.COLUMNS, [], CsvForm.DUTCH))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def devices_sheet(request: CustomerRequest) -> HttpResponse:
    """The sheet of the devices that were made just now, once."""
    key = _key(request, request.POST.get("sheet", ""))
    kept = cache.get(key)
    # Whoever removes it has it: of two that come together one does.
    if kept is None or not cache.delete(key):
        failed(request, _("The sheet was downloaded already, or is too old. Make a new password for a device instead."))
        return HttpResponseRedirect(reverse("telephony:devices"))
    rows = json.loads(vault.decrypt(kept))
    header = [_("Phone line"), _("Model"), _("MAC address"), _("Address"), _("User name"), _("Password")]
    headers = {"Content-Disposition": 'attachment; filename="passwords.csv"', "Cache-Control": "no-store"}
    content = b"".join(stream(header, rows, CsvForm.DUTCH))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _sheet(request: CustomerRequest, made: list[NewDevice]) -> HttpResponse:
    rows = [_values(each) for each in made]
    token = secrets.token_urlsafe(24)
    cache.set(_key(request, token), vault.encrypt(json.dumps(rows)), KEPT)
    count = len(made)
    saved(request, ngettext("1 device was made.", "%(count)d devices were made.", count) % {"count": count})
    pairs = [{"device": each.device, "values": values} for each, values in zip(made, rows, strict=True)]
    context = {"rows": pairs, "sheet": token, "minutes": KEPT // 60, "crumbs": _crumbs(_("Devices made"))}
    response = render(request, "telephony/devices_sheet.html", context)
    response["Cache-Control"] = "no-store"  # passwords on screen, not in a browser's memory
    return response


def _values(made: NewDevice) -> list[str]:
    device, access = made.device, access_of(made)
    lines = ", ".join(str(key.line) for key in device.device_lines.select_related("line__dialable"))
    return [lines, device.model.title, device.shown_mac, access.typed, access.username, access.password]


def _key(request: CustomerRequest, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"telephony:sheet:{request.customer.pk}:{request.user.pk}:{digest}"


def _seen(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _crumbs(last: str) -> list[Choice]:
    return [Choice(_("Devices"), reverse("telephony:devices")), Choice(last)]
