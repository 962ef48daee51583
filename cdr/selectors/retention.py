"""What is past its time of keeping, and what disputes hold back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import Customer
from cdr.models import BilledPeriod, BillingPeriod, CallRecord, Dispute, KeepingTime, MaskedPeriod, MonthlyTotal
from cdr.models.retention import DEFAULT_MONTHS
from cdr.vocabulary import HIDDEN_TYPES
from portal.lib.periods import Month, month_of

# A number is masked from its end, so one that is masked already does not match; short codes and extensions never do.
NUMBER = "[0-9]{7,}$"
_FREE = ", ".join(str(int(kind)) for kind in HIDDEN_TYPES)
# Free numbers and those for help are nobody's own, and whether a call is free is told by its whole number.
DUE = f"""call_type NOT IN ({_FREE}) AND customer_id = %(customer)s AND billing_period = %(period)s AND start >= %(start)s AND start < %(end)s
    AND ((other ~ '{NUMBER}' AND other <> ALL(%(own)s::text[])) OR (origin ~ '{NUMBER}' AND origin <> ALL(%(own)s::text[])))"""
HELD = "(record_id = ANY(%(records)s::text[]) OR (call_group <> '' AND call_group = ANY(%(groups)s::text[])))"


@dataclass(frozen=True, slots=True)
class Holds:
    """What open disputes hold of a billing period: all of it, or these records and all legs of these calls."""

    period: bool = False
    records: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def months_of(customer: Customer) -> int:
    """For how many months after a billing period the customer's numbers are kept."""
    own = KeepingTime.objects.filter(customer=customer).values_list("months", flat=True).first()
    return DEFAULT_MONTHS if own is None else own


def keeping(sought: str = "") -> QuerySet[Customer]:
    """Customers with their own `months` of keeping (None: the usual) and the period up to which numbers are masked, as
    `masked_until`; those in whose name or reference the text stands. Needs a crossing.
    """
    months = KeepingTime.objects.filter(customer=OuterRef("pk")).values("months")
    masked = MaskedPeriod.objects.filter(customer=OuterRef("pk")).order_by("-billing_period")
    found = Customer.objects.order_by("pk").annotate(
        months=Subquery(months[:1]), masked_until=Subquery(masked.values("billing_period")[:1])
    )
    return found.filter(Q(name__icontains=sought) | Q(reference__icontains=sought)) if sought else found


def shortest_months() -> int:
    """The shortest time of keeping of any customer: for what belongs to no customer."""
    least = KeepingTime.objects.aggregate(least=Min("months"))["least"]
    return min(DEFAULT_MONTHS, least or DEFAULT_MONTHS)


def last_due(months: int, now: datetime) -> date:
    """First day of the latest billing period that ended this many months ago."""
    return month_of(now).shifted(-months - 1).first_day


def due_periods(customer: Customer, now: datetime) -> list[date]:
    """Billing periods to be masked, the oldest first, inside the customer's door: past their time, closed and billed.

    One that a dispute held back comes again until nothing of it is left.
    """
    limit = last_due(months_of(customer), now)
    found = MonthlyTotal.objects.filter(billing_period__lte=limit)
    done = set(MaskedPeriod.objects.filter(held=0).values_list("billing_period", flat=True))
    billed = set(BilledPeriod.objects.filter(first_day__lte=limit).values_list("first_day", flat=True))
    closed = set(BillingPeriod.objects.filter(first_day__lte=limit).values_list("first_day", flat=True))
    periods = set(found.values_list("billing_period", flat=True).distinct())
    return sorted((periods & billed & closed) - done)


def days_of(period: date) -> tuple[date, date]:
    """Days `[first, end)` in which calls of a billing period started; a leg may lie a day before its call."""
    months = sorted(MonthlyTotal.objects.filter(billing_period=period).values_list("month", flat=True).distinct())
    first, last = (months[0], months[-1]) if months else (period, period)
    return Month.of_day(first).previous().first_day, Month.of_day(last).next().end_day


def holds(period: date) -> Holds:
    """What open disputes hold of a billing period, inside the customer's door."""
    found = list(Dispute.objects.filter(closed_at=None, billing_period=period))
    if any(dispute.call_start is None for dispute in found):
        return Holds(period=True)
    records, groups = set(), set()
    for dispute in found:
        if dispute.call_id is None or dispute.call_start is None:
            continue
        call = CallRecord.objects.filter(start=dispute.call_start, id=dispute.call_id).first()
        if call is not None:
            records.add(call.record_id)
            groups |= {call.call_group} - {""}
    return Holds(False, tuple(sorted(records)), tuple(sorted(groups)))


def count_due(customer: Customer, period: date, own: list[str]) -> tuple[int, int]:
    """How many records of a billing period would be masked now, and how many a dispute holds back."""
    held = holds(period)
    first, end = days_of(period)
    start, until = Month.of_day(first).start, Month.of_day(end).start
    values: dict[str, Any] = {
        "customer": customer.pk, "period": period, "start": start, "end": until, "own": own,
        "records": list(held.records), "groups": list(held.groups),
    }  # fmt: skip
    query = f"SELECT count(*), count(*) FILTER (WHERE {HELD}) FROM cdr_callrecord WHERE {DUE}"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        due, kept = cursor.fetchone()
    return (0, due) if held.period else (due - kept, kept)


def customers_due(now: datetime) -> list[int]:
    """Customers with records of a billing period that may be past its time; needs a crossing."""
    limit = last_due(shortest_months(), now)
    found = MonthlyTotal.objects.filter(billing_period__lte=limit).values_list("customer_id", flat=True)
    return sorted(found.distinct())


def disputes() -> QuerySet[Dispute]:
    """The disputes of a customer, or of all in a crossing: open ones first, then the newest."""
    return Dispute.objects.select_related("opened_by").order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at", "-pk"
    )
