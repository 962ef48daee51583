"""Desk phones: the list, a new one, and what one phone did."""

import datetime as dt
from itertools import groupby

import segno
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib import formats
from portal.lib.ui import Choice, Event, EventDay, Figure
from telephony import selectors, services, vault
from telephony.device_access import access_by_link, code_of, sip_of, typed_for
from telephony.device_settings import device_settings
from telephony.device_state import advice, checks_of, state_of
from telephony.filters import DeviceFilter
from telephony.forms import DeviceForm, show_refusal
from telephony.models import Device, PhoneFile, ProvisioningAnswer, ProvisioningEvent
from telephony.phone_steps import app_steps, steps_of
from telephony.provisioning.redirect import SERVICES
from telephony.registrations import Registration, of_device, registrations
from telephony.services import NewDevice

ICONS = {
    ProvisioningEvent.Outcome.FETCHED: ("download", "good"),
    ProvisioningEvent.Outcome.UNCHANGED: ("check", ""),
    ProvisioningEvent.Outcome.REFUSED: ("key", "warn"),
    ProvisioningEvent.Outcome.FOREIGN: ("alert", "bad"),
    ProvisioningEvent.Outcome.FIRST: ("download", "good"),
    ProvisioningEvent.Outcome.SENT: ("document", ""),
    ProvisioningEvent.Outcome.NOT_TAKEN: ("document", "warn"),
}


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def devices(request: CustomerRequest) -> HttpResponse:
    """Every phone of the customer and whether it has its settings."""
    everything = selectors.devices()
    found = DeviceFilter(request.GET, everything)
    shown = list(found.qs)
    last, answers = selectors.last_events(shown), selectors.answers(shown)
    present = registrations(key.line for device in shown for key in device.device_lines.all())
    registrar = bool(settings.REGISTRAR_RPC_URL)
    rows = [
        {
            "device": device,
            "lines": [key.line for key in device.device_lines.all()],
            "last": last.get(device.pk),
            "state": state_of(
                last.get(device.pk),
                answers.get(device.pk),
                of_device(device, present),
                registrar=registrar,
                model=device.model,
            ),
        }
        for device in shown
    ]
    count = everything.count()
    facts = ngettext("%(count)d device", "%(count)d devices", count) % {"count": count}
    context = {"filter": found, "rows": rows, "any": count, "facts": facts, "lines": selectors.lines().exists()}
    return render(request, "telephony/devices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def device_new(request: CustomerRequest) -> HttpResponse:
    """Make a phone for a line; its password is shown on the answer to this request and never again."""
    form = DeviceForm(request.POST or None, initial={"line": request.GET.get("line")})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_device(
                actor=request.actor,
                customer=request.customer,
                model_code=form.cleaned_data["model_code"],
                mac=form.cleaned_data["mac"],
                lines=[form.cleaned_data["line"]],
                typed=form.cleaned_data["password"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return _made(request, made, typed=bool(form.cleaned_data["password"]))
    crumbs = [Choice(_("Devices"), reverse("telephony:devices")), Choice(_("New device"))]
    return render(request, "telephony/device_new.html", {"form": form, "crumbs": crumbs})


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def device(request: CustomerRequest, pk: int) -> HttpResponse:
    """One phone: whether it has its settings, the proof, and what to do when it has not."""
    found = device_or_404(pk)
    events = selectors.events_of(found)
    answer = selectors.answer_of(found)
    fetched = next((event for event in events if event.outcome in selectors.FETCHES), None)
    fetched = fetched or selectors.last_events([found]).get(found.pk)
    lines = [key.line for key in found.device_lines.all()]
    registration, registrar = of_device(found, registrations(lines)), bool(settings.REGISTRAR_RPC_URL)
    checks = checks_of(found, events, fetched, answer, registration, registrar=registrar)
    context = {
        "device": found,
        "lines": lines,
        "state": state_of(fetched, answer, registration, registrar=registrar, model=found.model),
        "reachable": registrar and registration is not None and found.model.provisioned,
        "figures": _figures(found, fetched, registration),
        "days": _days(events),
        "checks": checks,
        "steps": next((check.steps for check in checks if check.steps), ()),
        "advice": advice(found),
        "fine": all(check.fine for check in checks),
        "url": typed_for(found, "…"),
        "previous_until": _opens_until(answer),
        "sip": _sip(found) if not found.model.provisioned else [],
        "keys": selectors.keys_of(found),
        "has_room": found.model.keys > len(lines),
        "files": [_file(one) for one in selectors.files_of(found)],
        "gets": device_settings(found, answer, fetched),
        "gives_back": selectors.gives_back(found),
        "redirect": SERVICES.get(found.model.vendor),
        "crumbs": crumbs_of(found),
    }
    return render(request, "telephony/device.html", context)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_fetch(request: CustomerRequest, pk: int) -> HttpResponse:
    """Ask a phone to fetch its settings now."""
    found = device_or_404(pk)
    try:
        services.ask_to_fetch(actor=request.actor, device=found)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        saved(request, _("The phone was asked to fetch its settings. Within a minute you see here that it did."))
    return HttpResponseRedirect(reverse("telephony:device", args=[pk]))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_link(request: CustomerRequest, pk: int) -> HttpResponse:
    """Make a link that gives a phone without a login its settings, once; shown on this answer only."""
    return _link(request, device_or_404(pk))


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def device_file(request: CustomerRequest, pk: int, file: int) -> HttpResponse:  # noqa: ARG001 - every view gets it
    """A log or settings that the phone sent, as plain text to keep."""
    found = get_object_or_404(selectors.files_of(device_or_404(pk)), pk=file)
    name = f"{found.at:%Y%m%d-%H%M}-{found.name}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(vault.decrypt(found.body), content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_forget(request: CustomerRequest, pk: int) -> HttpResponse:
    """Give the phone nothing back any more of what was set on it."""
    services.forget_kept_settings(actor=request.actor, device=device_or_404(pk))
    saved(request, _("Forgotten. Reset the settings on the phone too, or it sends them again."))
    return HttpResponseRedirect(reverse("telephony:device", args=[pk]))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Remove a phone; its MAC address comes free."""
    found = device_or_404(pk)
    title = found.model.title
    services.release_device(actor=request.actor, device=found)
    saved(request, _("%(device)s removed. It gets no more settings.") % {"device": title})
    return HttpResponseRedirect(reverse("telephony:devices"))


def device_or_404(pk: int) -> Device:
    """A device of the open customer."""
    return get_object_or_404(selectors.devices(), pk=pk)


def crumbs_of(found: Device) -> list[Choice]:
    """From the list to this device."""
    return [Choice(_("Devices"), reverse("telephony:devices")), Choice(found.shown_mac or found.model.title)]


def shown_once(request: CustomerRequest, made: NewDevice, title: str, *, typed: bool = False) -> HttpResponse:
    """The values for the phone, with its password on this answer only; of a `typed` one some phones are warned of."""
    model, answer = made.device.model, selectors.answer_of(made.device)
    context = {
        "device": made.device,
        "password": made.password,
        "url": typed_for(made.device, made.password),
        "title": title,
        "typed": typed,
        "previous_until": answer.previous_until if answer else None,
        "steps": steps_of(model),
        "redirect": SERVICES.get(model.vendor),
    }
    response = render(request, "telephony/device_password.html", context | {"crumbs": crumbs_of(made.device)})
    response["Cache-Control"] = "no-store"  # a password on screen, not in a browser's memory
    return response


def _made(request: CustomerRequest, made: NewDevice, *, typed: bool) -> HttpResponse:
    """What comes after making: the code of an app, the password of a phone, or the values to type in by hand."""
    if made.device.model.is_app:
        return _link(request, made.device)
    if made.device.model.provisioned:
        return shown_once(request, made, _("Device made"), typed=typed)
    saved(request, _("Device made. Type the values beside into it."))
    return HttpResponseRedirect(reverse("telephony:device", args=[made.device.pk]))


def _link(request: CustomerRequest, device: Device) -> HttpResponse:
    try:
        made = services.make_link(actor=request.actor, device=device)
    except Refusal as refusal:
        failed(request, str(refusal))
        return HttpResponseRedirect(reverse("telephony:device", args=[device.pk]))
    code, access = code_of(made), access_by_link(made)
    context = {
        "device": device,
        "link": access.url,
        "picture": _picture(code) if code else "",
        "until": made.until,
        "one_time_password": access.password,
        "steps": app_steps(device.model) if device.model.is_app else [],
        "crumbs": crumbs_of(device),
    }
    response = render(request, "telephony/device_link.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _picture(code: str) -> str:
    """Its white edge counts: cameras look for it, and the page around it may be dark."""
    return segno.make(code, error="m").svg_data_uri(scale=6, border=3)


def _opens_until(answer: ProvisioningAnswer | None) -> dt.datetime | None:
    """When the password before the present one opens no more; None when it does not open now."""
    until = answer.previous_until if answer else None
    return until if until and until > timezone.now() else None


def _sip(found: Device) -> list[tuple[str, str]]:
    """What somebody types into a phone that fetches nothing; its secrets are shown where they are made."""
    sip = sip_of(found)
    server = f"{sip.server}:{sip.port} · {sip.transport.upper()}"
    return [(_("Server"), server), *((_("SIP user"), user) for user in sip.users), (_("Voicemail"), sip.voicemail)]


def _figures(found: Device, fetched: ProvisioningEvent | None, registration: Registration | None) -> list[Figure]:
    language, now = get_language() or "nl", timezone.now()
    figures = []
    if registration is not None:
        since = formats.moment(registration.registered_at, language, now=now)
        figures.append(Figure(_("Registered"), since, registration.address))
    if fetched is None:
        return figures
    return [
        *figures,
        Figure(_("Settings fetched"), formats.moment(fetched.at, language, now=now)),
        Figure(_("Firmware"), fetched.firmware or "–", _("as the phone says")),
        Figure(_("Network"), fetched.address, _("where it asked from")),
        Figure(
            _("Model"),
            found.model.title,
            fetched.agent_model and _("the phone says %(model)s") % {"model": fetched.agent_model},
        ),
    ]


def _days(events: list[ProvisioningEvent]) -> list[EventDay]:
    language, today = get_language() or "nl", timezone.localdate()
    return [
        EventDay(formats.near_day(day, language, today=today), tuple(_event(event) for event in of_day))
        for day, of_day in groupby(events, key=lambda event: timezone.localdate(event.at))
    ]


def _file(found: PhoneFile) -> dict[str, object]:
    return {
        "pk": found.pk,
        "name": found.name,
        "at": found.at,
        "size": formats.data(found.size, get_language() or "nl"),
    }


def _event(event: ProvisioningEvent) -> Event:
    icon, kind = ICONS[ProvisioningEvent.Outcome(event.outcome)]
    size = formats.data(event.size, get_language() or "nl") if event.size else ""
    return Event(
        formats.clock(event.at),
        event.get_outcome_display(),
        _("from %(address)s") % {"address": event.address},
        size,
        icon,
        kind,  # type: ignore[arg-type]
    )
