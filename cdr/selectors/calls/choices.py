"""What can be chosen: own numbers and billing periods that have calls, and the invoices of those."""

from datetime import date, timedelta

from django.db.models import DateField, Value

from cdr.models import BilledPeriod, MonthlyTotal
from cdr.selectors.calls.selection import SHOWN, Selection
from portal.lib.periods import Month
from portal.queries import Given, Written

MOST_PERIODS = 36

_OWN_NUMBERS = Written[tuple[str]](
    lambda: (
        MonthlyTotal.objects.order_by()
        .filter(month__gte=Given("first", DateField()), month__lte=Given("last", DateField()), call_type__in=SHOWN)
        .values_list("number")
        .distinct()
    )
)
_BILLING_PERIODS = Written[tuple[date, str]](
    lambda: (
        MonthlyTotal.objects.filter(call_type__in=SHOWN)
        .values_list("billing_period", Value(""))
        .distinct()
        .order_by("-billing_period")[:MOST_PERIODS]
        .union(
            BilledPeriod.objects.order_by().exclude(invoice="").values_list("first_day", "invoice"),
            all=True,
        )
        .order_by()
    )
)


def own_numbers(selection: Selection) -> list[str]:
    """Own numbers with calls in the months of the selection."""
    first, last = Month.of_day(selection.first), Month.of_day(selection.end - timedelta(days=1))
    return sorted(number for (number,) in _OWN_NUMBERS.rows(first=first.first_day, last=last.first_day))


def billing_periods() -> dict[date, str]:
    """The number of the invoice, empty where there is none yet, of each billing period that has one, and of the latest
    MOST_PERIODS with calls that are shown; the latest first.
    """
    found: dict[date, str] = {}
    for period, invoice in _BILLING_PERIODS.rows():
        found[period] = invoice or found.get(period, "")
    return dict(sorted(found.items(), reverse=True))


def months_of_billing_period(first_day: date) -> tuple[date, date] | None:
    """First day of the first and end of the last month in which shown calls of a billing period started."""
    found = MonthlyTotal.objects.filter(billing_period=first_day, call_type__in=SHOWN)
    months = sorted(found.values_list("month", flat=True).distinct())
    return (months[0], Month.of_day(months[-1]).end_day) if months else None
