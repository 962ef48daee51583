"""Load a file of call records: chunk by chunk, each with its totals, counts and rejects in one transaction.

A worker that is killed loses and doubles nothing: what was committed is known by its ids when the file comes again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.utils import timezone

from accounts.access import Actor
from accounts.tenancy import Crossing, crossing
from cdr.ingest.attribute import NOBODY, Directory, attribute, numbers_behind
from cdr.ingest.calls import Calls, Mask, join
from cdr.ingest.legs import Legs, choose_legs
from cdr.ingest.parse import BadRow, FileProblem, read_chunks
from cdr.ingest.rate import NO_CHARGE, charge
from cdr.ingest.read import SENTENCES, Ordinals, Reading, read_calls, window_around
from cdr.models import Batch, Reject, Source
from cdr.rating.tariffs import TariffBook
from cdr.selectors import feeds
from cdr.services.ahead import ahead
from cdr.services.known import DAY, Known
from cdr.services.periods import hold_periods_open
from cdr.services.storing import Rated, store

CHUNK_ROWS = 100_000
# Legs of one call are written as they end; those near the end of a chunk wait for the next one.
WAITING_LINES = 1_000
FOREIGN = "Rows that are not UTF-8 and were read as Latin-1: %d."
MOST_WAITING = 20_000  # a source that names every row the same has no legs to wait for


@dataclass(slots=True)
class _Load:
    """What one file is loaded with."""

    source: Source
    batch: Batch
    reading: Reading
    directory: Directory
    tariffs: dict[int, int]
    books: dict[int, TariffBook]
    known: Known
    open_rejects: frozenset[str]
    reject_ordinals: Ordinals = field(default_factory=Ordinals)
    foreign: int = 0


@contextmanager
def _only_load_of(source: Source) -> Iterator[None]:
    """Files of one source are loaded one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('centrale_cdr_source'), %s)", [source.pk])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('centrale_cdr_source'), %s)", [source.pk])


def load_file(
    *, path: Path, source: Source, actor: Actor, now: datetime | None = None, chunk_rows: int = CHUNK_ROWS
) -> Batch:
    """Load what is new in a file and say in the batch what became of each row.

    A file that cannot be read as a whole gives a batch in state REFUSED with the reason as one sentence. FileProblem
    when there is no such file. Any other error leaves the batch as far as it came; loading the file again completes it.
    """
    if not path.is_file():
        raise FileProblem("missing", f"There is no file {path}.")
    now = now or timezone.now()
    with _only_load_of(source), path.open("rb") as stream:
        batch = _begin(path, stream, source, actor, now)
        try:
            batch.problem = _load(stream, batch, source, now, chunk_rows)
            batch.state = Batch.State.DONE
        except FileProblem as found:
            batch.problem = found.sentence
            batch.state = Batch.State.REFUSED
        with crossing(Crossing.INGEST):
            batch.finished_at = timezone.now()
            batch.save(update_fields=["state", "problem", "finished_at"])
    return batch


def _begin(path: Path, stream: BufferedReader, source: Source, actor: Actor, now: datetime) -> Batch:
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    with crossing(Crossing.INGEST):
        # Nobody else holds the lock of the source, so a batch that still runs was killed.
        Batch.objects.filter(source=source, state=Batch.State.RUNNING).update(
            state=Batch.State.INTERRUPTED, finished_at=now
        )
        return Batch.objects.create(
            source=source,
            file_name=path.name[-255:],
            sha256=digest,
            size=path.stat().st_size,
            user=actor.user,
            door=actor.door,
            started_at=now,
        )


