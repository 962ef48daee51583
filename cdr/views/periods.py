"""The period, the tabs and the addresses that the pages about calls share."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdr.asking import Asked, language
from cdr.filters import PREVIOUS
from portal.lib import formats
from portal.lib.periods import Month
from portal.lib.ui import Choice, PeriodPicker

KEPT = "month from to view sort"
PLACE = ("after", "before", "counted")  # where in the result somebody is, and whether it was waited for
MONTHS_SHOWN = 13


def address(request: HttpRequest, path: str = "", **changes: str | None) -> str:
    """The page's own address, or another with the same filters, with parameters changed; paging starts over."""
    query = {name: values for name, values in request.GET.lists() if name not in PLACE}
    for name, value in changes.items():
        query.pop(name.rstrip("_"), None)
        if value:
            query[name.rstrip("_")] = [value]
    text = urlencode(query, doseq=True)
    return f"{path or request.path}?{text}" if text else path or request.path


def result_words(count: int) -> str:
    """What the button of the filters says: `Show 393 calls`."""
    shown = formats.number(count, language())
    return ngettext("Show %(count)s call", "Show %(count)s calls", count) % {"count": shown}


def tabs(request: HttpRequest, active: str) -> list[Choice]:
    """Totals and details, with the same period and filters; limits and signs of fraud, which have none."""
    views = [
        Choice(label, address(request, reverse(f"cdr:{name}"), view=None, sort=None), active == name)
        for name, label in (("totals", _("Totals")), ("details", _("Details")))
    ]
    others = (
        ("limits", _("Limits")),
        ("bundles", _("Bundles")),
        ("signs", _("Signs of fraud")),
        ("disputes", _("Disputes")),
    )
    return views + [Choice(label, reverse(f"cdr:{name}"), active == name) for name, label in others]


def picker(request: HttpRequest, asked: Asked) -> PeriodPicker:
    """The period: months one by one, or days of one's own."""
    running = Month.of_day(asked.today)
    month = asked.filter.month
    days = asked.selection.end - asked.selection.first
    if month is not None:
        label, before, after = formats.month(month, language()), month.previous(), month.next()
        previous = _month_address(request, str(before))
        following = _month_address(request, str(after)) if month < running else ""
    else:
        label = asked.days_words
        previous = _days_address(request, asked.selection.first - days, asked.selection.first)
        following = _days_address(request, asked.selection.end, asked.selection.end + days)
    months = [running.shifted(-back) for back in range(MONTHS_SHOWN)]
    last = asked.selection.end - timedelta(days=1)
    left_out = {"on", "month", "from", "to", "invoice", *PLACE}
    return PeriodPicker(
        label=label,
        previous_url=previous,
        next_url=following,
        choices=[
            Choice(_month_name(each, running), _month_address(request, str(each)), each == month) for each in months
        ],
        current=Choice(_("Previous period"), _month_address(request, PREVIOUS))
        if month == running
        else Choice(_("Running period"), _month_address(request, None)),
        about=asked.days_words,
        own=True,
        first=asked.selection.first.isoformat(),
        last=last.isoformat(),
        action=request.path,
        keep=[(name, value) for name in request.GET if name not in left_out for value in request.GET.getlist(name)],
    )


def _month_name(month: Month, running: Month) -> str:
    """`november 2026 · running`; the one before it is the previous period."""
    name = formats.month(month, language())
    if month == running:
        return _("%(month)s · running") % {"month": name}
    return _("%(month)s · previous") % {"month": name} if month == running.previous() else name


def _month_address(request: HttpRequest, month: str | None) -> str:
    return address(request, on=None, month=month, from_=None, to=None, invoice=None)


def _days_address(request: HttpRequest, first: date, end: date) -> str:
    last = end - timedelta(days=1)
    return address(request, on=None, month=None, invoice=None, from_=first.isoformat(), to=last.isoformat())


def calls_of_day(request: HttpRequest, asked: Asked, day: date) -> str:
    """The calls of one day of what is asked; of an invoice those that are on it."""
    if asked.selection.billing_period:
        return _calls(request, on=day.isoformat())
    return _calls(request, on=None, month=None, from_=day.isoformat(), to=day.isoformat())


def calls_of_month(request: HttpRequest, asked: Asked, month: Month) -> str:
    """The calls of one month of what is asked, of an invoice likewise."""
    part = asked.selection.between(month.first_day, month.end_day)
    last = part.end - timedelta(days=1)
    whole = (part.first, part.end) == (month.first_day, month.end_day)
    if asked.selection.billing_period:
        return _calls(request, on=str(month)) if whole else _calls(request)
    if whole:
        return _calls(request, on=None, month=str(month), from_=None, to=None)
    return _calls(request, on=None, month=None, from_=part.first.isoformat(), to=last.isoformat())


def _calls(request: HttpRequest, **changes: str | None) -> str:
    return address(request, reverse("cdr:details"), view=None, sort=None, **changes)
