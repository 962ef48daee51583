"""Working hours and holidays: the list, and one of each."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from pbx import selectors, services
from pbx.forms.hours import NameForm, days_formset, periods_formset
from pbx.sentences import period_in_words
from pbx.views.common import crumbs, sections
from portal.lib import ui
from telephony.models import HolidaySchedule, Schedule


@customer_view(Capability.EDIT_SETTINGS)
@require_GET
def schedules(request: CustomerRequest) -> HttpResponse:
    today = timezone.localdate()
    holidays = list(selectors.holiday_schedules())
    stale = [found for found in holidays if not any(day.yearly or day.last >= today for day in found.days.all())]
    context = {
        "schedules": [(found, _words(found)) for found in selectors.schedules()],
        "holidays": holidays,
        "stale": stale,
        "sections": sections("schedules"),
    }
    return render(request, "pbx/schedules.html", context)


def _way(found: Schedule | HolidaySchedule | None, new: str) -> list[ui.Choice]:
    return crumbs("schedules", _("Working hours and holidays"), found.name if found else new)


def _words(schedule: Schedule) -> str:
    return "; ".join(period_in_words(period.period()) for period in schedule.periods.all())


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def new_schedule(request: CustomerRequest) -> HttpResponse:
    return _edit_schedule(request, None)


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def schedule(request: CustomerRequest, pk: int) -> HttpResponse:
    return _edit_schedule(request, get_object_or_404(selectors.schedules(), pk=pk))


def _edit_schedule(request: CustomerRequest, found: Schedule | None) -> HttpResponse:
    data = request.POST or None
    form = NameForm(data, initial={"name": found.name if found else ""})
    rows = periods_formset(found, data)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        given = {"name": form.cleaned_data["name"], "periods": rows.rows()}
        try:
            if found is None:
                services.create_schedule(actor=request.actor, customer=request.customer, **given)
            else:
                services.change_schedule(actor=request.actor, schedule=found, **given)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": given["name"]})
            return redirect("pbx:schedules")
    users = [*found.night_modes.all(), *found.auto_attendants.select_related("dialable")] if found else []
    return render(
        request,
        "pbx/schedule.html",
        {"form": form, "rows": rows, "found": found, "users": users, "crumbs": _way(found, _("Add working hours"))},
    )


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def new_holidays(request: CustomerRequest) -> HttpResponse:
    return _edit_holidays(request, None)


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def holidays(request: CustomerRequest, pk: int) -> HttpResponse:
    return _edit_holidays(request, get_object_or_404(selectors.holiday_schedules(), pk=pk))


def _edit_holidays(request: CustomerRequest, found: HolidaySchedule | None) -> HttpResponse:
    data = request.POST or None
    form = NameForm(data, initial={"name": found.name if found else ""})
    rows = days_formset(found, data)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        given = {"name": form.cleaned_data["name"], "days": rows.rows()}
        try:
            if found is None:
                services.create_holidays(actor=request.actor, customer=request.customer, **given)
            else:
                services.change_holidays(actor=request.actor, schedule=found, **given)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("%(name)s saved") % {"name": given["name"]})
            return redirect("pbx:schedules")
    users = [*found.night_modes.all(), *found.auto_attendants.select_related("dialable")] if found else []
    return render(
        request,
        "pbx/holidays.html",
        {"form": form, "rows": rows, "found": found, "users": users, "crumbs": _way(found, _("Add holidays"))},
    )


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def dutch_holidays(request: CustomerRequest) -> HttpResponse:
    """A list of the public holidays of this year and the next, ready to be edited."""
    year = timezone.localdate().year
    name = _("Public holidays %(first)s and %(second)s") % {"first": year, "second": year + 1}
    try:
        found = services.create_dutch_holidays(
            actor=request.actor, customer=request.customer, name=name, years=[year, year + 1]
        )
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("pbx:schedules")
    saved(request, _("%(name)s added. Take out the days on which you work.") % {"name": name})
    return redirect("pbx:holidays", pk=found.pk)


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def remove_schedule(request: CustomerRequest, pk: int) -> HttpResponse:
    return _remove(request, get_object_or_404(Schedule, pk=pk), services.remove_schedule)


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def remove_holidays(request: CustomerRequest, pk: int) -> HttpResponse:
    return _remove(request, get_object_or_404(HolidaySchedule, pk=pk), services.remove_holidays)


def _remove(request: CustomerRequest, found: Schedule | HolidaySchedule, remove: Callable[..., Any]) -> HttpResponse:
    try:
        remove(actor=request.actor, schedule=found)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("%(name)s removed") % {"name": found.name})
    return redirect("pbx:schedules")
