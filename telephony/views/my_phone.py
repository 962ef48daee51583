"""An employee's own line: switches that act at once, first on a small screen."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from telephony import selectors, services, words
from telephony.forms import ForwardForm, show_refusal
from telephony.models import Line
from telephony.selectors import Target
from telephony.services import LineChange
from telephony.views.phones import put_back, targets
from telephony.views.undo import remember

FEATURES = ("forward_always", "call_waiting", "hide_caller_id")
STATES = {"on": True, "off": False}


@require_GET
@customer_view()
def my_phone(request: CustomerRequest) -> HttpResponse:
    """The line of whoever is signed in; somebody without one is told whom to ask."""
    line = selectors.line_of(request.user)
    return _page(request, line, None)


def _page(request: CustomerRequest, line: Line | None, form: ForwardForm | None) -> HttpResponse:
    if line is None:
        return render(request, "telephony/my_phone.html", {"line": None})
    answer, why = words.my_now(line)
    devices = [key.device for key in line.device_lines.all()]
    last = selectors.last_events(devices)
    target = words.destination_name(line.forward_to)
    context = {
        "line": line,
        "facts": words.facts(line),
        "answer": answer,
        "why": why,
        "target": target,
        "form": form or ForwardForm(initial={"forward_to": target}),
        "targets": targets(line),
        "devices": [{"device": device, "last": last.get(device.pk)} for device in devices],
    }
    return render(request, "telephony/my_phone.html", context)


def _own(request: CustomerRequest) -> Line:
    line = selectors.line_of(request.user)
    if line is None:
        raise Http404
    return line


@require_POST
@customer_view()
def switch(request: CustomerRequest, feature: str, state: str) -> HttpResponse:
    """Turn one feature of the own line on or off."""
    if feature not in FEATURES or state not in STATES:
        raise Http404
    line = _own(request)
    before = remember(line)
    values = {name: getattr(line, name) for name in FEATURES} | {feature: STATES[state]}
    try:
        change = services.change_line(actor=request.actor, line=line, forward_to=_target(line), **values)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        _tell(request, change, _done(change.line, feature, on=STATES[state]), before)
    return HttpResponseRedirect(reverse("telephony:my_phone"))


@require_POST
@customer_view()
def forward(request: CustomerRequest) -> HttpResponse:
    """Choose where the own calls go, and send them there."""
    line = _own(request)
    form = ForwardForm(request.POST)
    if not form.is_valid():
        return _page(request, line, form)
    before = remember(line)
    try:
        change = services.set_forward(actor=request.actor, line=line, on=True, target=form.cleaned_data["forward_to"])
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(request, line, form)
    _tell(request, change, _done(change.line, "forward_always", on=True), before)
    return HttpResponseRedirect(reverse("telephony:my_phone"))


@require_POST
@customer_view()
def undo(request: CustomerRequest, token: str) -> HttpResponse:
    """Put the own line back as it was."""
    put_back(request, _own(request), token)
    return HttpResponseRedirect(reverse("telephony:my_phone"))


def _target(line: Line) -> Target | None:
    target = line.forward_to
    return Target(dialable=target.dialable, external=target.external) if target else None


def _tell(request: CustomerRequest, change: LineChange, text: str, before: str) -> None:
    told = words.saved_words(text, change.phones_to_follow)
    saved(request, told, undo_url=reverse("telephony:my_phone_undo", args=[before]))


def _done(line: Line, feature: str, *, on: bool) -> str:
    if feature == "forward_always":
        target = words.in_sentence(line.forward_to)
        return _("Calls now go to %(target)s.") % {"target": target} if on else _("Always forward is off.")
    if feature == "call_waiting":
        return _("Call waiting is on.") if on else _("Call waiting is off.")
    return _("Your number is hidden.") if on else _("Your number is shown.")
