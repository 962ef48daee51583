"""The exchange at a glance: its state now, the dial plan, what is wrong with it, and where a call would go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from pbx import dialplan, services, whatif
from pbx.forms.company import CloseForm, SwitchForm, WhatIfForm
from pbx.models import ExchangeSettings
from pbx.routing import shapes
from pbx.routing.checks import Report, check
from pbx.routing.night import Night, Why, mode_at
from pbx.selectors import exchange_settings, load_exchange
from pbx.sentences import PASSED, plan_in_words, problem_in_words
from pbx.views.common import crumbs, sections, settings_or_404, urls_of
from portal.charts import call_outline, call_tree
from portal.lib import numbers, ui
from telephony.timetable import ZONE, format_clock
from telephony.words import short_moment

HOLIDAYS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem as the page shows it; ``url`` mends it."""

    place: int
    text: str
    why: str
    url: str
    is_hint: bool


@customer_view(Capability.EDIT_SETTINGS)
@require_GET
def overview(request: CustomerRequest) -> HttpResponse:
    settings = exchange_settings(request.customer)
    if settings is None:
        return render(request, "pbx/none.html")
    exchange = load_exchange(request.customer)
    now = timezone.now().astimezone(ZONE)
    urls = urls_of(exchange)
    report = check(exchange, now)
    findings = _findings(report, urls)
    context: dict[str, Any] = {
        "settings": settings,
        "can_close": settings.night_schedule is not None and settings.night_target is not None,
        "sections": sections("overview"),
        "findings": findings,
        "passed": [PASSED[name] for name in report.passed],
        "serious": len(report.serious),
        "blocked": not exchange.company_number,
        "modes": ExchangeSettings.NightMode.choices,
        "mode": mode_at(exchange.night, now).value,
        "whatif": WhatIfForm(initial={"dialled": _shown_number(exchange), "at": now}),
        **_state(exchange, dialplan.company_state(exchange, now)),
        **_tree(request, exchange, report, urls),
        "soon": _soon(exchange),
    }
    return render(request, "pbx/overview.html", context)


def _shown_number(exchange: shapes.Exchange) -> str:
    return numbers.display(exchange.company_number) if exchange.company_number else ""


def _state(exchange: shapes.Exchange, night: Night) -> dict[str, Any]:
    """The page's answer: open or closed, until when, why, and what happens then."""
    until = short_moment(night.until, timezone.now()) if night.until else ""
    if until:
        title = _("Closed until %(until)s") if night.is_on else _("Open until %(until)s")
    else:
        title = _("Closed until you change it") if night.is_on else _("Open until you change it")
    target = exchange.label(night.target) if night.target else ""
    reasons = {
        Why.SCHEDULE: _("Switches by itself, after the hours of %(schedule)s."),
        Why.HOLIDAY: _("It is %(holiday)s. Switches by itself."),
        Why.MANUAL: _("Switched by hand. After that automatic again.") if until else _("Switched by hand."),
        Why.NO_SCHEDULE: _("Automatic, but no working hours are chosen."),
        Why.OBJECT: "",
    }
    facts = {"until": until, "schedule": exchange.night.schedule_name, "holiday": night.holiday, "target": target}
    then = ""
    if night.is_on:
        then = _("Calls go to %(target)s.") if target else _("There is no destination, so calls go on as by day.")
    elif until and target:
        then = _("Then to %(target)s.")
    return {"is_closed": night.is_on, "title": title % facts, "why": f"{reasons[night.why]} {then}".strip() % facts}


def _soon(exchange: shapes.Exchange) -> list[tuple[Any, str]]:
    """The next holidays: the day, and its name with the hours if it is not a whole day."""
    table = exchange.night.timetable
    if table is None or mode_at(exchange.night, timezone.now()) is not shapes.NightMode.AUTO:
        return []
    found = []
    for day, holiday in table.upcoming(timezone.localdate(), days=90)[:HOLIDAYS_SHOWN]:
        if holiday.is_all_day:
            words = _("%(name)s, closed") % {"name": holiday.name}
        else:
            times = {"name": holiday.name, "start": format_clock(holiday.start), "end": format_clock(holiday.end)}
            words = _("%(name)s, closed from %(start)s to %(end)s") % times
        found.append((day, words))
    return found


def _findings(report: Report, urls: Any) -> list[Finding]:
    found = []
    for place, problem in enumerate(report.problems, start=1):
        text, why = problem_in_words(problem.code, problem.facts)
        url = urls.get(problem.subject, "") if problem.subject else ""
        found.append(Finding(place, text, why, url, problem.is_hint))
    return found


