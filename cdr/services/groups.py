"""Legs of one call over chunks and files: the choice is made anew with all of its legs, whenever a further one comes.

The earlier rows are read again as they were delivered, so that every rule that pairs or chooses legs sees a call whole,
however its rows were spread over files.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.ingest.attribute import Directory, numbers_behind
from cdr.ingest.calls import Calls, Coded, Integers, Mask, join
from cdr.ingest.identity import coded_numbers, numbers_of
from cdr.ingest.legs import Legs, choose_legs
from cdr.ingest.parse import read_chunks
from cdr.ingest.rate import NO_CHARGE, Charges, charge
from cdr.ingest.read import Ordinals, Reading, Window, read_calls
from cdr.models import Batch, CallRecord, Source
from cdr.rating.overrides import OverrideBook
from cdr.rating.tariffs import TariffBook
from cdr.selectors.ledger import named
from cdr.services.corrections import open_period_of, reversal, successor
from cdr.services.known import Known
from cdr.services.storing import Learned, without_hidden
from cdr.vocabulary import Direction, Leg

# Legs are written as they end: one that comes within this time of the last replaces what was chosen, as if all had come
# together; a later one corrects it.
GROUP_CLOSES = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Load:
    """What the chunks of one file are loaded with, and whom they touched."""

    source: Source
    batch: Batch
    reading: Reading
    window: Window
    header: bytes
    directory: Directory
    tariffs: dict[int, int]
    books: dict[int, TariffBook]
    overrides: dict[int, OverrideBook]
    known: Known
    open_rejects: frozenset[str]
    reject_ordinals: Ordinals = field(default_factory=Ordinals)
    customers: set[int] = field(default_factory=set)
    learned: Learned = field(default_factory=Learned)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are stored, with the numbers that stand for their ids and facts, and the records that they replace."""

    calls: Calls
    ids: Integers
    facts: Integers
    replaced: dict[str, CallRecord]

    def keep(self, rows: Mask) -> "Rows":
        kept = self.calls.keep(rows)
        names = set(kept.record_id.compact().values) if self.replaced else set()
        replaced = {name: record for name, record in self.replaced.items() if name in names}
        return Rows(kept, self.ids[rows], self.facts[rows], replaced)


@dataclass(frozen=True, slots=True)
class Earlier:
    """Rows that were stored before, and what the ledger holds of each."""

    calls: Calls
    records: Sequence[CallRecord]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows with what they are and cost."""

    calls: Calls
    customers: Integers
    legs: Legs
    charges: Charges

    def keep(self, rows: Mask) -> "Outcome":
        if rows.all():
            return self
        legs, charges = self.legs, self.charges
        return Outcome(
            self.calls.keep(rows),
            self.customers[rows],
            Legs(legs.direction[rows], legs.left[rows], legs.is_call[rows], legs.own.keep(rows), legs.other.keep(rows)),
            Charges(charges.call_type[rows], charges.micros[rows], charges.rate[rows]),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The outcome of the rows that are new, and of earlier legs of the same calls where there are any."""

    fresh: Outcome
    facts: Integers
    earlier: Outcome | None


def earlier_legs(load: Load, groups: Integers, replaced: dict[str, CallRecord]) -> Earlier | None:
    """The rows of the same calls that were stored before, without those that the new rows replace."""
    ordinals = Ordinals()
    calls: Calls | None = None
    for header, lines in load.known.calls_of(groups):
        stream = io.BytesIO(b"\n".join([*([header] if header else []), *lines]) + b"\n")
        for chunk in read_chunks(stream, load.reading.dialect, rows=len(lines) + 2):
            part, _bad = read_calls(chunk, load.reading, load.window, ordinals)
            calls = part if calls is None else join(calls, part)
    if calls is None or not len(calls):
        return None
    return _in_the_ledger(load, calls, replaced)


def with_earlier_rows(load: Load, calls: Calls, changed: Mask) -> Calls:
    """The calls, those that changed read again together with the rows that they had before.

    Where a call is made of several rows, a file that begins within it brings only some of them, and that is no correction.
    """
    known = load.known.calls_of(coded_numbers(calls.group.keep(changed)))
    earlier = [(header, tuple(lines)) for header, lines in known]
    content = b"\n".join((load.header, *calls.rows.filter(pa.array(changed)).to_pylist())) + b"\n"
    lines = dict(zip(calls.record_id.arrow().to_pylist(), calls.lines.tolist(), strict=True))
    ordinals = Ordinals()
    for chunk in read_chunks(io.BytesIO(content), load.reading.dialect, rows=content.count(b"\n"), halves=earlier):
        again, _bad = read_calls(chunk, load.reading, load.window, ordinals)
        if len(again):
            again = replace(again, lines=again.record_id.number(lambda name: lines[name]))
            there = pc.is_in(calls.record_id.arrow(), value_set=again.record_id.arrow())
            calls = join(calls.keep(~np.asarray(there)), again)
    return calls


