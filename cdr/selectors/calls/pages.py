"""The calls themselves: a page of them at a time, one of them, and its legs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from cdr.models import CallRecord
from cdr.selectors.bundles import with_covered
from cdr.selectors.calls.reach import REACH, near_and_far
from cdr.selectors.calls.selection import SHOWN, Selection, records
from cdr.vocabulary import BOOKED
from portal.lib.periods import day_bounds, local_day

type Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Page:
    """Calls of one page, newest first, with the cursors of the pages beside it (empty: there is none).

    `looked_from` is the day from which on was looked, where the page is not full and there are more calls before it.
    `in_part` says that it is not full and there are more calls, before it or after.
    """

    calls: list[CallRecord]
    before: str = ""
    after: str = ""
    looked_from: date | None = None
    in_part: bool = False


def cursor_of(call: CallRecord) -> str:
    """Where a call stands among all: microseconds of its start, and its id."""
    return _cursor(call.start, call.id)


def _cursor(start: datetime, number: int) -> str:
    return f"{_micros(start)}-{number}"


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def place_of(cursor: str) -> Place | None:
    """Start and id of a cursor; None for what is no cursor."""
    start, dash, number = cursor.partition("-")
    if not (dash and start.isascii() and start.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(start) > 17 or len(number) > 19 or int(number) >= 1 << 63:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(start)), int(number)


def page(selection: Selection, *, after: str = "", before: str = "", size: int = 50, most: int = REACH) -> Page:
    """A page of calls from a cursor on; a cursor that is none gives the first page.

    With filters that few calls pass a page reads no more than `most` calls, and says so: it can be short, or
    empty, while `after` goes on.
    """
    later, earlier = place_of(before), place_of(after)
    return _newer(selection, later, size, most) if later is not None else _older(selection, earlier, size, most)


def _older(selection: Selection, place: Place | None, size: int, most: int) -> Page:
    if place is not None:
        # A cursor without an id stands before all of its moment: midnight belongs to the day before.
        last = local_day(place[0] if place[1] else place[0] - timedelta(microseconds=1))
        selection = selection.between(selection.first, last + timedelta(days=1))
    near, reach = near_and_far(selection, most=most) if selection.is_sparse else (selection, selection)
    behind = Q()
    if place is not None:
        start, number = place
        behind = Q(Q(start__lt=start) | Q(start=start, id__lt=number), start__lte=start)
    calls = list(records(near).filter(behind)[: size + 1])
    if len(calls) <= size and near != reach:
        calls = list(records(reach).filter(behind)[: size + 1])
    more, calls = len(calls) > size, with_covered(calls[:size])
    before = ""
    if place is not None:
        before = cursor_of(calls[0]) if calls else _cursor(place[0], max(place[1] - 1, 0))
    if more or reach == selection:
        return Page(calls, before, cursor_of(calls[-1]) if more else "")
    return Page(calls, before, _cursor(day_bounds(reach.first).start, 0), reach.first, in_part=True)


def _newer(selection: Selection, place: Place, size: int, most: int) -> Page:
    start, number = place
    selection = selection.between(local_day(start), selection.end)
    near, reach = near_and_far(selection, most=most, oldest=True) if selection.is_sparse else (selection, selection)
    before = Q(Q(start__gt=start) | Q(start=start, id__gt=number), start__gte=start)
    calls = list(records(near).filter(before).order_by("start", "id")[: size + 1])
    if len(calls) <= size and near != reach:
        calls = list(records(reach).filter(before).order_by("start", "id")[: size + 1])
    more, calls = len(calls) > size, with_covered(calls[:size][::-1])
    after = cursor_of(calls[-1]) if calls else _cursor(start, number + 1)
    if more or reach == selection:
        return Page(calls, cursor_of(calls[0]) if more else "", after)
    return Page(calls, _cursor(day_bounds(reach.end).start, 0), after, in_part=True)


def call_at(start: datetime, number: int) -> CallRecord | None:
    """One call that customers may see."""
    found = CallRecord.objects.filter(start=start, id=number, leg__in=BOOKED, call_type__in=SHOWN)
    return next(iter(with_covered(found[:1])), None)


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
