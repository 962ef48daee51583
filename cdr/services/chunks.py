"""One chunk of rows into the ledger: told apart from what is known, attributed, rated, stored with its totals and counts.

Everything of a chunk is one transaction, so that a worker that is killed at any instruction has loaded it or has not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db import connection

from accounts.tenancy import Crossing, crossing
from cdr.ingest.attribute import NOBODY, attribute
from cdr.ingest.calls import Calls, Integers, Mask
from cdr.ingest.groups import distinct
from cdr.ingest.identity import coded_numbers, facts_of, numbers_of
from cdr.ingest.legs import ways_of
from cdr.ingest.legs_freeswitch import as_loaded, other_names, together
from cdr.ingest.parse import BadRow
from cdr.ingest.parts import Part
from cdr.ingest.rate import NO_CHARGE
from cdr.models import Batch, CallRecord
from cdr.selectors import feeds
from cdr.selectors.ledger import named
from cdr.services import allocation
from cdr.services.corrections import enter, open_period_of, reversal, rewrite
from cdr.services.groups import Amendments, Chosen, Earlier, Load, Rows, amend, choose, earlier_legs, with_earlier_rows
from cdr.services.known import Fresh, Status
from cdr.services.periods import hold_periods_open
from cdr.services.rejecting import keep_rejects, rejected, resolve
from cdr.services.storing import Rated, Stock, add_up, lay_out, store
from cdr.services.withdrawing import withdraw
from cdr.vocabulary import Leg

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows of a part that go on, and how many were known."""

    rows: Rows
    duplicates: int
    later: Calls | None  # further versions of records of this very part


@dataclass(frozen=True, slots=True)
class Ready:
    """A part whose rows are known, attributed and rated, and laid out as they will be written."""

    part: Part
    told: _Told
    rows: Rows
    rejects: tuple[BadRow, ...]
    chosen: Chosen | None
    stock: Stock | None
    fresh: Fresh | None
    closed: frozenset[date]


def look_ahead(load: Load, part: Part) -> None:
    """Read what the database knows around a part, so that `make_ready` can do without it."""
    starts = [int(part.calls.start.min()), int(part.calls.start.max())] if len(part.calls) else []
    # The other half of a call may be a day away.
    starts += [bad.start + shift for bad in part.bad if bad.start is not None for shift in (-DAY, DAY)]
    if starts:
        grouped = bool(load.reading.dialect.group)
        load.known.look_at(min(starts), max(starts), closed=feeds.closed_periods(), grouped=grouped)


def make_ready(load: Load, part: Part, closed: frozenset[date]) -> Ready | None:
    """Everything about a part that needs no database; None when it must be asked after all: then `load_part` does it."""
    calls = part.calls
    if load.reading.dialect.rows == "freeswitch":
        calls = together(calls)
        if load.known.goes_on(coded_numbers(other_names(calls))):
            return None
    told = _told_apart(load, calls)
    if told is None or told.later is not None:
        return None
    customers = _attributed(load, told.rows.calls)
    if (~(customers != NOBODY) & told.rows.calls.group.filled() & ~told.rows.calls.account.filled()).any():
        return None
    if load.known.goes_on(coded_numbers(told.rows.calls.group)):
        return None
    return _ready(load, part, told, customers, None, closed)


def load_part(load: Load, part: Part) -> None:
    """Load what is new in a part, asking the database about what is not, and count what became of every row."""
    more: Part | None = part
    while more is not None:
        look_ahead(load, more)
        with crossing(Crossing.INGEST):
            hold_periods_open()
            told = _told_apart(load, _seen_whole(load, more.calls), _in_the_ledger)
            if told is None:
                raise RuntimeError("the ledger was asked and did not answer")
            customers = _with_siblings(load, told.rows.calls, _attributed(load, told.rows.calls))
            earlier = earlier_legs(load, coded_numbers(told.rows.calls.group), told.rows.replaced)
            ready = _ready(load, more, told, customers, earlier, feeds.closed_periods())
            booking = Booking()
            booking.add(load, ready, earlier)
            booking.finish(load)
        more = Part(told.later, (), 0, more.done) if told.later is not None else None


