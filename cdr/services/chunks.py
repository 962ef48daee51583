"""One chunk of rows into the ledger: told apart from what is known, attributed, rated, stored with its totals and counts.

Everything of a chunk is one transaction, so that a worker that is killed at any instruction has loaded it or has not.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from accounts.tenancy import Crossing, crossing
from cdr.ingest.attribute import NOBODY, attribute
from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.ingest.identity import coded_numbers, facts_of, numbers_of
from cdr.ingest.parse import BadRow
from cdr.ingest.rate import NO_CHARGE
from cdr.ingest.read import SENTENCES
from cdr.models import Batch, CallRecord, Reject
from cdr.selectors import feeds
from cdr.services import allocation
from cdr.services.corrections import book, open_period_of, reversal
from cdr.services.groups import Load, Rows, amend, choose, earlier_legs
from cdr.services.known import Fresh, Status
from cdr.services.periods import hold_periods_open
from cdr.services.storing import Rated, store
from cdr.vocabulary import Leg

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Rows of a chunk that go on, and how many were known."""

    calls: Calls
    ids: Integers
    facts: Integers
    duplicates: int
    replaced: dict[str, CallRecord]  # what the ledger holds of the records that changed
    later: Calls | None  # further versions of records of this very chunk


def load_chunk(load: Load, calls: Calls, bad: Sequence[BadRow], *, done_bytes: int | None = None) -> None:
    """Load what is new in a chunk, and count what became of every row."""
    later: Calls | None = calls
    while later is not None:
        later = _load_once(load, later, bad, done_bytes)
        bad = ()


def _load_once(load: Load, calls: Calls, bad: Sequence[BadRow], done_bytes: int | None) -> Calls | None:
    rejects = list(bad)
    fresh: Fresh | None = None
    with crossing(Crossing.INGEST):
        hold_periods_open()
        closed = feeds.closed_periods()
        found = _told_apart(load, calls, closed)
        rows, customers, lost = _attributed(load, found)
        rejects += lost
        unrated = 0
        if len(rows.calls):
            fresh, unrated = _stored(load, rows, customers, closed)
        _keep_rejects(load, rejects)
        waiting = len(found.later) if found.later is not None else 0
        load.batch.done_bytes = done_bytes if done_bytes is not None else load.batch.done_bytes
        _count(
            load.batch,
            rejects,
            read=len(calls) - waiting + len(bad),
            loaded=len(rows.calls),
            duplicate=found.duplicates,
            corrected=len(found.replaced),
            unrated=unrated,
        )
    if fresh is not None:
        load.known.remember(fresh)
    return found.later


# --- what is known ---


def _told_apart(load: Load, calls: Calls, closed: frozenset[date]) -> _Sorted:
    if not len(calls):
        empty = np.empty(0, dtype=np.int64)
        return _Sorted(calls, empty, empty, 0, {}, None)
    ids, facts = numbers_of(calls.record_id.arrow()), facts_of(calls)
    grouped = load.reading.dialect.group != {}
    load.known.look_at(int(calls.start.min()), int(calls.start.max()), closed=closed, grouped=grouped)
    status = load.known.judge(ids, facts)
    later = _further_versions(ids, facts, status)
    replaced = _replaced(load, calls, status)
    status[~np.isin(calls.record_id.codes, _codes(calls.record_id, replaced)) & (status == Status.CHANGED)] = Status.NEW
    goes = (status != Status.DUPLICATE) & ~later
    duplicates = int((status == Status.DUPLICATE).sum())
    more = calls.keep(later) if later.any() else None
    if goes.all():
        return _Sorted(calls, ids, facts, duplicates, replaced, more)
    return _Sorted(calls.keep(goes), ids[goes], facts[goes], duplicates, replaced, more)


def _further_versions(ids: Integers, facts: Integers, status: Integers) -> Mask:
    """Rows that say otherwise of a record than an earlier row of the chunk; one that says the same is a duplicate."""
    later = np.zeros(len(ids), dtype=np.bool_)
    ordered = np.sort(ids)
    if not (ordered[1:] == ordered[:-1]).any():
        return later
    _different, first, place = np.unique(ids, return_index=True, return_inverse=True)
    again = np.arange(len(ids)) != first[place]
    same = facts == facts[first[place]]
    status[again & same] = Status.DUPLICATE
    later[again & ~same & (status != Status.DUPLICATE)] = True
    return later


def _codes(column: Coded, texts: dict[str, CallRecord]) -> list[int]:
    return [code for code, text in enumerate(column.values) if text in texts] if texts else []


def _replaced(load: Load, calls: Calls, status: Integers) -> dict[str, CallRecord]:
    """What the ledger holds now of the records that come with other facts."""
    changed = status == Status.CHANGED
    if not changed.any():
        return {}
    ids = set(calls.record_id.keep(changed).compact().values)
    since = _EPOCH + timedelta(microseconds=load.window.earliest)
    found = CallRecord.objects.filter(source=load.source, start__gte=since, record_id__in=ids)
    return {record.record_id: record for record in found.order_by("revision") if record.leg != Leg.REVERSAL}


# --- whose it is ---


