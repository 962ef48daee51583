"""Calls as customers see them. One definition of what is selected serves totals, details, export and API.

Every read runs inside a customer's door. What a customer never sees (0800, 112, 113, 116xxx, and legs that are not the
call) is left out here, once, of rows, counts and sums alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from django.db.models import Case, F, IntegerField, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Left, Length, TruncDate

from cdr.models import CallRecord, DailyTotal, MonthlyTotal
from cdr.vocabulary import BOOKED, SHOWN_TYPES, Leg
from portal.lib.numbers import SearchKey
from portal.lib.numbers.showing import MASKED_DIGITS
from portal.lib.periods import AMSTERDAM, Month, days_bounds

SHOWN = tuple(int(kind) for kind in SHOWN_TYPES)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls. `[first, end)` are days of the start in Amsterdam; empty sets and None do not restrict.

    `needles` are ways in which a searched number can stand in a stored one, `needle_numbers` own numbers whose name was
    searched, `other_needles` ways in which the other party's number can stand. `full_numbers` says whether the last
    digits of other parties may be seen, and therefore searched.
    """

    first: date
    end: date
    billing_period: date | None = None
    products: frozenset[int] = frozenset()
    directions: frozenset[int] = frozenset()
    call_types: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    needles: tuple[SearchKey, ...] = ()
    needle_numbers: frozenset[str] = frozenset()
    other_needles: tuple[SearchKey, ...] = ()
    least_micros: int | None = None
    most_micros: int | None = None
    least_seconds: int | None = None
    most_seconds: int | None = None
    full_numbers: bool = False

    @property
    def needs_records(self) -> bool:
        """Whether no total table can answer, so that the records themselves are added up."""
        bounds = (self.least_micros, self.most_micros, self.least_seconds, self.most_seconds)
        return bool(self.needles or self.needle_numbers or self.other_needles) or any(
            bound is not None for bound in bounds
        )

    @property
    def whole_months(self) -> bool:
        return self.first.day == 1 and self.end.day == 1

    def on(self, day: date) -> "Selection":
        """The same calls of one day."""
        return replace(self, first=day, end=day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Sums:
    """Calls, seconds, micro-euros after bundles, how many have no price yet, and the amount of the dearest."""

    calls: int = 0
    seconds: int = 0
    micros: int = 0
    unrated: int = 0
    dearest: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.calls + other.calls,
            self.seconds + other.seconds,
            self.micros + other.micros,
            self.unrated + other.unrated,
            max(self.dearest, other.dearest),
        )


def add_up(several: Iterable[Sums]) -> Sums:
    """The sum of sums."""
    return sum(several, Sums())


def _kinds(selection: Selection) -> Q:
    """Conditions that records and totals share."""
    condition = Q(call_type__in=sorted(set(SHOWN) & selection.call_types) if selection.call_types else SHOWN)
    if selection.products:
        condition &= Q(product__in=sorted(selection.products))
    if selection.directions:
        condition &= Q(direction__in=sorted(selection.directions))
    return condition


def _visible(column: str) -> Case:
    """What of a number may be searched by who sees masked numbers: the same as `portal.lib.numbers.visible`."""
    left = Greatest(Length(column) - MASKED_DIGITS, Value(0), output_field=IntegerField())
    return Case(When(**{f"{column}__startswith": "+"}, then=Left(column, left)), default=F(column))


def _searched(selection: Selection) -> Q:
    found = Q(number__in=sorted(selection.needle_numbers)) if selection.needle_numbers else Q()
    prefix = "" if selection.full_numbers else "visible_"
    return found | _standing(selection.needles, ("number", f"{prefix}other", f"{prefix}origin"))


def _standing(needles: Iterable[SearchKey], columns: Iterable[str]) -> Q:
    found = Q()
    for needle, column in product(needles, columns):
        found |= Q(**{f"{column}__{'startswith' if needle.anchored else 'contains'}": needle.text})
    return found


def records(selection: Selection) -> QuerySet[CallRecord]:
    """The calls, newest first."""
    bounds = days_bounds(selection.first, selection.end)
    found = CallRecord.objects.filter(
        _kinds(selection), leg__in=BOOKED, start__gte=bounds.start, start__lt=bounds.end
    ).order_by("-start", "-id")
    if selection.billing_period is not None:
        found = found.filter(billing_period=selection.billing_period)
    if selection.numbers:
        found = found.filter(number__in=sorted(selection.numbers))
    if selection.needles or selection.needle_numbers or selection.other_needles:
        if not selection.full_numbers:
            found = found.alias(visible_other=_visible("other"), visible_origin=_visible("origin"))
        other = "other" if selection.full_numbers else "visible_other"
        found = found.filter(_searched(selection), _standing(selection.other_needles, (other,)))
    limits = {
        "micros__gte": selection.least_micros,
        "micros__lte": selection.most_micros,
        "seconds__gte": selection.least_seconds,
        "seconds__lte": selection.most_seconds,
    }
    return found.filter(**{name: value for name, value in limits.items() if value is not None})


