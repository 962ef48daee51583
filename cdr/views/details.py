"""Details: the calls themselves, a page of them at a time."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, language, problem_lines
from cdr.filters import type_label
from cdr.models import CallRecord
from cdr.selectors import calls, names
from cdr.selectors.calls import Page, Sums, add_up
from cdr.views import files, saved, waiting
from cdr.views.periods import KEPT, picker, result_words, tabs
from cdr.vocabulary import CallType, Direction, Leg
from portal.lib import formats
from portal.lib.periods import local_day

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
    clock: str
    length: str
    url: str
    icon: str
    direction: str
    title: str
    number: str
    own: str
    own_number: str
    type: str
    answered: bool
    free: bool  # nothing was to be paid, whatever the tariff says
    in_bundle: bool  # all of it is covered
    bundle: str  # whether a bundle covers it, wholly or in part
    note: str  # of a correction, and of what was corrected


@dataclass(frozen=True, slots=True)
class DayGroup:
    """The calls of one day on this page, under the day's whole amount in the selection where that is known."""

    day: date
    sums: Sums | None
    lines: list[Line]


@require_safe
@customer_view(Capability.VIEW_CALLS)
def details(request: CustomerRequest) -> HttpResponse:
    """The calls that are selected, newest first."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    context = {
        "asked": asked,
        "form": asked.form,
        "kept": KEPT,
        "saved": saved.bar(request, asked),
        "unread": problem_lines(request.GET, asked),
        "tabs": tabs(request, "details"),
        "picker": picker(request, asked),
        "downloads": files.menu(request),
    }
    goes_on = waiting.goes_on(request)
    page = _page(request, asked, most=calls.REACH if goes_on else calls.AT_ONCE)
    if page is None:
        context["waiting"] = waiting.waiting(request, calls.total(asked.filter.unfiltered).calls)
        return waiting.answered(request, "cdr/details.html", context)
    return waiting.answered(request, "cdr/details.html", context | _result(asked, page))


def _page(request: CustomerRequest, asked: Asked, *, most: int) -> Page | None:
    """A page of calls; None where it and what stands above it take more records than `most`."""
    selection = asked.selection
    at_once = most < calls.REACH
    if at_once and calls.records_to_read(selection) > most:
        return None
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = calls.page(selection, after=after, before=before, most=most)
    return None if at_once and page.in_part else page


def _result(asked: Asked, page: Page) -> dict[str, object]:
    counted = calls.countable(asked.selection)
    days = calls.by_day(counted) if asked.selection.needs_records else calls.days_of(asked.selection, page.calls)
    whole = add_up(days.values()) if asked.selection.needs_records else calls.total(asked.selection)
    where = names.destinations(page.calls)
    back = calls.booked_back(page.calls)
    lines = [line_of(call, asked, where, replaced=call.pk in back) for call in page.calls]
    groups = [
        DayGroup(day, days.get(day), list(group))
        for day, group in groupby(lines, lambda line: local_day(line.call.start))
    ]
    return {
        "many_own": len({line.own for line in lines}) > 1,
        "whole": whole,
        "result": result_words(whole.calls),
        "since": counted.first if counted != asked.selection else None,
        "groups": groups,
        "page": page,
        "nothing": not (whole.calls or page.calls or page.after or page.before),
        "full_numbers": asked.selection.full_numbers,
        "text": _count(asked, whole),
    }


def _count(asked: Asked, whole: Sums) -> str:
    """`38 of 393 calls`: of the calls of the period, how many the filters let through."""
    tongue = language()
    count = formats.number(whole.calls, tongue)
    if not asked.filter.is_filtered:
        return ngettext("%(count)s call", "%(count)s calls", whole.calls) % {"count": count}
    every = calls.total(asked.filter.unfiltered).calls
    return ngettext("%(count)s of %(every)s call", "%(count)s of %(every)s calls", every) % {
        "count": count,
        "every": formats.number(every, tongue),
    }


def line_of(call: CallRecord, asked: Asked, where: dict[int, str], *, replaced: bool = False) -> Line:
    """What the list shows of a call."""
    own, own_number = asked.own(call.number)
    other = asked.other(call.other)
    direction = Direction(call.direction)
    is_correction = call.leg == Leg.REVERSAL
    title = asked.names.get(call.other) or where.get(call.rate_id) or type_label(call.call_type)
    return Line(
        call=call,
        clock=formats.clock(call.start),
        length=formats.call_time(call.seconds),
        url=reverse("cdr:call", args=[calls.cursor_of(call)]),
        icon="undo" if is_correction else ICONS[direction],
        direction=str(direction.label),
        title=title,
        number=other,
        own=own or own_number,
        own_number=own_number if own else "",
        type=type_label(call.call_type),
        in_bundle=bool(call.covered_seconds) and not call.amount,
        answered=bool(call.seconds),
        free=call.call_type in {CallType.INCOMING, CallType.INTERNAL} or not (call.seconds or call.amount),
        bundle=_bundle(call),
        note=_("Correction") if is_correction else _("booked back") if replaced else "",
    )


def _bundle(call: CallRecord) -> str:
    if not call.covered_seconds:
        return ""
    return _("in bundle") if abs(call.covered_seconds) >= abs(call.seconds) else _("partly in bundle")