def _load(stream: BufferedReader, batch: Batch, source: Source, now: datetime, chunk_rows: int) -> str:
    """Load the chunks of the file; returns what there is to say about it, mostly nothing."""
    with crossing(Crossing.INGEST):
        load = _Load(
            source=source,
            batch=batch,
            reading=feeds.reading(source),
            directory=feeds.directory(source),
            tariffs=dict(feeds.customer_tariffs()),
            books=dict(feeds.tariff_books()),
            known=Known(source.pk),
            open_rejects=frozenset(
                Reject.objects.filter(source=source, resolved_at=None)
                .exclude(record_id="")
                .values_list("record_id", flat=True)
            ),
        )
    window = window_around((now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    ordinals = Ordinals()
    waiting: Calls | None = None

    def read() -> Iterator[tuple[Calls, list[BadRow]]]:
        for chunk in read_chunks(stream, load.reading.dialect, rows=chunk_rows):
            calls, bad = read_calls(chunk, load.reading, window, ordinals)
            load.foreign += chunk.foreign
            yield calls, [*chunk.bad, *bad]

    for calls, bad in ahead(read()):
        ready, waiting = _split(calls if waiting is None else join(waiting, calls))
        _load_chunk(load, ready, bad)
    if waiting is not None:
        _load_chunk(load, waiting, [])
    return FOREIGN % load.foreign if load.foreign else ""


def _split(calls: Calls) -> tuple[Calls, Calls | None]:
    """The calls that are complete, and those of which more legs may follow in the next chunk."""
    named = calls.group.where(bool)
    tail = calls.group.codes[-WAITING_LINES:][named[-WAITING_LINES:]]
    waits: Mask = np.isin(calls.group.codes, np.unique(tail)) & named
    if not waits.any() or waits.sum() > MOST_WAITING:
        return calls, None
    return calls.keep(~waits), calls.keep(waits)


def _load_chunk(load: _Load, calls: Calls, bad: Sequence[BadRow]) -> None:
    rejects = list(bad)
    read = len(calls) + len(rejects)
    stored: tuple[Any, Any, Any] | None = None
    with crossing(Crossing.INGEST):
        hold_periods_open()
        load.known.look_at(set(np.unique(calls.start // DAY).tolist()))
        new = _new(calls, load.known)
        duplicate = int(len(calls) - new.sum())
        fresh = calls.keep(new) if duplicate else calls
        customers = attribute(fresh, load.directory)
        lost = customers == NOBODY
        if lost.any():
            rejects += [_unknown_customer(fresh, row) for row in np.flatnonzero(lost).tolist()]
            fresh, customers = fresh.keep(~lost), customers[~lost]
        unrated = 0
        if len(fresh):
            legs, keys = _legs(load, fresh, customers)
            charges = charge(
                legs,
                start=fresh.start,
                seconds=fresh.seconds,
                customers=customers,
                tariffs=load.tariffs,
                books=load.books,
            )
            unrated = int((charges.micros == NO_CHARGE).sum())
            store(
                Rated(fresh, customers, legs, charges),
                source=load.source.pk,
                batch=load.batch.pk,
                closed=feeds.closed_periods(),
            )
            stored = (fresh.record_id.arrow(), _calls_only(keys, legs), legs.left.astype(np.int8))
            _resolve(load, stored[0])
        _keep_rejects(load, rejects)
        _count(load.batch, read=read, loaded=len(fresh), duplicate=duplicate, unrated=unrated, rejects=rejects)
    if stored:
        load.known.add(*stored)


def _new(calls: Calls, known: Known) -> Mask:
    """Rows whose id is neither in the database nor earlier in this chunk."""
    _, first = np.unique(calls.record_id.codes, return_index=True)
    fresh = np.zeros(len(calls), dtype=np.bool_)
    fresh[first] = True
    return fresh & ~known.has(calls.record_id.arrow())


def _legs(load: _Load, calls: Calls, customers: Any) -> tuple[Legs, Any]:
    """The legs, and `customer|group` of each row; a call that was stored before gets no second call from a late leg."""
    legs = choose_legs(
        load.reading.dialect.legs,
        calls,
        customers,
        load.directory,
        trunks=load.reading.trunks,
        form=load.reading.number_format,
    )
    legs = replace(legs, own=numbers_behind(legs.own, customers, load.directory))
    named = calls.group.where(bool)
    joined = pc.binary_join_element_wise(pa.array(customers).cast(pa.string()), calls.group.arrow(), "|")
    keys = pc.if_else(pa.array(named), joined, pa.scalar("", pa.string()))
    if not named.any():
        return legs, keys
    had_call = load.known.has_call(keys, left=False) & named
    had_left = load.known.has_call(keys, left=True) & named
    is_call = legs.is_call & ~had_left & (legs.left | ~had_call)
    return replace(legs, is_call=is_call), keys


def _calls_only(keys: Any, legs: Legs) -> Any:
    return pc.if_else(pa.array(legs.is_call), keys, pa.scalar("", pa.string()))


def _unknown_customer(calls: Calls, row: int) -> BadRow:
    return BadRow(
        line=int(calls.lines[row]),
        raw=calls.rows[row],
        reason="unknown_customer",
        sentence=SENTENCES["unknown_customer"],
        record_id=calls.record_id.text(row),
    )


def _resolve(load: _Load, record_ids: Any) -> None:
    """Rows that were rejected before and are loaded now need nobody's attention any more."""
    if not load.open_rejects:
        return
    found = pc.filter(record_ids, pc.is_in(record_ids, value_set=pa.array(sorted(load.open_rejects), pa.string())))
    if len(found):
        Reject.objects.filter(source=load.source, resolved_at=None, record_id__in=found.to_pylist()).update(
            resolved_at=timezone.now()
        )


def _keep_rejects(load: _Load, rejects: Sequence[BadRow]) -> None:
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


def _count(batch: Batch, *, read: int, loaded: int, duplicate: int, unrated: int, rejects: Sequence[BadRow]) -> None:
    batch.read += read
    batch.loaded += loaded
    batch.duplicate += duplicate
    batch.rejected += len(rejects)
    batch.unrated += unrated
    batch.reasons = dict(Counter(batch.reasons) + Counter(bad.reason for bad in rejects))
    batch.save(update_fields=["read", "loaded", "duplicate", "rejected", "unrated", "reasons"])