def write(load: Load, parts: Iterable[Ready]) -> None:
    """Write parts that are ready, as they come, in one transaction: what they add to the totals is added at its end.

    Its commit does not wait for the disk. The one that says the batch is done does, and all before it are on the disk
    then; after a power cut in between the batch still runs, and is taken up where the disk says that it was.
    """
    with crossing(Crossing.INGEST):
        _commit_soon()
        hold_periods_open()
        closed = feeds.closed_periods()
        booking = Booking()
        for ready in parts:
            if closed != ready.closed and ready.chosen is not None and ready.stock is not None:
                # A period was closed while the part was made ready: it goes into the next one. Its numbers count as learned.
                stock = _stock(load, ready.rows, ready.chosen, closed)
                stock = replace(stock, numbers=ready.stock.numbers)
                booking.add(load, replace(ready, stock=stock, closed=closed))
            else:
                booking.add(load, ready)
        booking.finish(load)


def _commit_soon() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _ready(
    load: Load, part: Part, told: _Told, customers: Integers, earlier: Earlier | None, closed: frozenset[date]
) -> Ready:
    rows, lost = told.rows, customers == NOBODY
    rejects = _without_known_halves(load, part.bad)
    told = replace(told, duplicates=told.duplicates + len(part.bad) - len(rejects))
    customers = _of_what_they_take_back(rows, customers)
    vain = rows.calls.taken_back & (customers == NOBODY)
    lost &= ~rows.calls.taken_back
    rejects = (
        *rejects,
        *(rejected(rows.calls, row, "unknown_customer") for row in np.flatnonzero(lost).tolist()),
        *(rejected(rows.calls, row, "nothing_to_take_back") for row in np.flatnonzero(vain).tolist()),
    )
    if (lost | vain).any():
        rows, customers = rows.keep(~lost & ~vain), customers[~lost & ~vain]
    if not len(rows.calls):
        return Ready(part, told, rows, rejects, None, None, None, closed)
    chosen = choose(load, rows, customers, earlier)
    groups = coded_numbers(rows.calls.group)
    fresh = Fresh.of(rows.calls, ids=rows.ids, facts=rows.facts, groups=groups, header=load.header)
    stock = _stock(load, rows, chosen, closed)
    load.known.remember(fresh)
    return Ready(part, told, rows, rejects, chosen, stock, fresh, closed)


def _without_known_halves(load: Load, bad: tuple[BadRow, ...]) -> tuple[BadRow, ...]:
    """Without halves of calls that were loaded whole: of files that overlap only one half of a call may come again."""
    halves = [one for one in bad if one.start is not None]
    if not halves:
        return bad
    ids = numbers_of(pa.array([one.record_id for one in halves], pa.string()))
    status = load.known.judge(ids, np.zeros(len(ids), dtype=np.int64))
    known = {one.record_id for one, is_known in zip(halves, (status != Status.NEW).tolist(), strict=True) if is_known}
    return tuple(one for one in bad if one.start is None or one.record_id not in known)


def _stock(load: Load, rows: Rows, chosen: Chosen, closed: frozenset[date]) -> Stock:
    fresh = chosen.fresh
    rated = Rated(
        fresh.calls,
        fresh.customers,
        fresh.legs,
        fresh.charges,
        revision=_revisions(fresh.calls, rows.replaced),
        facts=chosen.facts,
    )
    return lay_out(rated, batch=load.batch.pk, source=load.source.pk, closed=closed, learned=load.learned)


