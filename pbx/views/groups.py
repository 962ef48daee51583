"""Hunt groups: the list, and one group with its members."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from pbx import selectors, services
from pbx.forms.places import GroupForm, members_formset
from pbx.forms.targets import destinations
from pbx.models import HuntGroup
from pbx.views.common import crumbs, sections


@customer_view(Capability.EDIT_SETTINGS)
@require_GET
def groups(request: CustomerRequest) -> HttpResponse:
    context = {"groups": list(selectors.groups()), "attendants": list(selectors.attendants())}
    context["sections"] = sections("groups")
    return render(request, "pbx/groups.html", context)


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def new_group(request: CustomerRequest) -> HttpResponse:
    return _edit(request, None)


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def group(request: CustomerRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(selectors.groups(), pk=pk))


def _edit(request: CustomerRequest, found: HuntGroup | None) -> HttpResponse:
    data = request.POST or None
    form, members = GroupForm.of(found, data), members_formset(found, data)
    if request.method == "POST" and form.is_valid() and members.is_valid():
        given = {**form.place(), "settings": form.group(), "members": members.lines(), "night": form.night()}
        try:
            if found is None:
                services.create_group(actor=request.actor, customer=request.customer, **given)
            else:
                services.change_group(actor=request.actor, group=found, **given)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": given["name"]})
            return redirect("pbx:groups")
    context: dict[str, Any] = {"form": form, "members": members, "group": found, "destinations": destinations()}
    here = found.dialable.display_name if found else _("Add hunt group")
    context["crumbs"] = crumbs("groups", _("Hunt groups and menus"), here)
    return render(request, "pbx/group.html", context)


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def remove_group(request: CustomerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.groups(), pk=pk)
    name = found.dialable.display_name
    try:
        services.remove_group(actor=request.actor, group=found)
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("pbx:group", pk=pk)
    saved(request, _("%(name)s removed") % {"name": name})
    return redirect("pbx:groups")