_ONE = Case(When(leg=Leg.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())
_OF_RECORDS = {
    "c": Coalesce(Sum(_ONE), 0),
    "s": Coalesce(Sum("seconds"), 0),
    "m": Coalesce(Sum("micros"), 0),
    "u": Coalesce(Sum(_ONE, filter=Q(micros__isnull=True)), 0),
    "d": Coalesce(Max("micros"), 0),
}
_OF_TOTALS = {
    "c": Sum("calls"),
    "s": Sum("seconds"),
    "m": Sum(F("micros") - F("discount")),
    "u": Sum("unrated"),
    "d": Max("dearest_micros"),
}


def _sums(row: Any) -> Sums:
    return Sums(calls=row["c"], seconds=row["s"], micros=row["m"], unrated=row["u"], dearest=row["d"])


def by_number_and_type(selection: Selection) -> dict[tuple[str, int], Sums]:
    """Sums by own number and call type: from the monthly totals where these can tell, else from the records."""
    if selection.needs_records or not selection.whole_months:
        return _pairs(records(selection).order_by().values("number", "call_type").annotate(**_OF_RECORDS))
    totals = MonthlyTotal.objects.filter(_kinds(selection), month__gte=selection.first, month__lt=selection.end)
    if selection.billing_period is not None:
        totals = totals.filter(billing_period=selection.billing_period)
    if selection.numbers:
        totals = totals.filter(number__in=sorted(selection.numbers))
    return _pairs(totals.values("number", "call_type").annotate(**_OF_TOTALS))


def _pairs(rows: Iterable[Any]) -> dict[tuple[str, int], Sums]:
    return {(row["number"], row["call_type"]): _sums(row) for row in rows}


def by_day(selection: Selection) -> dict[date, Sums]:
    """Sums by day of the start: from the daily totals where these can tell, else from the records."""
    if selection.needs_records or selection.numbers or selection.billing_period is not None:
        days = records(selection).order_by().values(day=TruncDate("start", tzinfo=AMSTERDAM))
        return _days(days.annotate(**_OF_RECORDS))
    totals = DailyTotal.objects.filter(_kinds(selection), day__gte=selection.first, day__lt=selection.end)
    return _days(totals.values("day").annotate(**_OF_TOTALS))


def _days(rows: Iterable[Any]) -> dict[date, Sums]:
    return {row["day"]: _sums(row) for row in rows}


def total(selection: Selection) -> Sums:
    """Sums of everything selected, from whichever table is shortest."""
    if selection.whole_months and not selection.needs_records:
        return add_up(by_number_and_type(selection).values())
    return add_up(by_day(selection).values())


def dearest_call(selection: Selection, days: Mapping[date, Sums]) -> CallRecord | None:
    """The call with the highest amount; `days` are its sums by day, which tell on which day to look."""
    if not days:
        return None
    day, sums = max(days.items(), key=lambda item: (item[1].dearest, item[0]))
    if not sums.dearest:
        return None
    return records(selection.on(day)).filter(micros=sums.dearest).first()


@dataclass(frozen=True, slots=True)
class Page:
    """Calls of one page, newest first, with the cursors of the pages beside it (empty: there is none)."""

    calls: list[CallRecord]
    before: str
    after: str


def cursor_of(call: CallRecord) -> str:
    """Where a call stands among all: microseconds of its start, and its id."""
    return f"{_micros(call.start)}-{call.id}"


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def place_of(cursor: str) -> tuple[datetime, int] | None:
    """Start and id of a cursor; None for what is no cursor."""
    start, dash, number = cursor.partition("-")
    if not (dash and start.isascii() and start.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(start) > 17 or len(number) > 18:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(start)), int(number)


def page(selection: Selection, *, after: str = "", before: str = "", size: int = 50) -> Page:
    """A page of calls from a cursor on; a cursor that is none gives the first page."""
    later, earlier = place_of(before), place_of(after)
    found = records(selection)
    if later is not None:
        start, number = later
        found = found.filter(Q(start__gt=start) | Q(start=start, id__gt=number), start__gte=start)
        calls = list(found.order_by("start", "id")[: size + 1])
        more, calls = len(calls) > size, calls[:size][::-1]
        return Page(calls, cursor_of(calls[0]) if more else "", cursor_of(calls[-1]) if calls else "")
    if earlier is not None:
        start, number = earlier
        found = found.filter(Q(start__lt=start) | Q(start=start, id__lt=number), start__lte=start)
    calls = list(found[: size + 1])
    more, calls = len(calls) > size, calls[:size]
    return Page(
        calls, cursor_of(calls[0]) if calls and earlier is not None else "", cursor_of(calls[-1]) if more else ""
    )


def call_at(start: datetime, number: int) -> CallRecord | None:
    """One call that customers may see."""
    return CallRecord.objects.filter(start=start, id=number, leg__in=BOOKED, call_type__in=SHOWN).first()


def legs_of(call: CallRecord) -> list[CallRecord]:
    """All legs of a call that may be shown, the call among them, in the order in which they were written."""
    if not call.call_group:
        return [call]
    near = timedelta(days=1)
    found = CallRecord.objects.filter(
        start__gte=call.start - near,
        start__lt=call.start + near,
        call_group=call.call_group,
        source=call.source_id,
        call_type__in=SHOWN,
    )
    return list(found.order_by("start", "id")[:100])


def own_numbers(selection: Selection) -> list[str]:
    """Own numbers with calls in the months of the selection."""
    first, last = Month.of_day(selection.first), Month.of_day(selection.end - timedelta(days=1))
    found = MonthlyTotal.objects.filter(
        month__gte=first.first_day, month__lte=last.first_day, call_type__in=SHOWN
    ).values_list("number", flat=True)
    return sorted(set(found))


def billing_periods() -> list[date]:
    """Billing periods with calls that are shown, the latest first."""
    found = MonthlyTotal.objects.filter(call_type__in=SHOWN).values_list("billing_period", flat=True)
    return list(found.distinct().order_by("-billing_period")[:36])


def months_of_billing_period(first_day: date) -> tuple[date, date] | None:
    """First day of the first and end of the last month in which shown calls of a billing period started."""
    found = MonthlyTotal.objects.filter(billing_period=first_day, call_type__in=SHOWN)
    months = sorted(found.values_list("month", flat=True).distinct())
    return (months[0], Month.of_day(months[-1]).end_day) if months else None
