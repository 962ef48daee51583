"""What is asked of the calls: a filter, the form that shows it, and words for numbers. For pages, export and API."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Actor, Capability
from cdr.filters import (
    LONGEST_DAYS,
    UNKNOWN_NUMBER,
    BilledDays,
    CallFilter,
    CallFilterForm,
    in_numbers,
    read_filter,
    read_part,
    read_period,
    typed_days,
    unread_period,
)
from cdr.selectors import calls, names
from portal.lib import formats
from portal.lib.numbers import display, mask
from portal.lib.periods import Month, months

OWN_NUMBER = re.compile(r"\+[1-9][0-9]{6,16}|ext:[0-9]{1,8}")
MOST_ASKED = 500


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
    def last_day(self) -> date:
        return self.selection.end - timedelta(days=1)

    @property
    def days_count(self) -> int:
        return (self.selection.end - self.selection.first).days

    @property
    def days_words(self) -> str:
        """`1 t/m 31 oktober`; of a running month up to and including today."""
        end = self.selection.end
        if self.filter.month == Month.of_day(self.today):
            end = min(end, self.today + timedelta(days=1))
        return formats.day_range(self.selection.first, end, language(), today=self.today)

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
    return display(number) if number and number != UNKNOWN_NUMBER else _("unknown number")


def ask(query: QueryDict, actor: Actor, *, today: date) -> Asked:
    """Read a query inside the customer's door."""
    invoices = _invoices()
    query = _by_invoice(in_numbers(query), invoices)
    period = invoices.get(query.get("invoice") or "")
    billed = _billed_days(period) if period else None
    first, end = read_period(query, today, billed)
    own = names.own_names()
    numbers = [number or UNKNOWN_NUMBER for number in calls.own_numbers(calls.Selection(first, end))]
    full_numbers = actor.can(Capability.FULL_NUMBERS)
    choices = [
        (number, " ".join(filter(None, (own.get(number), shown(number).replace(" ", formats.NBSP)))))
        for number in (*numbers, *_asked_numbers(query, numbers))
    ]
    form = CallFilterForm(
        query,
        numbers=choices,
        invoices=[(name, _invoice_words(name, period)) for name, period in invoices.items()],
        parts=list(parts(query, billed)),
    )
    found = read_filter(
        query,
        today=today,
        full_numbers=full_numbers,
        form=form,
        find=lambda typed: calls.find_parties(typed, own=numbers, names=own, full_numbers=full_numbers),
        billed=billed,
    )
    return Asked(found, form, own, today)


def _invoices() -> dict[str, date]:
    """The billing periods that can be asked for, the latest first: by the number of the invoice, where there is none yet as
    `2026-10`.
    """
    return {number or str(Month.of_day(day)): day for day, number in calls.billing_periods().items()}


def _by_invoice(query: QueryDict, invoices: Mapping[str, date]) -> QueryDict:
    """A query that names an invoice by its number, also where it was named by the month that it is of."""
    typed = query.get("invoice") or ""
    names = {str(Month.of_day(day)): name for name, day in invoices.items()}
    name = names.get(typed.strip(), typed.strip())
    if name == typed:
        return query
    told = query.copy()
    told["invoice"] = name
    return told


def _invoice_words(name: str, period: date) -> str:
    month = Month.of_day(period)
    return " · ".join(filter(None, [formats.month(month, language()), name if name != str(month) else ""]))


def parts(query: QueryDict, billed: BilledDays | None = None) -> Iterator[tuple[str, str]]:
    """What may stand alone, with its words: the months in which calls of an invoice started, and what is asked for."""
    whole = {str(month) for month in _months(billed)} if billed else set()
    for part in sorted(whole | set(filter(read_part, query.getlist("on")[-1:]))):
        yield part, part_words(part)


def _months(billed: BilledDays) -> Iterator[Month]:
    return months(Month.of_day(billed.first), Month.of_day(billed.end - timedelta(days=1)))


def part_words(part: str) -> str:
    """`oktober 2026`, or `15 oktober 2026`."""
    try:
        return formats.month(Month.parse(part), language())
    except ValueError:
        return formats.full_date(date.fromisoformat(part), language())


def _billed_days(period: date) -> BilledDays:
    """Of a period without calls that are shown, its own month."""
    month = Month.of_day(period)
    return BilledDays(period, *(calls.months_of_billing_period(period) or (month.first_day, month.end_day)))


def problems(query: QueryDict, asked: Asked) -> dict[str, list[str]]:
    """What of a query cannot be read, by parameter. A page shows the rest and says so; a file or a program would take
    what was left for what was asked.
    """
    found = {name: [str(text) for text in texts] for name, texts in asked.form.errors.items()}
    if name := unread_period(query, asked.today):
        found[name] = [_period_problem(query, name)]
    return found


def problem_lines(query: QueryDict, asked: Asked) -> list[tuple[str, str]]:
    """The same for people: what it is about and what is wrong."""
    return [
        (str(asked.form.fields[name].label) if name in asked.form.fields else _("Period"), text)
        for name, texts in problems(query, asked).items()
        for text in texts
    ]


def _period_problem(query: QueryDict, name: str) -> str:
    first, last = typed_days(query)
    if name == "from" and first and last:
        if last < first:
            return _("The last day comes before the first.")
        return _("These are more than %(days)s days.") % {"days": LONGEST_DAYS}
    text = _("Write a month as 2026-10, or both from and to as 2026-10-31, at most %(days)s days.")
    return text % {"days": LONGEST_DAYS}


def _asked_numbers(query: QueryDict, known: Iterable[str]) -> list[str]:
    """Numbers that are asked for while they have no calls in this period: they stay chosen, and find nothing."""
    asked = dict.fromkeys(query.getlist("number")[:MOST_ASKED])
    return [number for number in asked if _may_be_own(number) and number not in known]


def _may_be_own(number: str) -> bool:
    return number == UNKNOWN_NUMBER or bool(OWN_NUMBER.fullmatch(number))
