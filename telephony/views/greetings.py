"""Greetings: what callers hear, uploaded or recorded; and which sound of it plays where.

Whoever may change settings keeps all of them. An employee keeps those of the own line, on the same pages.
"""

from typing import Final

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, saved
from portal.lib.ranges import part_of
from portal.lib.ui import Choice
from telephony import greeting_selectors, schedule_selectors, selectors, services
from telephony.audio.convert import convert
from telephony.greeting_forms import GreetingForm, GreetingNameForm, SoundForm
from telephony.models import Greeting, GreetingVersion, Line

STANDARD: Final = "standard"


def _desk(request: CustomerRequest) -> Line | None:
    """Whose greetings these are: None for all of them, or the line of an employee, and nobody without either."""
    if request.actor.can(Capability.EDIT_SETTINGS):
        return None
    line = selectors.line_of(request.user)
    if line is None:
        raise PermissionDenied
    return line


def _one(request: CustomerRequest, pk: int) -> Greeting:
    _desk(request)
    return get_object_or_404(greeting_selectors.kept_by(request.actor), pk=pk)


def _way(request: CustomerRequest, *more: Choice) -> list[Choice]:
    above = (
        [] if request.actor.can(Capability.EDIT_SETTINGS) else [Choice(_("My phone"), reverse("telephony:my_phone"))]
    )
    return [*above, Choice(_("Greetings"), reverse("telephony:greetings")), *more]


@require_GET
@customer_view()
def greetings(request: CustomerRequest) -> HttpResponse:
    """Every greeting, to listen to, and whether it plays anywhere."""
    line = _desk(request)
    above = _way(request)[:-1]
    crumbs = [*above, Choice(_("Greetings"))] if above else []
    context = {"greetings": greeting_selectors.kept_by(request.actor), "line": line, "crumbs": crumbs}
    return render(request, "telephony/greetings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def greeting_new(request: CustomerRequest) -> HttpResponse:
    """Upload one, or record it."""
    line = _desk(request)
    form = GreetingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.sound()
        try:
            made = services.create_greeting(
                actor=request.actor,
                customer=request.customer,
                name=form.cleaned_data["name"],
                sound=convert(given),
                given_as=given.name or "",
                line=line,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved. Listen to it, and choose where it plays.") % {"name": made.name})
            return redirect(made)
    title = _("Add greeting")
    context = {"form": form, "title": title, "crumbs": _way(request, Choice(title)), "line": line}
    return render(request, "telephony/greeting_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def greeting(request: CustomerRequest, pk: int) -> HttpResponse:
    """Listen to one, rename it, see its versions and where it plays."""
    found = _one(request, pk)
    name = GreetingNameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and name.is_valid():
        try:
            services.rename_greeting(actor=request.actor, greeting=found, name=name.cleaned_data["name"])
        except Refusal as refusal:
            show_refusal(name, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": found.name})
            return redirect(found)
    return _page(request, _one(request, pk), name, SoundForm())


@require_POST
@customer_view()
def greeting_version(request: CustomerRequest, pk: int) -> HttpResponse:
    """Let callers hear another sound."""
    found = _one(request, pk)
    form = SoundForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.sound()
        try:
            services.add_version(actor=request.actor, greeting=found, sound=convert(given), given_as=given.name or "")
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Callers hear the new version of %(name)s from now on") % {"name": found.name})
            return redirect(found)
    return _page(request, found, GreetingNameForm(initial={"name": found.name}), form)


def _page(request: CustomerRequest, found: Greeting, name: Form, sound: Form) -> HttpResponse:
    uses = schedule_selectors.uses_of(found)
    context = {
        "found": found,
        "versions": found.versions.all(),
        "name": name,
        "form": sound,
        "uses": uses,
        "others": _others(found),
        "crumbs": _way(request, Choice(found.name)),
    }
    return render(request, "telephony/greeting.html", context)


def _others(found: Greeting) -> list[Greeting]:
    """What may be heard instead."""
    choices = greeting_selectors.for_line(found.line) if found.line else greeting_selectors.for_all()
    return list(choices.exclude(pk=found.pk))


@require_POST
@customer_view()
def greeting_restore(request: CustomerRequest, pk: int, number: int) -> HttpResponse:
    """Let callers hear an older version again."""
    found = _one(request, pk)
    services.restore_version(actor=request.actor, version=_version(found, number))
    saved(request, _("Callers hear version %(number)s again") % {"number": number})
    return redirect(found)


def _version(found: Greeting, number: int) -> GreetingVersion:
    version = greeting_selectors.version(found, number)
    if version is None:
        raise Http404
    return version


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def greeting_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Take one away with its versions; while callers hear it only with something else to be heard."""
    found, error = _one(request, pk), ""
    if request.method == "POST":
        chosen = request.POST.get("instead", "")
        instead = get_object_or_404(_by_id(chosen), pk=chosen) if chosen not in {"", STANDARD} else None
        try:
            services.remove_greeting(
                actor=request.actor, greeting=found, instead=instead, to_standard=chosen == STANDARD
            )
        except Refusal as refusal:
            error = str(refusal)
        else:
            saved(request, _("%(name)s removed") % {"name": found.name})
            return redirect("telephony:greetings")
    context = {
        "found": found,
        "error": error,
        "uses": schedule_selectors.uses_of(found),
        "others": _others(found),
        "crumbs": _way(request, Choice(found.name, found.get_absolute_url()), Choice(_("Remove"))),
    }
    return render(request, "telephony/greeting_remove.html", context, status=409 if error else 200)


def _by_id(chosen: str) -> "type[Greeting]":
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        raise Http404
    return Greeting


@require_http_methods(["GET", "HEAD"])
@customer_view()
def greeting_audio(request: CustomerRequest, pk: int, number: int) -> HttpResponse:
    """One version as it plays on phones, whole or in part, as players ask."""
    found = get_object_or_404(Greeting, pk=pk)
    if not greeting_selectors.may_hear(request.actor, found):
        raise PermissionDenied
    return part_of(services.path_of(_version(found, number)), "audio/wav", request.headers.get("Range", ""))