@dataclass(slots=True)
class Booking:
    """The parts of a transaction: their records are written at once, their sums at its end."""

    stocks: list[Stock] = field(default_factory=list)  # without the records, which are written
    corrections: list[tuple[Ready, Earlier | None]] = field(default_factory=list)
    customers: set[int] = field(default_factory=set)
    periods: set[date] = field(default_factory=set)

    def add(self, load: Load, ready: Ready, earlier: Earlier | None = None) -> None:
        """Write the records of a part, and count what became of its rows."""
        rows = ready.rows
        unrated = 0
        if ready.chosen is not None and ready.stock is not None and ready.fresh is not None:
            touched = [*rows.replaced.values(), *(earlier.records if earlier else ())]
            self.customers |= {*distinct(ready.chosen.fresh.customers).tolist(), *(one.customer_id for one in touched)}
            self.periods |= ready.stock.periods | {open_period_of(record.start, ready.closed) for record in touched}
            store(ready.stock)
            self.stocks.append(replace(ready.stock, months=()))
            if touched:
                self.corrections.append((ready, earlier))
            resolve(load, rows.calls)
            load.known.keep(ready.fresh, load.batch)
            unrated = int((ready.chosen.fresh.charges.micros == NO_CHARGE).sum())
        keep_rejects(load, ready.rejects)
        if ready.part.done is not None:
            load.batch.done_bytes = ready.part.done
        waiting = len(ready.told.later) if ready.told.later is not None else 0
        _count(
            load.batch,
            ready.rejects,
            read=len(ready.part.calls) - waiting + len(ready.part.bad),
            loaded=len(rows.calls),
            duplicate=ready.told.duplicates,
            corrected=len(rows.replaced),
            unrated=unrated,
        )

    def finish(self, load: Load) -> None:
        """Correct, add up and share out bundles. It locks customers and then totals, so it comes last."""
        if not self.stocks:
            return
        bundled = allocation.hold(self.customers)
        add_up(self.stocks, [frame for ready, earlier in self.corrections for frame in _correct(ready, earlier)])
        allocation.after_records(bundled, self.periods)
        load.customers |= self.customers


def _correct(ready: Ready, earlier: Earlier | None) -> list[pd.DataFrame]:
    """Book back what the rows replace, and set right what they change in earlier legs of their calls.

    Returns what is to be added to the totals for it.
    """
    rows, closed = ready.rows, ready.closed
    replaced = [record for record in rows.replaced.values() if record.leg == Leg.CALL]
    amendments = Amendments()
    if earlier is not None and ready.chosen is not None and ready.chosen.earlier is not None:
        amendments = amend(ready.chosen.earlier, earlier, came=_first_starts(rows.calls, earlier), closed=closed)
    withdraw([*replaced, *amendments.booked_back], closed)
    back = [reversal(record, period=open_period_of(record.start, closed)) for record in replaced]
    return [*rewrite(amendments.rewritten), *enter([*back, *amendments.entries])]


def _first_starts(calls: Calls, earlier: Earlier) -> dict[str, datetime]:
    """When the first of the rows that came of each of these calls started."""
    names = sorted({record.call_group for record in earlier.records})
    places = {name: place for place, name in enumerate(names)}
    first = np.full(len(names) + 1, calls.start.max())
    np.minimum.at(first, calls.group.number(lambda name: places.get(name, len(names))), calls.start)
    return {name: _EPOCH + timedelta(microseconds=int(start)) for name, start in zip(names, first[:-1], strict=True)}


# --- what is known ---


type Ledger = Callable[[Load, Calls, Integers], dict[str, CallRecord]]


def _told_apart(load: Load, calls: Calls, ledger: Ledger | None = None) -> _Told | None:
    """What is new, with what it replaces; None where the ledger must be asked and may not be."""
    if not len(calls):
        empty = np.empty(0, dtype=np.int64)
        return _Told(Rows(calls, empty, empty, {}), 0, None)
    ids, facts = numbers_of(calls.record_id.arrow()), facts_of(calls)
    status = load.known.judge(ids, facts)
    changed = status == Status.CHANGED
    if changed.any():
        earlier_facts = load.known.judge(ids, facts_of(calls, accounts=False))
        status[changed & (earlier_facts == Status.DUPLICATE)] = Status.DUPLICATE
    later = _further_versions(ids, facts, status)
    replaced: dict[str, CallRecord] = {}
    if (status == Status.CHANGED).any():
        if ledger is None:
            return None
        replaced = ledger(load, calls, status)
    goes = (status != Status.DUPLICATE) & ~later
    rows = Rows(calls, ids, facts, replaced)
    return _Told(
        rows if goes.all() else rows.keep(goes),
        int((status == Status.DUPLICATE).sum()),
        calls.keep(later) if later.any() else None,
    )


