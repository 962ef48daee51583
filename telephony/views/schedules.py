"""Schedules and holidays: the list, one of each, and taking one away. Both kinds share every page's course."""

from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.ui import Choice
from telephony import schedule_selectors, services
from telephony.schedule_words import week_in_words
from telephony.views.schedule_kinds import Hours, kind_or_404
from telephony.views.schedule_undo import recall, remember


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def schedules(request: CustomerRequest) -> HttpResponse:
    """Every schedule and list of holidays, and which lists close nothing any more."""
    holidays = list(schedule_selectors.holiday_schedules())
    found = schedule_selectors.schedules()
    context = {
        "schedules": [(each, week_in_words(row.row() for row in each.periods.all())) for each in found],
        "holidays": holidays,
        "stale": schedule_selectors.without_days_ahead(holidays, timezone.localdate()),
    }
    return render(request, "telephony/schedules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def schedule_new(request: CustomerRequest, what: str) -> HttpResponse:
    """Make one."""
    return _edit(request, what, None)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def schedule(request: CustomerRequest, what: str, pk: int) -> HttpResponse:
    """See and change one."""
    return _edit(request, what, _one(what, pk))


def _one(kind: str, pk: int) -> Hours:
    found: Hours = get_object_or_404(kind_or_404(kind).all(), pk=pk)
    return found


def _edit(request: CustomerRequest, name: str, found: Hours | None) -> HttpResponse:
    kind = kind_or_404(name)
    data = request.POST if request.method == "POST" else None
    sheet = kind.sheet(kind.stored(found) if found else None, data)
    if data is not None and sheet.is_valid():
        token = remember(found) if found else ""
        try:
            row = _keep(request, kind, found, sheet.given())
        except Refusal as refusal:
            show_refusal(sheet.form, refusal)
        else:
            undo = reverse("telephony:schedule_undo", args=[token]) if token else ""
            saved(request, _("%(name)s saved") % {"name": row.name}, undo_url=undo)
            return redirect("telephony:schedules")
    return show_sheet(request, kind, found, sheet)


def _keep(request: CustomerRequest, kind: Any, found: Hours | None, given: dict[str, Any]) -> Hours:
    if found is None:
        return cast("Hours", kind.create(request.actor, request.customer, given))
    return cast("Hours", kind.change(request.actor, found, given))


def show_sheet(request: CustomerRequest, kind: Any, found: Hours | None, sheet: Any, **more: Any) -> HttpResponse:
    """The page of one with its forms; a new one without ``found``."""
    title = found.name if found else str(kind.title)
    context = {
        "kind": kind.name,
        "found": found,
        "title": title,
        "facts": kind.facts(found) if found else "",
        "sheet": sheet,
        "form": sheet.form,
        "rows": sheet.rows,
        "crumbs": [Choice(_("Schedules"), reverse("telephony:schedules")), Choice(title)],
        **_uses(kind, found),
        **more,
    }
    return render(request, kind.template, context)


def _uses(kind: Any, found: Hours | None) -> dict[str, Any]:
    if found is None:
        return {}
    uses = schedule_selectors.uses_of(found)
    return {"uses": uses, "others": kind.all().exclude(pk=found.pk) if uses else []}


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def schedule_remove(request: CustomerRequest, what: str, pk: int) -> HttpResponse:
    """Take one away; while something follows it only with another one to be followed instead."""
    found, error = _one(what, pk), ""
    if request.method == "POST":
        instead = _instead(request, what)
        token = "" if instead else remember(found)
        try:
            services.remove_hours(actor=request.actor, schedule=found, instead=instead)
        except Refusal as refusal:
            error = str(refusal)
        else:
            undo = reverse("telephony:schedule_undo", args=[token]) if token else ""
            words = _("%(name)s removed; %(instead)s is followed instead") if instead else _("%(name)s removed")
            saved(request, words % {"name": found.name, "instead": instead}, undo_url=undo)
            return redirect("telephony:schedules")
    context = {
        "kind": what,
        "found": found,
        "error": error,
        "crumbs": [
            Choice(_("Schedules"), reverse("telephony:schedules")),
            Choice(found.name, reverse("telephony:schedule", args=[what, pk])),
            Choice(_("Remove")),
        ],
        **_uses(kind_or_404(what), found),
    }
    return render(request, "telephony/schedule_remove.html", context, status=409 if error else 200)


def _instead(request: CustomerRequest, what: str) -> Any:
    chosen = request.POST.get("instead", "")
    if not chosen:
        return None
    if not chosen.isdecimal():
        raise Http404
    return _one(what, int(chosen))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def schedule_undo(request: CustomerRequest, token: str) -> HttpResponse:
    """Put one back as it was, or make it again."""
    state = recall(token, request.customer.pk)
    if state is None:
        failed(request, _("This can no longer be put back. Change it here."))
        return redirect("telephony:schedules")
    name, pk, given = state
    kind = kind_or_404(name)
    found = kind.all().filter(pk=pk).first()
    try:
        _keep(request, kind, found, given)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("%(name)s is as it was") % {"name": given["name"]})
    return redirect("telephony:schedules")
