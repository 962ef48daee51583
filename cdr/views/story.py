"""The story of one call: who with whom, over which legs, how its price was made, and what was corrected."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr import story_words
from cdr.asking import Asked, ask, language
from cdr.models import CallRecord
from cdr.selectors import calls, names
from cdr.selectors.bundles import covers_of
from cdr.selectors.rates import used_rate
from cdr.views.details import line_of
from cdr.vocabulary import Direction, Flag, Leg, Product
from portal.lib import formats
from portal.lib.periods import Month, local_day
from portal.lib.ui import Choice, Step


@require_safe
@customer_view(Capability.VIEW_CALLS)
def call(request: CustomerRequest, place: str) -> HttpResponse:
    """One row of the list, opened."""
    found = calls.place_of(place)
    record = calls.call_at(*found) if found else None
    if record is None:
        raise Http404
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    chain = calls.chain_of(record)
    line = line_of(record, asked, names.destinations([record]), replaced=chain.by is not None)
    rate = used_rate(record.rate_id)
    crumbs = [
        Choice(_("Call details"), reverse("cdr:totals")),
        Choice(_("Details"), reverse("cdr:details")),
        Choice(line.title),
    ]
    context = {
        "line": line,
        "call": record,
        "crumbs": crumbs,
        "people": _people(record, asked),
        "product": Product(record.product).label,
        "period": formats.month(Month.of_day(record.billing_period), language()),
        "calculation": story_words.calculation(record, rate),
        "rate": rate,
        "tariff": (rate.tariff or _("a price of your own")) if rate else "",
        "covers": _covers(record),
        "valid_from": formats.full_date(rate.valid_from, language()) if rate else "",
        "corrections": _corrections(chain, asked),
        "legs": _legs(record, asked),
        "guessed": bool(record.flags & Flag.TIME_GUESSED),
        "doubtful": bool(record.flags & Flag.NO_ID),
    }
    return render(request, "cdr/call.html", context)


def _people(record: CallRecord, asked: Asked) -> list[tuple[str, str]]:
    """Who called whom, as pairs of a word and a name; of a forwarded call also who forwarded it and pays."""
    own = " · ".join(filter(None, asked.own(record.number)))
    other = asked.other(record.other)
    if name := asked.names.get(record.other):
        other = f"{name} · {other}"
    if record.direction == Direction.FORWARDED:
        caller = asked.other(record.origin) if record.origin else _("unknown number")
        return [(_("Caller"), caller), (_("Forwarded by"), own), (_("Forwarded to"), other), (_("Who pays"), own)]
    if record.direction == Direction.INCOMING:
        return [(_("Caller"), other), (_("Called number"), own)]
    return [(_("Caller"), own), (_("Called number"), other)]


def _covers(record: CallRecord) -> list[tuple[str, str]]:
    """What each bundle covers of the call: its name, and how much time and money."""
    return [
        (
            cover.bundle.name,
            _("%(time)s, %(amount)s")
            % {
                "time": formats.call_time(cover.covered_seconds),
                "amount": formats.euro4(cover.discount_micros, language()),
            },
        )
        for cover in covers_of(record)
    ]


def _corrections(chain: calls.Chain, asked: Asked) -> list[Choice]:
    """What was corrected, each with the way to the other row."""
    sentences = [
        (chain.booked_back, _("This books back the call of %(day)s.")),
        (chain.before, _("This took the place of the call of %(day)s, which was booked back.")),
        (chain.by, _("This call was booked back: see the correction of %(day)s.")),
        (chain.after, _("What took its place is the call of %(day)s.")),
    ]
    return [
        Choice(sentence % {"day": _when(row, asked)}, reverse("cdr:call", args=[calls.cursor_of(row)]))
        for row, sentence in sentences
        if row is not None
    ]


def _when(row: CallRecord, asked: Asked) -> str:
    day = formats.day(local_day(row.start), language(), today=asked.today)
    amount = _("no price yet") if row.amount is None else formats.euro4(row.amount, language())
    return f"{day} {formats.clock(row.start)} ({amount})"


def _legs(record: CallRecord, asked: Asked) -> list[Step]:
    found = story_words.legs(record)
    if len(found) < 2:
        return []
    first = min(leg.start for leg in found)
    words = {
        Direction.OUTGOING: _("%(own)s calls %(other)s"),
        Direction.INCOMING: _("%(other)s calls %(own)s"),
        Direction.FORWARDED: _("%(own)s forwards to %(other)s, and pays"),
        Direction.INTERNAL: _("%(own)s calls %(other)s"),
    }
    return [
        Step(
            at=formats.call_time(int((leg.start - first).total_seconds())),
            text=words[Direction(leg.direction)]
            % {"own": next(filter(None, asked.own(leg.number))), "other": asked.other(leg.other)},
            detail=_("answered, %(time)s") % {"time": formats.call_time(leg.seconds)}
            if leg.seconds
            else _("not answered"),
            kind="good" if leg.leg == Leg.CALL else "off",
        )
        for leg in found
    ]
