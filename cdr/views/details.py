"""Details: the calls themselves, a page of them at a time, and the story of one."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, language
from cdr.cost_words import calculation_words
from cdr.filters import type_label
from cdr.models import CallRecord
from cdr.rating.prices import calculate
from cdr.selectors import calls, names
from cdr.selectors.calls import Sums, add_up
from cdr.selectors.rates import used_rate
from cdr.views.periods import KEPT, address, picker, tabs
from cdr.vocabulary import CallType, Direction, Flag, Leg, Product
from portal.lib import formats
from portal.lib.periods import local_day
from portal.lib.ui import Choice, Step

ICONS = {
    Direction.OUTGOING: "arrow-out",
    Direction.INCOMING: "arrow-in",
    Direction.FORWARDED: "forward",
    Direction.INTERNAL: "phone",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A call as the list shows it. `title` and `number` are of the other party, `own` of the customer's number."""

    call: CallRecord
    url: str
    icon: str
    direction: str
    title: str
    number: str
    own: str
    own_number: str
    type: str
    free: bool


@dataclass(frozen=True, slots=True)
class DayGroup:
    """The calls of one day on this page, under the day's whole amount in the selection."""

    day: date
    sums: Sums
    lines: list[Line]


@require_safe
@customer_view(Capability.VIEW_CALLS)
def details(request: CustomerRequest) -> HttpResponse:
    """The calls that are selected, newest first."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    page = calls.page(asked.selection, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    days = calls.by_day(asked.selection)
    whole = add_up(days.values())
    where = names.destinations(page.calls)
    lines = [line_of(call, asked, where) for call in page.calls]
    groups = [
        DayGroup(day, days.get(day, Sums()), list(group))
        for day, group in groupby(lines, lambda line: local_day(line.call.start))
    ]
    context = {
        "asked": asked,
        "form": asked.form,
        "kept": KEPT,
        "tabs": tabs(request, "details"),
        "picker": picker(request, asked),
        "whole": whole,
        "groups": groups,
        "page": page,
        "full_numbers": asked.selection.full_numbers,
        "text": ngettext("%(count)s call", "%(count)s calls", whole.calls)
        % {"count": formats.number(whole.calls, language())},
        "csv": address(request, reverse("cdr:export"), view=None, sort=None),
        "clear": address(request, q=None, product=None, direction=None, type=None, number=None, other=None),
    }
    return render(request, "cdr/details.html", context)


def line_of(call: CallRecord, asked: Asked, where: dict[int, str]) -> Line:
    """What the list shows of a call."""
    own, own_number = asked.own(call.number)
    other = asked.other(call.other)
    direction = Direction(call.direction)
    title = asked.names.get(call.other) or where.get(call.rate_id) or type_label(call.call_type)
    return Line(
        call=call,
        url=reverse("cdr:call", args=[calls.cursor_of(call)]),
        icon=ICONS[direction],
        direction=str(direction.label),
        title=title,
        number=other,
        own=own or own_number,
        own_number=own_number if own else "",
        type=type_label(call.call_type),
        free=call.call_type in {CallType.INCOMING, CallType.INTERNAL},
    )


@require_safe
@customer_view(Capability.VIEW_CALLS)
def call(request: CustomerRequest, place: str) -> HttpResponse:
    """The story of one call: who with whom, over which legs, and how its price was made."""
    found = calls.place_of(place)
    record = calls.call_at(*found) if found else None
    if record is None:
        raise Http404
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    where = names.destinations([record])
    line = line_of(record, asked, where)
    crumbs = [
        Choice(_("Call details"), reverse("cdr:totals")),
        Choice(_("Details"), reverse("cdr:details")),
        Choice(line.title),
    ]
    context = {
        "line": line,
        "call": record,
        "crumbs": crumbs,
        "origin": asked.other(record.origin) if record.origin else "",
        "product": Product(record.product).label,
        "calculation": _calculation(record),
        "legs": _legs(record, asked),
        "guessed": bool(record.flags & Flag.TIME_GUESSED),
        "doubtful": bool(record.flags & Flag.NO_ID),
    }
    return render(request, "cdr/call.html", context)


def _calculation(record: CallRecord) -> str:
    """How the amount was made, in words; a call that cost nothing says why."""
    if record.micros is None:
        return _("There is no tariff for this number yet. The amount follows.")
    if record.flags & Flag.PRICE_GIVEN and record.direction in {Direction.OUTGOING, Direction.FORWARDED}:
        return _("This price came with the call from its network; no tariff was used.")
    rate = used_rate(record.rate_id)
    if rate is None:
        return _("Incoming and internal calls cost nothing.")
    if not record.seconds:
        return _("Nobody answered, so it cost nothing.")
    reckoned = calculate(rate.price, rate.hours, seconds=abs(record.seconds), start=record.start)
    return calculation_words(reckoned, language())


def _legs(record: CallRecord, asked: Asked) -> list[Step]:
    found = calls.legs_of(record)
    if len(found) < 2:
        return []
    first = min(leg.start for leg in found)
    return [
        Step(
            at=formats.call_time(int((leg.start - first).total_seconds())),
            text=_("%(own)s and %(other)s")
            % {"own": asked.own(leg.number)[0] or asked.own(leg.number)[1], "other": asked.other(leg.other)},
            detail=_("%(direction)s, %(time)s")
            % {"direction": Direction(leg.direction).label, "time": formats.call_time(leg.seconds)},
            kind="good" if leg.leg == Leg.CALL else "off",
        )
        for leg in found
    ]