def _in_the_ledger(load: Load, calls: Calls, replaced: dict[str, CallRecord]) -> Earlier | None:
    first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (calls.start.min(), calls.start.max()))
    found = named(load.source, calls.record_id.values).filter(start__gte=first, start__lte=last).order_by("revision")
    records = {record.record_id: record for record in found if record.leg != Leg.REVERSAL}
    # Of a record that was corrected several rows are kept: only the last one counts.
    place = {calls.record_id.text(row): row for row in range(len(calls))}
    stays = np.zeros(len(calls), dtype=np.bool_)
    stays[[row for name, row in place.items() if name in records and name not in replaced]] = True
    if not stays.any():
        return None
    kept = calls.keep(stays)
    found_records = [records[kept.record_id.text(row)] for row in range(len(kept))]
    # A row that is read without those beside it may not know the name that its call has.
    group = Coded.of(pa.array([record.call_group for record in found_records], pa.string()))
    return Earlier(replace(kept, group=group), found_records)


def choose(load: Load, rows: Rows, customers: Integers, earlier: Earlier | None) -> Chosen:
    """Legs and charges of the new rows, seen together with the earlier ones."""
    calls, ids, facts = rows.calls, rows.ids, rows.facts
    new = np.ones(len(calls), dtype=np.bool_)
    if earlier is not None:
        whose = np.array([record.customer_id for record in earlier.records], dtype=np.int64)
        count = len(whose)
        ids = np.concatenate([numbers_of(earlier.calls.record_id.arrow()), ids])
        calls, customers = join(earlier.calls, calls), np.concatenate([whose, customers])
        new = np.concatenate([np.zeros(count, dtype=np.bool_), new])
        facts = np.concatenate([np.zeros(count, dtype=np.int64), facts])
    if _has_several_legs(calls):
        # In the order of time and not of the lines, so that it does not matter how files were cut or sorted.
        order = np.lexsort((ids, calls.start))
        calls, customers, new, facts = calls.take(order), customers[order], new[order], facts[order]
    outcome = _outcome(load, calls, customers)
    return Chosen(outcome.keep(new), facts[new], None if earlier is None else outcome.keep(~new))


def _has_several_legs(calls: Calls) -> bool:
    named = calls.group.codes[calls.group.filled()]
    return bool(len(named)) and int(np.bincount(named).max()) > 1


def _outcome(load: Load, calls: Calls, customers: Integers) -> Outcome:
    legs = choose_legs(
        load.reading.dialect.legs,
        replace(calls, lines=np.arange(len(calls), dtype=np.int64)),
        customers,
        load.directory,
        trunks=load.reading.trunks,
        form=load.reading.number_format,
    )
    legs = replace(legs, own=numbers_behind(legs.own, customers, load.directory))
    charges = charge(
        legs,
        start=calls.start,
        seconds=calls.seconds,
        customers=customers,
        tariffs=load.tariffs,
        books=load.books,
        overrides=load.overrides,
        price=calls.price,
    )
    calls, legs = without_hidden(calls, legs)
    return Outcome(calls, customers, legs, charges)


@dataclass(frozen=True, slots=True)
class Amendments:
    """What is to be written about earlier legs: rows in the place of others, and rows beside those that they book back."""

    rewritten: Sequence[tuple[CallRecord, CallRecord]] = ()
    booked_back: Sequence[CallRecord] = ()
    entries: Sequence[CallRecord] = ()


def amend(found: Outcome, earlier: Earlier, *, came: Mapping[str, datetime], closed: frozenset[date]) -> Amendments:
    """What sets right what the ledger holds of earlier legs, where it is not what they are now.

    While a call is open, which it is until 15 minutes after its last row, its rows are written anew; afterwards, and once its
    period is closed, they are booked back and booked anew. `came` is the first start of the rows that came, by call.
    """
    records = {record.record_id: record for record in earlier.records}
    ends: dict[str, datetime] = {}
    for record in earlier.records:
        end = record.start + timedelta(seconds=record.seconds)
        ends[record.call_group] = max(end, ends.get(record.call_group, end))
    rewritten: list[tuple[CallRecord, CallRecord]] = []
    booked_back: list[CallRecord] = []
    entries: list[CallRecord] = []
    for row in range(len(found.calls)):
        record = records[found.calls.record_id.text(row)]
        changes = _changes(record, found, row)
        if not changes:
            continue
        period = open_period_of(record.start, closed)
        if ends[record.call_group] >= came[record.call_group] - GROUP_CLOSES and record.billing_period == period:
            rewritten.append(
                (record, successor(record, period=period, **changes, revision=record.revision, id=record.id))
            )
            continue
        if record.leg == Leg.CALL:
            booked_back.append(record)
            entries.append(reversal(record, period=period))
        entries.append(successor(record, period=period, **changes))
    return Amendments(rewritten, booked_back, entries)


def _changes(record: CallRecord, found: Outcome, row: int) -> dict[str, object]:
    """What is different now in the outcome of a row; the price follows only when something else does."""
    legs, charges = found.legs, found.charges
    forwarded = legs.direction[row] == int(Direction.FORWARDED)
    now = {
        "leg": int(Leg.CALL if legs.is_call[row] else Leg.LEG),
        "direction": int(legs.direction[row]),
        "number": legs.own.text(row),
        "other": legs.other.text(row),
        "seconds": int(found.calls.seconds[row]),
    }
    if all(getattr(record, name) == value for name, value in now.items()):
        return {}
    micros = int(charges.micros[row])
    return now | {
        "origin": found.calls.caller.text(row) if forwarded else "",
        "micros": None if micros == NO_CHARGE else micros,
        "rate_id": int(charges.rate[row]),
        "call_type": int(charges.call_type[row]),
    }
