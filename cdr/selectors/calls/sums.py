"""Sums of what is selected, and by day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from cdr.models import CallRecord, DailyTotal
from cdr.selectors.bundles import has_covered, with_covered
from cdr.selectors.calls.corrections import booked_back
from cdr.selectors.calls.reach import within_reach
from cdr.selectors.calls.selection import Selection, kinds, net_micros, records
from cdr.selectors.ledger import booked_back as is_booked_back
from cdr.selectors.rates import destinations_of
from cdr.vocabulary import Leg
from portal.lib.periods import AMSTERDAM, day_bounds, days_bounds, local_day

MOST_DEAR = 5  # of the dearest calls, as many are shown


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

    def __sub__(self, other: "Sums") -> "Sums":
        """Without what is part of it; `dearest` stays, as the most that it can be."""
        return Sums(
            self.calls - other.calls,
            self.seconds - other.seconds,
            self.micros - other.micros,
            self.unrated - other.unrated,
            self.dearest,
        )

    @property
    def is_something(self) -> bool:
        return bool(self.calls or self.seconds or self.micros or self.unrated)


def add_up(several: Iterable[Sums]) -> Sums:
    """The sum of sums."""
    return sum(several, Sums())


ONE = Case(When(leg=Leg.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())
OF_TOTALS = {
    "c": Sum("calls"),
    "s": Sum("seconds"),
    "m": Sum(F("micros") - F("discount")),
    "u": Sum("unrated"),
    "d": Max("dearest_micros"),
}


def of_records(selection: Selection) -> dict[str, Coalesce]:
    """The sums c, s, m, u, d over the records of a selection."""
    return {
        "c": Coalesce(Sum(ONE), 0),
        "s": Coalesce(Sum("seconds"), 0),
        "m": Coalesce(Sum(net_micros(selection)), 0),
        "u": Coalesce(Sum(ONE, filter=Q(micros__isnull=True)), 0),
        "d": Coalesce(Max("micros"), 0),
    }


def sums_of(row: Any) -> Sums:
    """What a row with the sums c, s, m, u, d says."""
    return Sums(calls=row["c"], seconds=row["s"], micros=row["m"], unrated=row["u"], dearest=row["d"])


def by_day(selection: Selection) -> dict[date, Sums]:
    """Sums by day of the start: from the daily totals where these can tell, else from the records."""
    return {row["day"]: sums_of(row) for row in totals_by_day(selection)}


def totals_by_day(selection: Selection) -> QuerySet[Any, Any]:
    """The query of `by_day`, for who runs it elsewhere: `day` and the sums c, s, m, u, d."""
    if selection.days_need_records:
        days = records(selection).order_by().values(day=TruncDate("start", tzinfo=AMSTERDAM))
        return days.annotate(**of_records(selection))
    totals = DailyTotal.objects.filter(kinds(selection), day__gte=selection.first, day__lt=selection.end)
    return totals.values("day").annotate(**OF_TOTALS)


def by_destination(selection: Selection) -> dict[str, Sums]:
    """Sums of the calls that cost something, by the name of where they went; those without a rate have none."""
    paid = records(selection).order_by().exclude(micros=0).exclude(micros=None).values("rate_id")
    by_rate = {row["rate_id"]: sums_of(row) for row in paid.annotate(**of_records(selection))}
    where = destinations_of(by_rate)
    found: defaultdict[str, Sums] = defaultdict(Sums)
    for rate, sums in by_rate.items():
        if sums.calls > 0:
            found[where.get(rate, "")] += sums
    return found


def sums_of_records(selection: Selection) -> QuerySet[Any, Any]:
    """One row over the records themselves: how many `rows` there are, and the sums c, s and m that totals must equal."""
    sums = {name: expression for name, expression in of_records(selection).items() if name in "csm"}
    return records(selection).order_by().values(all=Value(1)).annotate(rows=Count("*"), **sums)


def rows_of(selection: Selection) -> int:
    """How many rows the list of a selection has: a call that was corrected has several."""
    return records(selection).order_by().count()


def days_of(selection: Selection, calls: Sequence[CallRecord]) -> dict[date, Sums]:
    """Sums by day of the days on which these calls lie; of days that cannot be added up in reach there are none."""
    if not calls:
        return {}
    starts = [local_day(call.start) for call in calls]
    shown = selection.between(min(starts), max(starts) + timedelta(days=1))
    return by_day(within_reach(shown) if selection.days_need_records else shown)


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
    stand = [call for call in found if call.pk not in back][:most]
    if len(stand) == most or (len(found) < 3 * most and len(ranked) <= most):
        return stand
    # Prices fell since: the totals still know what was the dearest of each day, so all of them are looked at.
    every_one = records(shown).filter(~is_booked_back(), leg=Leg.CALL, micros__gt=0)
    return list(every_one.order_by("-micros", "-start", "-id")[:most])
