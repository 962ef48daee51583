"""Auto attendants: place and hours, and a menu for each kind of moment."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from pbx import selectors, services
from pbx.forms.menus import AttendantForm, MenuForm
from pbx.forms.targets import destinations
from pbx.models import AutoAttendant, Menu
from pbx.views.common import crumbs
from portal.lib import ui


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def new_menu(request: CustomerRequest) -> HttpResponse:
    form = AttendantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.create_attendant(
                actor=request.actor, customer=request.customer, **form.place(), **form.hours(), night=form.night()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s added. Now choose what its keys do.") % {"name": found.dialable.display_name})
            return redirect("pbx:menu_keys", pk=found.pk, moment=Menu.Moment.BUSINESS)
    return render(
        request, "pbx/attendant.html", {"form": form, "destinations": destinations(), "crumbs": _way(_("Add menu"))}
    )


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def menu(request: CustomerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.attendants(), pk=pk)
    form = AttendantForm(request.POST or None, attendant=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_attendant(
                actor=request.actor, attendant=found, **form.place(), **form.hours(), night=form.night()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": found.dialable.display_name})
            return redirect("pbx:menu", pk=pk)
    context = _context(form, found, "")
    return render(request, "pbx/attendant.html", context)


def _context(form: Form, found: AutoAttendant, current: str) -> dict[str, Any]:
    return {
        "form": form,
        "attendant": found,
        "tabs": _tabs(found, current),
        "destinations": destinations(),
        "crumbs": _way(found.dialable.display_name),
    }


def _way(here: str) -> list[ui.Choice]:
    return crumbs("groups", _("Hunt groups and menus"), here)


def _tabs(attendant: AutoAttendant, current: str) -> list[ui.Choice]:
    tabs = [ui.Choice(_("General"), reverse("pbx:menu", args=[attendant.pk]), current == "")]
    for moment in Menu.Moment:
        url = reverse("pbx:menu_keys", args=[attendant.pk, moment.value])
        tabs.append(ui.Choice(str(moment.label), url, current == moment))
    return tabs


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def menu_keys(request: CustomerRequest, pk: int, moment: str) -> HttpResponse:
    if moment not in Menu.Moment.values:
        raise Http404
    found = get_object_or_404(selectors.attendants(), pk=pk)
    there = Menu.objects.filter(attendant=found, moment=moment).first()
    form = MenuForm(request.POST or None, moment=moment, menu=there)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_menu(
                actor=request.actor,
                attendant=found,
                moment=moment,
                greeting=form.cleaned_data["greeting"],
                keys=form.settings(),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Menu saved"))
            return redirect("pbx:menu_keys", pk=pk, moment=moment)
    context = _context(form, found, moment)
    return render(request, "pbx/menu_keys.html", context)


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def remove_menu(request: CustomerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.attendants(), pk=pk)
    name = found.dialable.display_name
    try:
        services.remove_attendant(actor=request.actor, attendant=found)
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("pbx:menu", pk=pk)
    saved(request, _("%(name)s removed") % {"name": name})
    return redirect("pbx:groups")
