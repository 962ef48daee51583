"""Sums of what is selected, from whichever table can tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from cdr.models import CallRecord, DailyTotal, MonthlyTotal
from cdr.selectors.calls.selection import Selection, kinds, net_micros, records
from cdr.selectors.ledger import booked_back
from cdr.vocabulary import Leg
from portal.lib.periods import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Sums:
    """Calls, seconds, micro-euros after bundles, how many have no price yet, and the most that one can have cost.

    That most is before bundles, and counts calls that were booked back.
    """

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


_ONE = Case(When(leg=Leg.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())
_OF_TOTALS = {
    "c": Sum("calls"),
    "s": Sum("seconds"),
    "m": Sum(F("micros") - F("discount")),
    "u": Sum("unrated"),
    "d": Max("dearest_micros"),
}


def _of_records(selection: Selection) -> dict[str, Coalesce]:
    return {
        "c": Coalesce(Sum(_ONE), 0),
        "s": Coalesce(Sum("seconds"), 0),
        "m": Coalesce(Sum(net_micros(selection)), 0),
        "u": Coalesce(Sum(_ONE, filter=Q(micros__isnull=True)), 0),
        "d": Coalesce(Max("micros"), 0),
    }


def _sums(row: Any) -> Sums:
    return Sums(calls=row["c"], seconds=row["s"], micros=row["m"], unrated=row["u"], dearest=row["d"])


def by_number_and_type(selection: Selection) -> dict[tuple[str, int], Sums]:
    """Sums by own number and call type: from the monthly totals where these can tell, else from the records."""
    if selection.needs_records or not selection.whole_months:
        return _pairs(records(selection).order_by().values("number", "call_type").annotate(**_of_records(selection)))
    totals = MonthlyTotal.objects.filter(kinds(selection), month__gte=selection.first, month__lt=selection.end)
    if selection.billing_period is not None:
        totals = totals.filter(billing_period=selection.billing_period)
    if selection.numbers:
        totals = totals.filter(number__in=sorted(selection.numbers))
    return _pairs(totals.values("number", "call_type").annotate(**_OF_TOTALS))


def _pairs(rows: Iterable[Any]) -> dict[tuple[str, int], Sums]:
    return {(row["number"], row["call_type"]): _sums(row) for row in rows}


def by_day(selection: Selection) -> dict[date, Sums]:
    """Sums by day of the start: from the daily totals where these can tell, else from the records."""
    return _days(totals_by_day(selection))


def totals_by_day(selection: Selection) -> QuerySet[Any, Any]:
    """The query of `by_day`, for who runs it elsewhere: `day` and the sums c, s, m, u, d."""
    if selection.needs_records or selection.numbers or selection.billing_period is not None:
        days = records(selection).order_by().values(day=TruncDate("start", tzinfo=AMSTERDAM))
        return days.annotate(**_of_records(selection))
    totals = DailyTotal.objects.filter(kinds(selection), day__gte=selection.first, day__lt=selection.end)
    return totals.values("day").annotate(**_OF_TOTALS)


def sums_of_records(selection: Selection) -> QuerySet[Any, Any]:
    """One row over the records themselves: how many `rows` there are, and the sums c, s and m that totals must equal."""
    sums = {name: expression for name, expression in _of_records(selection).items() if name in "csm"}
    return records(selection).order_by().values(all=Value(1)).annotate(rows=Count("*"), **sums)


def _days(rows: Iterable[Any]) -> dict[date, Sums]:
    return {row["day"]: _sums(row) for row in rows}


def total(selection: Selection) -> Sums:
    """Sums of everything selected, from whichever table is shortest."""
    if selection.whole_months and not selection.needs_records:
        return add_up(by_number_and_type(selection).values())
    return add_up(by_day(selection).values())


def dearest_call(selection: Selection, days: Mapping[date, Sums]) -> CallRecord | None:
    """The call with the highest amount after bundles; `days` are its sums by day, which tell on which days to look."""
    best: CallRecord | None = None
    for day, sums in sorted(days.items(), key=lambda item: (item[1].dearest, item[0]), reverse=True):
        if sums.dearest <= (best.amount or 0 if best else 0):
            break
        found = _dearest_of(selection.on(day), sums.dearest)
        if found and (found.amount or 0) > (best.amount or 0 if best else 0):
            best = found
    return best


def _dearest_of(day: Selection, most: int) -> CallRecord | None:
    """The dearest call of a day. Mostly it is the one of which the totals tell; if that is covered, all are looked at."""
    priced = records(day).filter(~booked_back(), leg=Leg.CALL).annotate(net=net_micros(day))
    for candidates in (priced.filter(micros=most, net=most), priced.filter(micros__gt=0)):
        for call in candidates.order_by("-net", "-start", "-id")[:1]:
            call.discount = (call.micros or 0) - call.net
            return call
    return None
