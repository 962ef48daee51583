"""An employee's own line: switches that act at once, first on a small screen, and a page with all the rest."""

from typing import Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.numbers import BLOCK_LABELS, Block
from portal.lib.ui import Choice
from telephony import selectors, services, words
from telephony.features import Features, features_of
from telephony.line_forms import EndForm, ForwardForm
from telephony.models import Line
from telephony.services import LineChange
from telephony.views import line_page
from telephony.views.undo import remember

FEATURES: Final = ("forward_always", "do_not_disturb", "call_waiting", "hide_caller_id")
# What may end by itself, and the feature that says when.
ENDING: Final = {"forward_always": "forward_until", "do_not_disturb": "do_not_disturb_until"}
STATES: Final = {"on": True, "off": False}


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
    now = timezone.now()
    features = features_of(line, now)
    devices = [key.device for key in line.device_lines.all()]
    last = selectors.last_events(devices)
    target = words.destination_name(line.forward_to)
    numbers = sorted(line.dialable.numbers.all(), key=lambda number: (not number.is_main, number.e164))
    context = {
        "line": line,
        "features": features,
        "facts": words.facts(line),
        "answer": answer,
        "why": why,
        "target": target,
        "quiet_until": words.short_moment(features.do_not_disturb_until, now) if features.do_not_disturb_until else "",
        "forward_until": words.short_moment(features.forward_until, now) if features.forward_until else "",
        "cases": words.cases(features),
        "form": form or ForwardForm(initial={"forward_to": target}),
        "ends": EndForm.base_fields["end"].choices,  # type: ignore[attr-defined]
        "targets": line_page.targets(line),
        "devices": [{"device": device, "last": last.get(device.pk)} for device in devices],
        "extra": numbers[1:],
        "blocked": _may_not_call(line, features),
    }
    return render(request, "telephony/my_phone.html", context)


def _may_not_call(line: Line, features: Features) -> list[str]:
    held = selectors.blocked(line.customer) | features.barred
    return [str(BLOCK_LABELS[block]) for block in Block if block in held]


def _own(request: CustomerRequest) -> Line:
    line = selectors.line_of(request.user)
    if line is None:
        raise Http404
    return line


@require_POST
@customer_view()
def switch(request: CustomerRequest, feature: str, state: str) -> HttpResponse:
    """Turn one feature of the own line on or off; what ended by itself before stays on until it is turned off."""
    if feature not in FEATURES or state not in STATES:
        raise Http404
    changes: dict[str, object] = {feature: STATES[state]}
    if feature in ENDING:
        changes[ENDING[feature]] = None
    return _set(request, feature, changes)


@require_POST
@customer_view()
def until(request: CustomerRequest, feature: str) -> HttpResponse:
    """Turn a feature of the own line on until a moment that is near."""
    form = EndForm(request.POST)
    if feature not in ENDING or not form.is_valid():
        raise Http404
    return _set(request, feature, {feature: True, ENDING[feature]: form.moment(timezone.now())})


def _set(request: CustomerRequest, feature: str, changes: dict[str, object]) -> HttpResponse:
    line = _own(request)
    try:
        change = services.set_features(actor=request.actor, line=line, **changes)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        _tell(request, change, _done(change.line, feature, on=bool(changes[feature])))
    return HttpResponseRedirect(reverse("telephony:my_phone"))


@require_POST
@customer_view()
def forward(request: CustomerRequest) -> HttpResponse:
    """Choose where the own calls go, and send them there."""
    line = _own(request)
    form = ForwardForm(request.POST)
    if not form.is_valid():
        return _page(request, line, form)
    try:
        change = services.set_forward(actor=request.actor, line=line, on=True, target=form.cleaned_data["forward_to"])
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(request, line, form)
    _tell(request, change, _done(change.line, "forward_always", on=True))
    return HttpResponseRedirect(reverse("telephony:my_phone"))


@require_POST
@customer_view()
def undo(request: CustomerRequest, token: str) -> HttpResponse:
    """Put the own line back as it was."""
    line_page.put_back(request, _own(request), token)
    return HttpResponseRedirect(reverse("telephony:my_phone"))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def settings(request: CustomerRequest) -> HttpResponse:
    """All features of the own line but what only an administrator sets."""
    line = _own(request)
    form = line_page.form_of(request, line, own=True)
    if request.method == "POST" and line_page.save(request, line, form, line_page.to_my_phone):
        return HttpResponseRedirect(reverse("telephony:my_phone_settings"))
    context = {
        **line_page.parts(line, form),
        "facts": words.facts(line),
        "now": words.now(line),
        "own_blocked": _may_not_call(line, features_of(line, timezone.now())),
        "pin_url": reverse("telephony:my_phone_pin"),
        "crumbs": [*_crumbs(), Choice(_("All settings"))],
    }
    return render(request, "telephony/my_settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def pin(request: CustomerRequest) -> HttpResponse:
    """Give the own voicemail another PIN."""
    back = reverse("telephony:my_phone_settings")
    return line_page.pin(request, _own(request), back, [*_crumbs(), Choice(_("All settings"), back)])


def _crumbs() -> list[Choice]:
    return [Choice(_("My phone"), reverse("telephony:my_phone"))]


def _tell(request: CustomerRequest, change: LineChange, text: str) -> None:
    told = words.saved_words(text, change.phones_to_follow)
    saved(request, told, undo_url=line_page.to_my_phone(remember(change)) if change.before else "")


def _done(line: Line, feature: str, *, on: bool) -> str:
    now = timezone.now()
    if feature == "forward_always":
        if not on:
            return _("Always forward is off.")
        until = words.short_moment(line.forward_until, now) if line.forward_until else ""
        text = _("Calls now go to %(target)s, until %(until)s.") if until else _("Calls now go to %(target)s.")
        return text % {"target": words.in_sentence(line.forward_to), "until": until}
    if feature == "do_not_disturb":
        if not on:
            return _("Do not disturb is off.")
        until = words.short_moment(line.do_not_disturb_until, now) if line.do_not_disturb_until else ""
        text = _("Do not disturb is on, until %(until)s.") if until else _("Do not disturb is on.")
        return text % {"until": until}
    if feature == "call_waiting":
        return _("Call waiting is on.") if on else _("Call waiting is off.")
    return _("Your number is hidden.") if on else _("Your number is shown.")
