"""What can be chosen: own numbers and billing periods that have calls, and the invoices of those."""

from datetime import date, timedelta

from cdr.models import BilledPeriod, MonthlyTotal
from cdr.selectors.calls.selection import SHOWN, Selection
from portal.lib.periods import Month


def own_numbers(selection: Selection) -> list[str]:
    """Own numbers with calls in the months of the selection."""
    first, last = Month.of_day(selection.first), Month.of_day(selection.end - timedelta(days=1))
    found = MonthlyTotal.objects.filter(
        month__gte=first.first_day, month__lte=last.first_day, call_type__in=SHOWN
    ).values_list("number", flat=True)
    return sorted(found.distinct())


def billing_periods() -> list[date]:
    """Billing periods with calls that are shown, the latest first."""
    found = MonthlyTotal.objects.filter(call_type__in=SHOWN).values_list("billing_period", flat=True)
    return list(found.distinct().order_by("-billing_period")[:36])


def months_of_billing_period(first_day: date) -> tuple[date, date] | None:
    """First day of the first and end of the last month in which shown calls of a billing period started."""
    found = MonthlyTotal.objects.filter(billing_period=first_day, call_type__in=SHOWN)
    months = sorted(found.values_list("month", flat=True).distinct())
    return (months[0], Month.of_day(months[-1]).end_day) if months else None


def invoice_numbers() -> dict[date, str]:
    """The number of each invoice by the first day of its billing period."""
    return dict(BilledPeriod.objects.exclude(invoice="").values_list("first_day", "invoice"))
