"""Sums by own number and by month: from the monthly totals, and from the records only where these cannot tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate

from cdr.models import MonthlyTotal
from cdr.selectors.calls.reach import held
from cdr.selectors.calls.selection import Selection, kinds, net_micros, records
from cdr.selectors.calls.sums import OF_TOTALS, ONE, Sums, add_up, by_day, of_records, sums_of
from portal.lib.periods import AMSTERDAM, Month, days_bounds, months

type Pair = tuple[str, int]

_BOTH_WAYS = """SELECT day, number, call_type, sum(one) AS c, sum(seconds) AS s, coalesce(sum(net), 0) AS m,
    coalesce(sum(one) FILTER (WHERE micros IS NULL), 0) AS u, coalesce(max(micros), 0) AS d
FROM ({records}) AS selected GROUP BY GROUPING SETS ((day), (number, call_type))"""


@dataclass(frozen=True, slots=True)
class Parts:
    """A selection as whole months, with the days beside them that are added and the days in them that are taken away."""

    months: Selection | None
    more: tuple[Selection, ...]
    less: tuple[Selection, ...] = ()


def parts_of(selection: Selection) -> Parts:
    """The months nearest to a selection and what it differs from them, if that is less than the selection itself.

    Most days of a month are the month without the others: so the records of half a month tell about any days.
    """
    first, end = _near(selection.first), _near(selection.end)
    if first >= end or abs(first - selection.first) + abs(end - selection.end) >= selection.end - selection.first:
        return Parts(None, (selection,))
    edges = ((selection.first, first), (end, selection.end))
    return Parts(
        months=replace(selection, first=first, end=end),
        more=tuple(replace(selection, first=begin, end=stop) for begin, stop in edges if begin < stop),
        less=tuple(replace(selection, first=stop, end=begin) for begin, stop in edges if stop < begin),
    )


def _near(day: date) -> date:
    """The first day of a month that is nearest."""
    month = Month.of_day(day)
    return month.first_day if day - month.first_day <= month.end_day - day else month.end_day


def records_to_read(selection: Selection, *, by_number: bool = False, by_day: bool = False) -> int:
    """How many records it takes at most to add up a selection: none where totals tell. `by_number` also by own number."""
    in_totals = selection.whole_months or bool(selection.numbers)
    if selection.needs_records or (selection.days_need_records and (by_day or not in_totals)):
        return held(selection)
    if selection.whole_months or not (by_number or selection.numbers):
        return 0
    parts = parts_of(selection)
    return held(*parts.more, *parts.less)


def by_number_and_type(selection: Selection) -> dict[Pair, Sums]:
    """Sums by own number and call type. What was taken away from a month is not looked at for its `dearest`.

    One query, because a load between two of them would be taken away from a month that does not hold it yet.
    """
    if selection.needs_records:
        return _pairs(_of_records([selection]))
    parts = parts_of(selection)
    queries = [] if parts.months is None else [_of_months(parts.months)]
    queries += [_of_records(days, sign) for days, sign in ((parts.more, 1), (parts.less, -1)) if days]
    first, *others = queries
    found = _pairs(first.union(*others, all=True) if others else first)
    return {pair: sums for pair, sums in found.items() if sums.is_something} if parts.less else found


def _of_months(selection: Selection) -> QuerySet[Any, Any]:
    return _monthly(selection).values("number", "call_type", sign=Value(1)).annotate(**OF_TOTALS)


def _of_records(parts: Sequence[Selection], sign: int = 1) -> QuerySet[Any, Any]:
    """Of the same selection in one or several parts of its time."""
    around = replace(parts[0], first=min(part.first for part in parts), end=max(part.end for part in parts))
    found = records(around).order_by()
    if len(parts) > 1:
        bounds = [days_bounds(part.first, part.end) for part in parts]
        within = [Q(start__gte=each.start, start__lt=each.end) for each in bounds]
        found = found.filter(reduce(or_, within))
    return found.values("number", "call_type", sign=Value(sign)).annotate(**of_records(around))


def _pairs(rows: Iterable[Any]) -> dict[Pair, Sums]:
    found: dict[Pair, Sums] = {}
    for row in rows:
        pair, sums = (row["number"], row["call_type"]), sums_of(row)
        if pair in found or row["sign"] < 0:
            before = found.get(pair, Sums())
            sums = before + sums if row["sign"] > 0 else before - sums
        found[pair] = sums
    return found


def both_ways(selection: Selection) -> tuple[dict[Pair, Sums], dict[date, Sums]]:
    """Sums by own number and call type, and by day, over the records themselves, which are read once for both."""
    day = TruncDate("start", tzinfo=AMSTERDAM)
    columns = {"day": day, "one": ONE, "net": net_micros(selection)}
    each = records(selection).order_by().values("number", "call_type", "seconds", "micros", **columns)
    pairs: dict[Pair, Sums] = {}
    days: dict[date, Sums] = {}
    try:
        text, values = each.query.sql_with_params()
    except EmptyResultSet:  # a search that means no number at all
        return pairs, days
    with connection.cursor() as cursor:
        cursor.execute(_BOTH_WAYS.format(records=text), values)
        for on, number, kind, *found in cursor:
            sums = Sums(*map(int, found))
            if on is None:
                pairs[number, kind] = sums
            else:
                days[on] = sums
    return pairs, days


def _monthly(selection: Selection) -> QuerySet[MonthlyTotal]:
    totals = MonthlyTotal.objects.filter(kinds(selection), month__gte=selection.first, month__lt=selection.end)
    if selection.billing_period is not None:
        totals = totals.filter(billing_period=selection.billing_period)
    if selection.numbers:
        totals = totals.filter(number__in=sorted(selection.numbers))
    return totals


def by_month(selection: Selection) -> dict[Month, Sums]:
    """Sums by month of the start."""
    if selection.needs_records:
        return months_of(by_day(selection))
    touched = [
        selection.between(month.first_day, month.end_day)
        for month in months(Month.of_day(selection.first), Month.of_day(selection.end - timedelta(days=1)))
    ]
    whole = [part for part in touched if part.whole_months]
    found: dict[Month, Sums] = {}
    if whole:
        every = replace(selection, first=whole[0].first, end=whole[-1].end)
        rows = _monthly(every).values("month").annotate(**OF_TOTALS)
        found = {Month.of_day(row["month"]): sums_of(row) for row in rows}
    for part in touched:
        if not part.whole_months and (sums := total(part)).is_something:
            found[Month.of_day(part.first)] = sums
    return found


def months_of(days: Mapping[date, Sums]) -> dict[Month, Sums]:
    """Sums by month of sums by day."""
    found: dict[Month, Sums] = {}
    for day, sums in days.items():
        found[Month.of_day(day)] = found.get(Month.of_day(day), Sums()) + sums
    return found


def total_of_months(selection: Selection) -> QuerySet[Any, Any]:
    """The query of `total` for whole months: one row with the sums c, s, m, u, d."""
    sums = {name: Coalesce(expression, 0) for name, expression in OF_TOTALS.items()}
    return _monthly(selection).values(all=Value(1)).annotate(**sums)


def total(selection: Selection) -> Sums:
    """Sums of everything selected, from whichever table is shortest."""
    if selection.whole_months and not selection.needs_records:
        return add_up(map(sums_of, total_of_months(selection)))
    if selection.numbers and not selection.needs_records:
        return add_up(by_number_and_type(selection).values())
    return add_up(by_day(selection).values())
