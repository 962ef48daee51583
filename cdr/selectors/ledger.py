"""The ledger of records: which of them hold, and which have no price yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, QuerySet, Sum

from cdr.models import CallRecord, MonthlyTotal, Source
from cdr.models.records import Identity
from cdr.vocabulary import CallType, Direction, Leg
from portal.lib.periods import Month
from portal.queries import Given, Written

LEAVING = (Direction.OUTGOING, Direction.FORWARDED)


def booked_back() -> Exists:
    """A condition over call records: a further row books this one back."""
    return Exists(
        CallRecord.objects.filter(
            customer=OuterRef("customer_id"),
            source=OuterRef("source_id"),
            start=OuterRef("start"),
            record_id=OuterRef("record_id"),
            revision=OuterRef("revision") + 1,
            leg=Leg.REVERSAL,
        )
    )


def named(source: Source, record_ids: Iterable[str]) -> QuerySet[CallRecord]:
    """Every row of these records of a source, as the rule that each stands once finds them; narrow it by their start."""
    names = list(record_ids)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashtextextended(name, %s) FROM unnest(%s::text[]) name", [source.pk, names])
        identities = [row[0] for row in cursor.fetchall()]
    return CallRecord.objects.alias(identity=Identity()).filter(
        identity__in=identities, source=source, record_id__in=names
    )


def records_of(customer: int, period: date) -> QuerySet[CallRecord]:
    """The records of a customer in a billing period: looked for in the months that the totals name."""
    months = sorted(
        MonthlyTotal.objects.filter(customer=customer, billing_period=period).values_list("month", flat=True).distinct()
    )
    if not months:
        return CallRecord.objects.none()
    first, last = Month.of_day(months[0]), Month.of_day(months[-1])
    return CallRecord.objects.filter(
        customer=customer, start__gte=first.start, start__lt=last.end, billing_period=period
    ).order_by()


def holding(found: QuerySet[CallRecord]) -> QuerySet[CallRecord]:
    """Of some records the calls that left and were not booked back: those whose price counts."""
    return found.filter(~booked_back(), leg=Leg.CALL, direction__in=LEAVING)


def charged(customer: int, period: date) -> QuerySet[CallRecord]:
    """The calls of a customer's billing period whose price counts, in their order; what a colleague took never left."""
    return holding(records_of(customer, period)).exclude(call_type=CallType.INTERNAL).order_by("start", "id")


@dataclass(frozen=True, slots=True)
class UnratedMonth:
    """A month in which calls of a customer started that have no price."""

    customer: int
    month: Month
    calls: int


def unrated_months(customers: Iterable[int] | None = None) -> list[UnratedMonth]:
    """Where calls without a price are, inside a crossing; what got its price in another billing period is not among them."""
    totals = MonthlyTotal.objects.all() if customers is None else MonthlyTotal.objects.filter(customer__in=customers)
    some = totals.exclude(unrated=0).order_by()
    rows = some.values("customer_id", "month").annotate(calls=Sum("unrated")).filter(calls__gt=0)
    found = [UnratedMonth(row["customer_id"], Month.of_day(row["month"]), row["calls"]) for row in rows]
    return sorted(found, key=lambda one: (one.customer, one.month))


def unrated_records(where: UnratedMonth, source: int | None = None) -> QuerySet[CallRecord]:
    """The calls without a price that started in a month, inside a crossing."""
    started = CallRecord.objects.filter(
        customer=where.customer, start__gte=where.month.start, start__lt=where.month.end, micros=None
    )
    return holding(started if source is None else started.filter(source=source)).order_by("start", "id")


class UnratedCall(NamedTuple):
    """What is told of a call without a price. `number` is the customer's own, `other` as the record stores it."""

    customer: int
    start: datetime
    id: int
    seconds: int
    number: str
    other: str


MOST_READ = 100
_NEWEST = Written[tuple[int, datetime, int, int, str, str]](
    lambda: (
        holding(
            CallRecord.objects.filter(
                customer_id=Given("customer", BigIntegerField()),
                start__gte=Given("first", DateTimeField()),
                start__lt=Given("end", DateTimeField()),
                micros=None,
            )
        )
        .order_by("-start", "-id")
        .values_list("customer_id", "start", "id", "seconds", "number", "other")[:MOST_READ]
    )
)


def newest_unrated(where: UnratedMonth, since: datetime) -> list[UnratedCall]:
    """The newest calls without a price that started in a month from a moment of it on, at most MOST_READ of them."""
    rows = _NEWEST.rows(customer=where.customer, first=since, end=where.month.end)
    return [UnratedCall(*row) for row in rows]