def _tree(request: CustomerRequest, exchange: shapes.Exchange, report: Report, urls: Any) -> dict[str, Any]:
    """The dial plan of one number at one moment; both chosen in the address."""
    used = [number for number, owner in exchange.numbers.items() if owner is not None]
    used.sort(key=lambda number: (number != exchange.company_number, number))
    if not used:
        return {"tree": "", "numbers": []}
    chosen = request.GET.get("number", "")
    number = chosen if chosen in used else used[0]
    moments = dialplan.sample_moments(exchange, timezone.now().astimezone(ZONE))
    view = request.GET.get("view", "now")
    view = view if view in moments else "now"
    problems: dict[int, int] = {}
    for place, problem in enumerate(report.problems, start=1):
        if problem.subject and not problem.is_hint:
            problems.setdefault(problem.subject, place)
    root = dialplan.tree_of(dialplan.Plan(exchange, moments[view], problems, urls), number)
    words = {"now": _("Now"), "day": _("Day"), "night": _("Night"), "holiday": _("Holiday")}
    query = f"number={number.replace('+', '%2B')}"
    return {
        "numbers": [(value, numbers.display(value), value == number) for value in used],
        "view": view,
        "views": [ui.Choice(words[name], f"?{query}&view={name}#plan", name == view) for name in moments],
        "tree": call_tree(root, label=_("Dial plan of %(number)s") % {"number": numbers.display(number)}),
        "outline": call_outline(root),
        "at": moments[view],
    }


@customer_view(Capability.EDIT_SETTINGS)
@require_POST
def switch(request: CustomerRequest) -> HttpResponse:
    settings = settings_or_404(request.customer)
    before = settings.night_mode
    # "Put back" of the toast says in its address where to go back to.
    form = SwitchForm(request.POST if "night_mode" in request.POST else request.GET)
    if not form.is_valid():
        failed(request, _("Choose automatic, open or closed."))
        return redirect("pbx:overview")
    try:
        services.set_night_mode(actor=request.actor, settings=settings, mode=form.cleaned_data["night_mode"])
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("pbx:night")
    words = {
        ExchangeSettings.NightMode.AUTO: _("Night mode follows your working hours"),
        ExchangeSettings.NightMode.OFF: _("Open until you change it"),
        ExchangeSettings.NightMode.ON: _("Closed until you change it"),
    }
    undo = f"{reverse('pbx:switch')}?night_mode={before}"
    saved(request, words[ExchangeSettings.NightMode(form.cleaned_data["night_mode"])], undo_url=undo)
    return redirect("pbx:overview")


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def close(request: CustomerRequest) -> HttpResponse:
    """Close now until a chosen moment."""
    settings = settings_or_404(request.customer)
    form = CloseForm(request.POST or None, initial={"until": _usual_end(request)})
    if request.method == "POST" and form.is_valid():
        try:
            services.close_until(actor=request.actor, settings=settings, until=form.cleaned_data["until"])
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            until = short_moment(form.cleaned_data["until"], timezone.now())
            undo = f"{reverse('pbx:switch')}?night_mode={settings.night_mode}"
            saved(request, _("Closed until %(until)s") % {"until": until}, undo_url=undo)
            return redirect("pbx:overview")
    way = crumbs("overview", _("Exchange"), _("Close now until…"))
    return render(request, "pbx/close.html", {"form": form, "crumbs": way})


def _usual_end(request: CustomerRequest) -> datetime:
    """The next time the company opens by itself, else in an hour."""
    table = load_exchange(request.customer).night.timetable
    now = timezone.localtime()
    change = table.next_change(now) if table else None
    if table and change and table.is_open(now):
        change = table.next_change(change)
    return (change or now + timedelta(hours=1)).astimezone(ZONE)


@customer_view(Capability.EDIT_SETTINGS)
@require_GET
def route(request: CustomerRequest) -> HttpResponse:
    """The what-if: a page of its own, and the part that htmx swaps in."""
    form = WhatIfForm(request.GET or None, initial={"at": timezone.localtime()})
    answer = None
    if form.is_valid():
        given = form.cleaned_data
        question = whatif.Question(
            dialled=given["dialled"], at=given["at"], caller=given["caller"], keys=given["keys"], busy=given["busy"]
        )
        answer = whatif.ask(load_exchange(request.customer), question)
    context = {
        "whatif": form,
        "steps": plan_in_words(answer.plan, answer.question.at) if answer else [],
        "answer": answer,
        "outcome": whatif.outcome_in_words(answer) if answer else "",
    }
    return render(request, "pbx/_route.html" if request.htmx else "pbx/route.html", context)