def _seen_whole(load: Load, calls: Calls) -> Calls:
    """The calls as their rows of earlier parts and files tell them too, where a row alone does not say it all."""
    if load.reading.dialect.rows == "freeswitch":
        return _named_as_before(load, together(calls))
    if load.reading.dialect.rows != "kamailio" or not len(calls):
        return calls
    changed = load.known.judge(numbers_of(calls.record_id.arrow()), facts_of(calls)) == Status.CHANGED
    return with_earlier_rows(load, calls, changed) if changed.any() else calls


def _named_as_before(load: Load, calls: Calls) -> Calls:
    """The calls under the name that they were loaded with, where a leg came before that names one of these."""
    others = other_names(calls)
    if not load.known.goes_on(coded_numbers(others)):
        return calls
    names = (set(others.compact().values) | set(calls.group.compact().values)) - {""}
    first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (calls.start.min(), calls.start.max()))
    day = timedelta(days=1)
    near = CallRecord.objects.filter(source=load.source, start__gte=first - day, start__lte=last + day)
    found = near.filter(call_group__in=names).order_by("revision", "id")
    return as_loaded(calls, dict(found.values_list("record_id", "call_group")))


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


def _in_the_ledger(load: Load, calls: Calls, status: Integers) -> dict[str, CallRecord]:
    """What the ledger holds now of the records that come with other facts."""
    ids = set(calls.record_id.keep(status == Status.CHANGED).compact().values)
    since = _EPOCH + timedelta(microseconds=load.window.earliest)
    found = named(load.source, ids).filter(start__gte=since)
    return {record.record_id: record for record in found.order_by("revision") if record.leg != Leg.REVERSAL}


# --- whose it is ---


def _attributed(load: Load, calls: Calls) -> Integers:
    """The customer of each row. Which way it went is looked at only where an account does not tell."""
    if calls.account.filled().all():
        return calls.account.lookup(load.directory.accounts, NOBODY)
    return attribute(calls, load.directory, ways_of(load.reading.dialect.legs, calls, load.reading.trunks))


def _with_siblings(load: Load, calls: Calls, customers: Integers) -> Integers:
    """The customers, also of calls that nothing names but an earlier file; whose the source named is never guessed."""
    lost = (customers == NOBODY) & ~calls.account.filled() & ~calls.own.starting("+")
    names = set(calls.group.keep(lost).compact().values) - {""}
    if not names:
        return customers
    first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (calls.start.min(), calls.start.max()))
    day = timedelta(days=1)
    near = CallRecord.objects.filter(source=load.source, start__gte=first - day, start__lte=last + day)
    found = dict(near.filter(call_group__in=names).order_by("-start", "-id").values_list("call_group", "customer_id"))
    return np.where(lost, calls.group.number(lambda text: found.get(text, NOBODY)), customers)


def _of_what_they_take_back(rows: Rows, customers: Integers) -> Integers:
    """The customers, where a row takes a call back that of the call: nobody's when there is none."""
    taken_back = rows.calls.taken_back
    if not taken_back.any():
        return customers
    whose = {name: record.customer_id for name, record in rows.replaced.items()}
    return np.where(taken_back, rows.calls.record_id.number(lambda name: whose.get(name, NOBODY)), customers)


def _revisions(calls: Calls, replaced: dict[str, CallRecord]) -> Integers:
    if not replaced:
        return np.zeros(len(calls), dtype=np.int64)
    return calls.record_id.number(lambda name: replaced[name].revision + 2 if name in replaced else 0)


# --- what is written about it ---


def _count(batch: Batch, rejects: Sequence[BadRow], **counts: int) -> None:
    for name, count in counts.items():
        setattr(batch, name, getattr(batch, name) + count)
    batch.rejected += len(rejects)
    batch.reasons = dict(Counter(batch.reasons) + Counter(bad.reason for bad in rejects))
    batch.save(update_fields=[*counts, "rejected", "reasons", "done_bytes"])
