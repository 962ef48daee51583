"""Lists of callers that a line refuses, for an administrator and for the employee whose line it is."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, saved
from portal.lib.ui import Choice
from telephony import selectors, services
from telephony.line_forms import CallerFilterForm
from telephony.models import CallerFilter, Line


@dataclass(frozen=True, slots=True)
class Place:
    """Whose list it is: the line, the page that shows its lists, and how people came there."""

    line: Line
    back: str
    crumbs: tuple[Choice, ...]


def _of_a_line(pk: int) -> Place:
    line = get_object_or_404(selectors.lines(), pk=pk)
    back = reverse("telephony:phone", args=[line.pk])
    return Place(
        line, back, (Choice(_("Phones"), reverse("telephony:phones")), Choice(line.dialable.display_name, back))
    )


def _own(request: CustomerRequest) -> Place:
    line = selectors.line_of(request.user)
    if line is None:
        raise Http404
    back = reverse("telephony:my_phone_settings")
    return Place(line, back, (Choice(_("My phone"), reverse("telephony:my_phone")), Choice(_("All settings"), back)))


def _list(place: Place, pk: int) -> CallerFilter:
    return get_object_or_404(selectors.caller_filters(place.line), pk=pk)


def _edit(request: CustomerRequest, place: Place, found: CallerFilter | None, remove_url: str = "") -> HttpResponse:
    form = CallerFilterForm(request.POST or None, caller_filter=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = services.set_caller_filter(
                actor=request.actor,
                line=place.line,
                name=given["name"],
                schedule=given["schedule"],
                patterns=given["numbers"],
                caller_filter=found,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s: saved.") % {"name": row.name})
            return HttpResponseRedirect(place.back)
    title = found.name if found else _("Block callers")
    context = {
        "form": form,
        "title": title,
        "back": place.back,
        "remove_url": remove_url,
        "crumbs": [*place.crumbs, Choice(title)],
    }
    return render(request, "telephony/callers.html", context)


def _remove(request: CustomerRequest, place: Place, pk: int) -> HttpResponse:
    found = _list(place, pk)
    services.remove_caller_filter(actor=request.actor, caller_filter=found)
    saved(request, _("%(name)s removed: these callers get through again.") % {"name": found.name})
    return HttpResponseRedirect(place.back)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def callers_new(request: CustomerRequest, pk: int) -> HttpResponse:
    """A new list of a line."""
    return _edit(request, _of_a_line(pk), None)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def callers(request: CustomerRequest, pk: int, list_pk: int) -> HttpResponse:
    """A list of a line."""
    place = _of_a_line(pk)
    return _edit(request, place, _list(place, list_pk), reverse("telephony:callers_remove", args=[pk, list_pk]))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def callers_remove(request: CustomerRequest, pk: int, list_pk: int) -> HttpResponse:
    """Let the callers of a list through again."""
    return _remove(request, _of_a_line(pk), list_pk)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def my_callers_new(request: CustomerRequest) -> HttpResponse:
    """A new list of the own line."""
    return _edit(request, _own(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view()
def my_callers(request: CustomerRequest, list_pk: int) -> HttpResponse:
    """A list of the own line."""
    place = _own(request)
    return _edit(request, place, _list(place, list_pk), reverse("telephony:my_callers_remove", args=[list_pk]))


@require_POST
@customer_view()
def my_callers_remove(request: CustomerRequest, list_pk: int) -> HttpResponse:
    """Let the callers of a list of the own line through again."""
    return _remove(request, _own(request), list_pk)
