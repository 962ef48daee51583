"""What a page about calls is asked for: period, filters and the words for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Actor, Capability
from cdr.filters import CallFilter, CallFilterForm, read_filter, read_period
from cdr.selectors import calls, names
from portal.lib import formats
from portal.lib.numbers import display, mask
from portal.lib.periods import Month
from portal.lib.ui import Choice, PeriodPicker

KEPT = "month from to view sort"
MONTHS_SHOWN = 13


def language() -> str:
    """`nl` or `en`."""
    return (get_language() or "nl")[:2]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of a request, the form that shows it and the names of own numbers."""

    filter: CallFilter
    form: CallFilterForm
    names: Mapping[str, str]
    today: date

    @property
    def selection(self) -> calls.Selection:
        return self.filter.selection

    @property
    def days_words(self) -> str:
        """`1 t/m 31 oktober`."""
        return formats.day_range(self.selection.first, self.selection.end, language(), today=self.today)

    def own(self, number: str) -> tuple[str, str]:
        """Name and shown number of an own number; the name is empty where there is none."""
        return self.names.get(number, ""), shown(number)

    def other(self, number: str) -> str:
        """Another party's number, as much of it as may be seen."""
        text = shown(number)
        return text if self.selection.full_numbers or number in self.names else mask(text)

    def plain_other(self, number: str) -> str:
        """The same for programs: as it is stored, or with x for what may not be seen."""
        return number if self.selection.full_numbers or number in self.names else mask(number)


def shown(number: str) -> str:
    """A stored number for people."""
    if number.startswith("ext:"):
        return number.removeprefix("ext:")
    return display(number) if number else _("unknown number")


def ask(query: QueryDict, actor: Actor) -> Asked:
    """Read a query inside the customer's door."""
    today = timezone.localdate()
    first, end = read_period(query, today)
    own = names.own_names()
    period = calls.Selection(first, end)
    choices = [
        (number, " ".join(filter(None, (own.get(number), shown(number))))) for number in calls.own_numbers(period)
    ]
    billed = [(str(Month.of_day(day)), formats.month(Month.of_day(day), language())) for day in calls.billing_periods()]
    form = CallFilterForm(query, numbers=choices, periods=billed)
    wanted = query.get("invoice") or ""
    months = calls.months_of_billing_period(Month.parse(wanted).first_day) if wanted in dict(billed) else None
    found = read_filter(
        query,
        today=today,
        full_numbers=actor.can(Capability.FULL_NUMBERS),
        names=own,
        form=form,
        invoice_months={wanted: months} if months else {},
    )
    return Asked(found, form, own, today)


def address(request: HttpRequest, path: str = "", **changes: str | None) -> str:
    """The page's own address, or another with the same filters, with parameters changed; paging starts over."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name.rstrip("_"), None)
        if value:
            query[name.rstrip("_")] = value
    text = query.urlencode()
    return f"{path or request.path}?{text}" if text else path or request.path


def tabs(request: HttpRequest, active: str) -> list[Choice]:
    """Totals and details, with the same period and filters."""
    return [
        Choice(label, address(request, reverse(f"cdr:{name}"), view=None, sort=None), active == name)
        for name, label in (("totals", _("Totals")), ("details", _("Details")))
    ]


def picker(request: HttpRequest, asked: Asked) -> PeriodPicker:
    """The period: months one by one, or days of one's own."""
    running = Month.of_day(asked.today)
    month = asked.filter.month
    days = asked.selection.end - asked.selection.first
    if month is not None:
        label, before, after = formats.month(month, language()), month.previous(), month.next()
        previous = address(request, month=str(before), from_=None, to=None, invoice=None)
        following = address(request, month=str(after), from_=None, to=None, invoice=None) if month < running else ""
    else:
        label = asked.days_words
        previous = _days_address(request, asked.selection.first - days, asked.selection.first)
        following = _days_address(request, asked.selection.end, asked.selection.end + days)
    months = [running.shifted(-back) for back in range(MONTHS_SHOWN)]
    last = asked.selection.end - timedelta(days=1)
    left_out = {"month", "from", "to", "after", "before", "invoice"}
    return PeriodPicker(
        label=label,
        previous_url=previous,
        next_url=following,
        choices=[
            Choice(
                formats.month(each, language()),
                address(request, month=str(each), from_=None, to=None, invoice=None),
                each == month,
            )
            for each in months
        ],
        current=None
        if month == running
        else Choice(_("Running period"), address(request, month=None, from_=None, to=None, invoice=None)),
        about=asked.days_words,
        own=True,
        first=asked.selection.first.isoformat(),
        last=last.isoformat(),
        action=request.path,
        keep=[(name, value) for name in request.GET if name not in left_out for value in request.GET.getlist(name)],
    )


def _days_address(request: HttpRequest, first: date, end: date) -> str:
    last = end - timedelta(days=1)
    return address(request, month=None, invoice=None, from_=first.isoformat(), to=last.isoformat())
