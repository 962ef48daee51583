"""How many calls one page reads at most, where the records themselves must tell."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import DateField, Sum

from cdr.models import DailyTotal
from cdr.selectors.calls.selection import Selection
from portal.queries import Given, Written

# A scan of so many records stays under a tenth of a second; one customer in a hundred has as many in a month.
REACH = 250_000
# So many are read before a page is shown; what needs more follows it.
AT_ONCE = 30_000
# Among so many records a page is mostly found: they are asked first.
NEAR = 10_000


def within_reach(selection: Selection, *, oldest: bool = False) -> Selection:
    """The newest days of a selection (or the oldest) that hold REACH calls together, and at least the first of them.

    What counts is what has to be read: all calls of these days, also those that the filters leave out.
    """
    return _reach(selection, _held(selection), REACH, oldest=oldest)


def near_and_far(selection: Selection, *, most: int, oldest: bool = False) -> tuple[Selection, Selection]:
    """What is read of a selection at first, and the days of it that hold at most so many calls."""
    days = _held(selection)
    far = _reach(selection, days, min(most, REACH), oldest=oldest)
    return _reach(far, days, min(NEAR, REACH), oldest=oldest), far


def held(*parts: Selection) -> int:
    """How many calls the days of selections hold, also those that the filters leave out."""
    if not parts:
        return 0
    days = _held(replace(parts[0], first=min(part.first for part in parts), end=max(part.end for part in parts)))
    return sum(count for day, count in days.items() if any(part.first <= day < part.end for part in parts))


_HELD = Written[tuple[date, int]](
    lambda: (
        DailyTotal.objects.order_by()
        .filter(day__gte=Given("first", DateField()), day__lt=Given("end", DateField()))
        .values_list("day")
        .annotate(calls=Sum("calls"))
    )
)


def _held(selection: Selection) -> Mapping[date, int]:
    return dict(_HELD.rows(first=selection.first, end=selection.end))


def _reach(selection: Selection, held: Mapping[date, int], most: int, *, oldest: bool) -> Selection:
    read = 0
    for place, day in enumerate(sorted(held, reverse=not oldest)):
        read += held[day]
        if place and read > most:
            after = day + timedelta(days=1)
            return selection.between(selection.first, day) if oldest else selection.between(after, selection.end)
    return selection


def countable(selection: Selection, *, by_day: bool = False) -> Selection:
    """As much of a selection as is added up on a page: all of it, unless only a great many records can tell."""
    asks_records = selection.days_need_records if by_day else selection.needs_records
    return within_reach(selection) if asks_records else selection
