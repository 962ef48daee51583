"""Sums of what is selected, from whichever table can tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from cdr.models import CallRecord, DailyTotal, MonthlyTotal
from cdr.selectors.bundles import has_covered, with_covered
from cdr.selectors.calls.corrections import booked_back
from cdr.selectors.calls.reach import within_reach
from cdr.selectors.calls.selection import Selection, kinds, net_micros, records
from cdr.selectors.ledger import booked_back as is_booked_back
from cdr.vocabulary import Leg
from portal.lib.periods import AMSTERDAM, Month, day_bounds, days_bounds, local_day


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
    """Sums by own number and call type: whole months from their totals, and the records only where these cannot tell."""
    if selection.needs_records:
        return _pairs_of_records(selection)
    found: dict[tuple[str, int], Sums] = {}
    months, days = _whole_months(selection)
    for pairs in (*map(_pairs_of_months, months), *map(_pairs_of_records, days)):
        for key, sums in pairs.items():
            found[key] = found.get(key, Sums()) + sums
    return found


def _whole_months(selection: Selection) -> tuple[list[Selection], list[Selection]]:
    """The whole months of a selection, and the days before and after them."""
    first = selection.first if selection.first.day == 1 else Month.of_day(selection.first).end_day
    end = selection.end.replace(day=1)
    if first >= end:
        return [], [selection]
    edges = (selection.between(selection.first, first), selection.between(end, selection.end))
    return [selection.between(first, end)], [edge for edge in edges if edge.first < edge.end]


def _pairs_of_records(selection: Selection) -> dict[tuple[str, int], Sums]:
    return _pairs(records(selection).order_by().values("number", "call_type").annotate(**_of_records(selection)))


def _monthly(selection: Selection) -> QuerySet[MonthlyTotal]:
    totals = MonthlyTotal.objects.filter(kinds(selection), month__gte=selection.first, month__lt=selection.end)
    if selection.billing_period is not None:
        totals = totals.filter(billing_period=selection.billing_period)
    if selection.numbers:
        totals = totals.filter(number__in=sorted(selection.numbers))
    return totals


def _pairs_of_months(selection: Selection) -> dict[tuple[str, int], Sums]:
    return _pairs(_monthly(selection).values("number", "call_type").annotate(**_OF_TOTALS))


def _pairs(rows: Iterable[Any]) -> dict[tuple[str, int], Sums]:
    return {(row["number"], row["call_type"]): _sums(row) for row in rows}


def by_day(selection: Selection) -> dict[date, Sums]:
    """Sums by day of the start: from the daily totals where these can tell, else from the records."""
    return _days(totals_by_day(selection))


def totals_by_day(selection: Selection) -> QuerySet[Any, Any]:
    """The query of `by_day`, for who runs it elsewhere: `day` and the sums c, s, m, u, d."""
    if selection.days_need_records:
        days = records(selection).order_by().values(day=TruncDate("start", tzinfo=AMSTERDAM))
        return days.annotate(**_of_records(selection))
    totals = DailyTotal.objects.filter(kinds(selection), day__gte=selection.first, day__lt=selection.end)
    return totals.values("day").annotate(**_OF_TOTALS)


def sums_of_records(selection: Selection) -> QuerySet[Any, Any]:
    """One row over the records themselves: how many `rows` there are, and the sums c, s and m that totals must equal."""
    sums = {name: expression for name, expression in _of_records(selection).items() if name in "csm"}
    return records(selection).order_by().values(all=Value(1)).annotate(rows=Count("*"), **sums)


def by_month(selection: Selection) -> dict[Month, Sums]:
    """Sums by month of the start."""
    if selection.needs_records:
        return _months(by_day(selection))
    months, days = _whole_months(selection)
    found: dict[Month, Sums] = {}
    for part in months:
        rows = _monthly(part).values("month").annotate(**_OF_TOTALS)
        found |= {Month.of_day(row["month"]): _sums(row) for row in rows}
    for part in days:
        for month, sums in _months(by_day(part)).items():
            found[month] = found.get(month, Sums()) + sums
    return found


def _months(days: Mapping[date, Sums]) -> dict[Month, Sums]:
    found: dict[Month, Sums] = {}
    for day, sums in days.items():
        found[Month.of_day(day)] = found.get(Month.of_day(day), Sums()) + sums
    return found


def _days(rows: Iterable[Any]) -> dict[date, Sums]:
    return {row["day"]: _sums(row) for row in rows}


def days_of(selection: Selection, calls: Sequence[CallRecord]) -> dict[date, Sums]:
    """Sums by day of the days on which these calls lie; of days that cannot be added up in reach there are none."""
    if not calls:
        return {}
    starts = [local_day(call.start) for call in calls]
    shown = selection.between(min(starts), max(starts) + timedelta(days=1))
    return by_day(within_reach(shown) if selection.days_need_records else shown)


def total_of_months(selection: Selection) -> QuerySet[Any, Any]:
    """The query of `total` for whole months: one row with the sums c, s, m, u, d."""
    sums = {name: Coalesce(expression, 0) for name, expression in _OF_TOTALS.items()}
    return _monthly(selection).values(all=Value(1)).annotate(**sums)


def total(selection: Selection) -> Sums:
    """Sums of everything selected, from whichever table is shortest."""
    if selection.whole_months and not selection.needs_records:
        return add_up(map(_sums, total_of_months(selection)))
    if selection.numbers and not selection.needs_records:
        return add_up(by_number_and_type(selection).values())
    return add_up(by_day(selection).values())


def dearest_calls(selection: Selection, days: Mapping[date, Sums], *, most: int = 1) -> list[CallRecord]:
    """The calls with the highest amounts after bundles; `days` are the sums by day, which tell on which days to look."""
    ranked = sorted(((sums.dearest, day) for day, sums in days.items() if sums.dearest > 0), reverse=True)
    if not ranked:
        return []
    every = [day for _amount, day in ranked]
    shown = selection.between(min(every), max(every) + timedelta(days=1))
    bounds = days_bounds(shown.first, shown.end)
    if has_covered(bounds.start, bounds.end):
        priced = records(shown).filter(~is_booked_back(), leg=Leg.CALL, micros__gt=0).annotate(net=net_micros(shown))
        return with_covered(list[CallRecord](priced.filter(net__gt=0).order_by("-net", "-start", "-id")[:most]))
    # The dearest so many calls lie on the so many days with the dearest ones. A day more is looked at, because what was
    # booked back still counts as the dearest of its day.
    on_these_days = Q()
    for _amount, day in ranked[: most + 1]:
        its = day_bounds(day)
        on_these_days |= Q(start__gte=its.start, start__lt=its.end)
    least = ranked[most][0] if len(ranked) > most else 1
    dear = records(shown).filter(on_these_days, leg=Leg.CALL, micros__gte=least).order_by("-micros", "-start", "-id")
    found = list(dear[: 3 * most])
    back = booked_back(found)
    return [call for call in found if call.pk not in back][:most]