def _attributed(load: Load, found: _Sorted) -> tuple[Rows, Integers, list[BadRow]]:
    calls = found.calls
    customers = attribute(calls, load.directory)
    lost = customers == NOBODY
    if not lost.any():
        return Rows(calls, found.ids, found.facts, found.replaced), customers, []
    siblings = _from_earlier_legs(load, calls, lost)
    customers = np.where(lost, siblings, customers)
    lost = customers == NOBODY
    rejects = [_unknown_customer(calls, row) for row in np.flatnonzero(lost).tolist()]
    kept = ~lost
    gone = {bad.record_id for bad in rejects}
    replaced = {name: record for name, record in found.replaced.items() if name not in gone}
    return Rows(calls.keep(kept), found.ids[kept], found.facts[kept], replaced), customers[kept], rejects


def _from_earlier_legs(load: Load, calls: Calls, lost: Mask) -> Integers:
    """The customer of calls that nothing names but an earlier file."""
    names = set(calls.group.keep(lost & ~calls.account.filled()).compact().values) - {""}
    found = dict.fromkeys(calls.group.values, NOBODY)
    if names:
        first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (calls.start.min(), calls.start.max()))
        day = timedelta(days=1)
        near = CallRecord.objects.filter(source=load.source, start__gte=first - day, start__lte=last + day)
        found |= dict(
            near.filter(call_group__in=names).order_by("-start", "-id").values_list("call_group", "customer_id")
        )
    return calls.group.number(lambda text: found.get(text, NOBODY) if text in names else NOBODY)


def _unknown_customer(calls: Calls, row: int) -> BadRow:
    return BadRow(
        line=int(calls.lines[row]),
        raw=calls.rows[row],
        reason="unknown_customer",
        sentence=SENTENCES["unknown_customer"],
        record_id=calls.record_id.text(row),
    )


# --- what becomes of it ---


def _stored(load: Load, rows: Rows, customers: Integers, closed: frozenset[date]) -> tuple[Fresh, int]:
    groups = coded_numbers(rows.calls.group)
    earlier = earlier_legs(load, groups, rows.replaced)
    chosen = choose(load, rows, customers, earlier)
    rated = Rated(
        chosen.fresh.calls,
        chosen.fresh.customers,
        chosen.fresh.legs,
        chosen.fresh.charges,
        revision=_revisions(chosen.fresh.calls, rows.replaced),
        facts=chosen.facts,
    )
    touched = [*rows.replaced.values(), *(earlier.records if earlier else ())]
    bundled = allocation.hold({*np.unique(customers).tolist(), *(record.customer_id for record in touched)})
    periods = store(rated, batch=load.batch.pk, source=load.source.pk, closed=closed)
    replaced = [record for record in rows.replaced.values() if record.leg == Leg.CALL]
    book([reversal(record, period=open_period_of(record.start, closed)) for record in replaced])
    if chosen.earlier is not None and earlier is not None:
        amend(chosen.earlier, earlier, first=int(rows.calls.start.min()), closed=closed)
    allocation.after_records(bundled, periods | {open_period_of(record.start, closed) for record in touched})
    _resolve(load, rows.calls.record_id.arrow())
    fresh = load.known.keep(load.batch, rows.calls, ids=rows.ids, facts=rows.facts, groups=groups, header=load.header)
    load.customers |= set(np.unique(customers).tolist()) | {record.customer_id for record in rows.replaced.values()}
    return fresh, int((chosen.fresh.charges.micros == NO_CHARGE).sum())


def _revisions(calls: Calls, replaced: dict[str, CallRecord]) -> Integers:
    if not replaced:
        return np.zeros(len(calls), dtype=np.int64)
    return calls.record_id.number(lambda name: replaced[name].revision + 2 if name in replaced else 0)


# --- what is written about it ---


def _resolve(load: Load, record_ids: Any) -> None:
    """Rows that were rejected before and are loaded now need nobody's attention any more."""
    if not load.open_rejects:
        return
    found = pc.filter(record_ids, pc.is_in(record_ids, value_set=pa.array(sorted(load.open_rejects), pa.string())))
    if len(found):
        Reject.objects.filter(source=load.source, resolved_at=None, record_id__in=found.to_pylist()).update(
            resolved_at=timezone.now()
        )


def _keep_rejects(load: Load, rejects: Sequence[BadRow]) -> None:
    now = timezone.now()
    Reject.objects.bulk_create(
        [
            Reject(
                source=load.source,
                batch=load.batch,
                line=bad.line,
                raw=_readable(bad.raw),
                fingerprint=load.reject_ordinals.name(bad.raw),
                reason=bad.reason,
                sentence=bad.sentence,
                record_id=bad.record_id,
                created_at=now,
            )
            for bad in rejects
        ],
        ignore_conflicts=True,
        batch_size=1_000,
    )


def _readable(raw: bytes) -> str:
    """The row as text; bytes that are no UTF-8 are read as Latin-1, and NUL, which PostgreSQL refuses, is shown."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\0", "\u2400")


def _count(batch: Batch, rejects: Sequence[BadRow], **counts: int) -> None:
    for name, count in counts.items():
        setattr(batch, name, getattr(batch, name) + count)
    batch.rejected += len(rejects)
    batch.reasons = dict(Counter(batch.reasons) + Counter(bad.reason for bad in rejects))
    batch.save(update_fields=[*counts, "rejected", "reasons", "done_bytes"])
