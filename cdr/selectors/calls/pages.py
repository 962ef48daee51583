"""The calls themselves: a page of them at a time, one of them, and its legs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from cdr.models import CallRecord
from cdr.selectors.bundles import with_covered
from cdr.selectors.calls.selection import SHOWN, Selection, records
from cdr.vocabulary import BOOKED


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
    if len(start) > 17 or len(number) > 19 or int(number) >= 1 << 63:
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
        more, calls = len(calls) > size, with_covered(calls[:size][::-1])
        return Page(calls, cursor_of(calls[0]) if more else "", cursor_of(calls[-1]) if calls else "")
    if earlier is not None:
        start, number = earlier
        found = found.filter(Q(start__lt=start) | Q(start=start, id__lt=number), start__lte=start)
    calls = list(found[: size + 1])
    more, calls = len(calls) > size, with_covered(calls[:size])
    return Page(
        calls, cursor_of(calls[0]) if calls and earlier is not None else "", cursor_of(calls[-1]) if more else ""
    )


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
