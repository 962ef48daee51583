"""What became of a record: booked back, and replaced by another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, F

from cdr.models import CallRecord
from cdr.selectors.calls.selection import SHOWN
from cdr.vocabulary import BOOKED, Leg
from portal.queries import Among, Given, Written

# How far the start of a record may lie from that of the one it replaces and still be found from it.
NEAR = timedelta(days=1)


_REVERSALS = Written[tuple[int, datetime, str, int]](
    lambda: (
        CallRecord.objects.order_by()
        .filter(Among(F("start"), Given("starts", DateTimeField())), leg=Leg.REVERSAL)
        .values_list("source_id", "start", "record_id", "revision")
    )
)


def booked_back(calls: Iterable[CallRecord]) -> set[tuple[object, ...]]:
    """Keys of those calls that a later row books back."""
    keys = {(call.source_id, call.start, call.record_id, call.revision): call.pk for call in calls}
    if not keys:
        return set()
    rows = _REVERSALS.rows(starts=sorted({start for _source, start, *_rest in keys}))
    back = {(source, start, record, revision - 1) for source, start, record, revision in rows}
    return {pk for key, pk in keys.items() if key in back}


@dataclass(frozen=True, slots=True)
class Chain:
    """The rows of one record around one of them, as far as a customer may see them."""

    booked_back: CallRecord | None = None  # what this row books back
    by: CallRecord | None = None  # the row that books this one back
    before: CallRecord | None = None  # what this row took the place of
    after: CallRecord | None = None  # what took the place of this row


def chain_of(call: CallRecord) -> Chain:
    """Corrections around a row, from the revisions of its record: 0 the first, odd ones book back, even ones replace."""
    near = CallRecord.objects.filter(
        start__gte=call.start - NEAR,
        start__lt=call.start + NEAR,
        source=call.source_id,
        record_id=call.record_id,
        leg__in=BOOKED,
        call_type__in=SHOWN,
    )
    rows = {row.revision: row for row in near.exclude(revision=call.revision)}
    if call.leg == Leg.REVERSAL:
        return Chain(booked_back=rows.get(call.revision - 1), after=rows.get(call.revision + 1))
    return Chain(by=rows.get(call.revision + 1), before=rows.get(call.revision - 2), after=rows.get(call.revision + 2))
