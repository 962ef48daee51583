"""People of the exchange: the list, and one person."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from pbx import selectors, services
from pbx.filters import PeopleFilter, in_order
from pbx.forms.places import PersonForm
from pbx.forms.targets import destinations
from pbx.views.common import crumbs
from portal.lib import ui
from telephony.models import Line


@customer_view(Capability.EDIT_SETTINGS)
@require_GET
def people(request: CustomerRequest) -> HttpResponse:
    found = PeopleFilter(request.GET, queryset=selectors.people())
    people_now = list(in_order(found.qs, request.GET.get("sort", "extension")))
    context = {
        "people": people_now,
        "q": request.GET.get("q", "").strip(),
        "filter": found,
        "total": Line.objects.count(),
    }
    return render(request, "pbx/people.html", context)


def _way(here: str) -> list[ui.Choice]:
    return crumbs("people", _("Employees"), here)


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def new_person(request: CustomerRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            line = services.create_person(
                actor=request.actor, customer=request.customer, **form.place(), night=form.night()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s added") % {"name": line.dialable.display_name})
            return redirect("pbx:people")
    return render(
        request, "pbx/person.html", {"form": form, "destinations": destinations(), "crumbs": _way(_("Add person"))}
    )


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def person(request: CustomerRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(selectors.people(), pk=pk)
    form = PersonForm(request.POST or None, dialable=line.dialable)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_person(actor=request.actor, line=line, **form.place(), night=form.night())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": line.dialable.display_name})
            return redirect("pbx:people")
    return render(
        request,
        "pbx/person.html",
        {
            "form": form,
            "line": line,
            "destinations": destinations(),
            "crumbs": _way(line.dialable.display_name),
        },
    )


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def remove_person(request: CustomerRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(Line.objects.select_related("dialable"), pk=pk)
    name = line.dialable.display_name
    try:
        services.remove_person(actor=request.actor, line=line)
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("pbx:person", pk=pk)
    saved(request, _("%(name)s removed") % {"name": name})
    return redirect("pbx:people")
