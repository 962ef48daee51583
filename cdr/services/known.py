"""Which records of a source were loaded before, whatever their start, and the earlier rows of calls that go on.

What is known is read from `KeptRows`: the chunks around the file's own days, and all of the periods that are open. Ids are
numbers (cdr.ingest.identity), sorted in a few runs, each with a few bits for an id that say of nearly all others that they
are not there. So ten million of them take 20 MB and a file, a chunk is looked up in milliseconds, and a process that loads
one file of a source after the other reads only what is new since the last.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Self

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from cdr.ingest.calls import Calls, Integers
from cdr.ingest.groups import distinct
from cdr.models import Batch, KeptRows, Source
from cdr.services.runs import Run, gathered, in_runs, merged
from portal.lib.periods import Month

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CODEC = "zstd"
# Legs of one call, and a record whose source's clock was corrected, lie at most a day apart.
MARGIN = timedelta(days=1)
MOST_IDS = 25_000_000
MOST_HELD = MOST_IDS  # more are read again for every file, from the periods that are open then
SMALL, MANY_SMALL = 20_000, 400
BITS_OF_A_CALL = 8  # half of what an id has: fewer calls are asked about twice
NOT_WRITTEN = 0  # the key of a chunk that is not in the database yet


class Status(IntEnum):
    """What is known of a row."""

    NEW = 0
    DUPLICATE = 1  # the same record with the same facts
    CHANGED = 2  # the same record, but what it says is different


class _Held:
    """What a process knows after a file: the next one is mostly of the same source."""

    last: "Known | None" = None


def recall(source: Source) -> "Known":
    """What this process knows of a source. It forgets it until `hold`, so that a load that fails leaves nothing behind."""
    known, _Held.last = _Held.last, None
    return known if known is not None and known.source.pk == source.pk and known.stands() else Known(source)


def hold(known: "Known") -> None:
    """Know this when the next file comes. Everything that was remembered is written down."""
    _Held.last = known


@dataclass(slots=True, eq=False)
class _Kept:
    """A chunk whose rows can still be looked at: the numbers of its calls, in order, each once."""

    pk: int
    last: datetime
    calls: Integers

    @classmethod
    def of(cls, pk: int, last: datetime, groups: Integers) -> Self:
        """From the number of each row's call, 0 where it has none."""
        return cls(pk, last, distinct(groups[groups != 0]))

    def has_any(self, wanted: Integers) -> bool:
        """Whether a call with one of these numbers, which are in order, has rows here."""
        if not len(self.calls):
            return False
        place = np.minimum(np.searchsorted(self.calls, wanted), len(self.calls) - 1)
        return bool((self.calls[place] == wanted).any())


@dataclass(slots=True)
class Known:
    """What was loaded of one source. Reads the database inside the caller's transaction."""

    source: Source
    _runs: list[Run] = field(default_factory=list)  # ids with facts
    _seen: set[int] = field(default_factory=set)  # the chunks that these hold
    _opened: datetime | None = None  # every chunk that ends at this moment or later is seen
    _calls: list[Run] = field(default_factory=list)  # calls with chunks
    _last: dict[int, datetime] = field(default_factory=dict)  # the last start of each chunk that these hold
    _near: tuple[datetime, datetime] | None = None  # every chunk that has rows between these moments is seen as well
    _since: datetime = _EPOCH  # calls whose chunks ended before are over
    _kept: list[_Kept] = field(default_factory=list)  # the calls of the latest parts: some are not written down yet

    def look_at(self, first: int, last: int, *, closed: frozenset[object], grouped: bool) -> None:
        """Read what is not read yet of the chunks around these moments (microseconds UTC) and of the open periods."""
        since, until = (_EPOCH + timedelta(microseconds=moment) for moment in (first, last))
        opened = _open_since(until, closed)
        self._since = since - MARGIN
        near = self._near_and_new(since - MARGIN, until + MARGIN)
        # Those near come first: what stands with the same start must be known, however many there are.
        chunks = {pk: count for pk, count, _last in near}
        if self._opened is None or opened < self._opened:
            found = KeptRows.objects.filter(source=self.source, last_start__gte=opened).order_by("-pk")
            chunks |= dict(found.values_list("pk", "count"))
            self._opened = opened
        new = [(pk, count) for pk, count in chunks.items() if pk not in self._seen]
        self._runs = gathered([*self._runs, *in_runs(self._read_ids(new))])
        if grouped:
            ours = {kept.pk for kept in self._kept}
            self._know_calls(
                _Kept.of(pk, ended, np.frombuffer(_read("groups", pk)[0], dtype="<i8"))
                for pk, _count, ended in near
                if pk not in self._last and pk not in ours
            )

    def _near_and_new(self, since: datetime, until: datetime) -> list[tuple[int, int, datetime]]:
        """Key, size and last start of the chunks between two moments that were not there when it was looked last."""
        found = KeptRows.objects.filter(source=self.source, last_start__gte=since, first_start__lte=until)
        if self._near is not None and self._near[0] <= since <= self._near[1]:
            # What is new of it begins behind what was looked at before.
            found, since = found.filter(first_start__gt=self._near[1]), self._near[0]
            until = max(until, self._near[1])
        self._near = (since, until)
        return list(found.order_by("-pk").values_list("pk", "count", "last_start"))

    def _know_calls(self, several: Iterable[_Kept]) -> None:
        def noted() -> Iterator[tuple[Integers, Integers]]:
            for kept in several:
                self._last[kept.pk] = kept.last
                yield kept.calls, np.full(len(kept.calls), kept.pk, dtype=np.int64)

        self._calls = gathered([*self._calls, *in_runs(noted(), BITS_OF_A_CALL)])

    def stands(self) -> bool:
        """Whether the database still has every chunk that was read or written, and they are not too many.

        Others may have added to them since: the next look is at all of them.
        """
        self._opened = self._near = None
        there = KeptRows.objects.filter(source=self.source).values_list("pk", flat=True)
        return sum(len(run.ids) for run in self._runs) <= MOST_HELD and self._seen.issubset(there)

    def _read_ids(self, chunks: Sequence[tuple[int, int]]) -> Iterator[tuple[Integers, Integers]]:
        held = sum(len(run.ids) for run in self._runs)
        for position, (pk, count) in enumerate(chunks):
            if held + count > MOST_IDS:
                log.warning("known records: only the latest are looked up", extra={"left_out": len(chunks) - position})
                break
            ids, facts = _read("ids, facts", pk)
            self._seen.add(pk)
            held += count
            yield np.frombuffer(ids, dtype="<i8"), np.frombuffer(facts, dtype="<i8")

    def judge(self, ids: Integers, facts: Integers) -> Integers:
        """A Status for each row."""
        order = np.argsort(ids)
        wanted, theirs = ids[order], facts[order]
        here = same = np.zeros(len(ids), dtype=np.bool_)
        for run in self._runs:
            found, equal = run.judge(wanted, theirs)
            here, same = here | found, same | equal
        status = np.empty(len(ids), dtype=np.int64)
        status[order] = np.select([same, here], [int(Status.DUPLICATE), int(Status.CHANGED)], default=int(Status.NEW))
        return status

    def calls_of(self, groups: Integers) -> Iterator[tuple[bytes, list[bytes]]]:
        """Header and earlier rows of the calls with these numbers, for each chunk that has any, the oldest first."""
        wanted = distinct(groups[groups != 0])
        for pk in self._chunks_of(wanted):
            rows, size, header, groups = _read("rows, rows_size, header, groups", pk)
            if size:
                places = np.flatnonzero(np.isin(np.frombuffer(groups, dtype="<i8"), wanted))
                lines = pa.decompress(rows, decompressed_size=size, codec=CODEC, asbytes=True).split(b"\0")
                yield header, [lines[place] for place in places.tolist()]

    def goes_on(self, groups: Integers) -> bool:
        """Whether any of these calls has earlier rows."""
        return bool(self._chunks_of(distinct(groups[groups != 0])))

    def _chunks_of(self, calls: Integers) -> list[int]:
        """The chunks near what is looked at that have rows of these calls, which are in order; the oldest first."""
        if not len(calls):
            return []
        found = {pk for run in self._calls for pk in run.find(calls).tolist() if self._last[pk] >= self._since}
        return sorted(found | {kept.pk for kept in self._kept if kept.last >= self._since and kept.has_any(calls)})

    def remember(self, fresh: "Fresh") -> None:
        """Know the rows of a part from now on; `keep` writes them down."""
        written = [kept for kept in self._kept if kept.pk != NOT_WRITTEN]
        self._know_calls(written)
        self._kept = [*(kept for kept in self._kept if kept not in written), fresh.kept]
        self._runs = gathered([*self._runs, fresh.run])

    def keep(self, fresh: "Fresh", batch: Batch) -> None:
        """Write the rows of a part down, in the transaction that stores their records."""
        fresh.kept.pk = _insert(
            source_id=self.source.pk,
            batch_id=batch.pk,
            first_start=fresh.first,
            last_start=fresh.kept.last,
            count=len(fresh.run.ids),
            ids=fresh.run.ids.astype("<i8").tobytes(),
            facts=fresh.run.facts.astype("<i8").tobytes(),
            groups=fresh.groups.astype("<i8").tobytes(),
            rows=fresh.rows,
            rows_size=fresh.rows_size,
            header=fresh.header,
        )
        self._seen.add(fresh.kept.pk)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is written down of a part. A source without calls of several rows needs no rows to look at later."""

    run: Run
    kept: _Kept
    groups: Integers  # the number of each row's call, in the order of the rows
    first: datetime
    rows: bytes
    rows_size: int
    header: bytes

    @classmethod
    def of(cls, calls: Calls, *, ids: Integers, facts: Integers, groups: Integers, header: bytes) -> Self:
        order = np.argsort(ids)
        grouped = bool(groups.any())
        groups = groups if grouped else np.empty(0, dtype=np.int64)
        text = _with_nul_between(calls.rows) if grouped else b""
        first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (calls.start.min(), calls.start.max()))
        return cls(
            run=Run.of(ids[order], facts[order]),
            kept=_Kept.of(NOT_WRITTEN, last, groups),
            groups=groups,
            first=first,
            rows=pa.compress(text, codec=CODEC, asbytes=True) if grouped else b"",
            rows_size=len(text),
            header=header,
        )


def _with_nul_between(rows: Any) -> bytes:
    found: bytes = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), b"\0")[0].as_py()
    return found


def _read(names: str, pk: int) -> Any:
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(f"SELECT {names} FROM cdr_keptrows WHERE id = %s", [pk], binary=True).fetchone()  # noqa: S608 - our own names


def _insert(**columns: object) -> int:
    """A row of KeptRows, its bytes sent as bytes: in the text of a statement they would be twice as many."""
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(f"INSERT INTO cdr_keptrows ({names}) VALUES ({places}) RETURNING id", list(columns.values()))  # noqa: S608 - our own names
        return int(cursor.fetchall()[0][0])


def _open_since(until: datetime, closed: frozenset[object]) -> datetime:
    """The first moment of the oldest period that is open: the one after the last that was closed, a year back at most."""
    month = Month.of_day(until.date())
    for _back in range(12):
        if month.previous().first_day in closed:
            break
        month = month.previous()
    return month.start


def compact(source: Source) -> None:
    """Make few chunks of many small ones, month by month; the caller holds the lock of the source and a crossing."""
    small = KeptRows.objects.filter(source=source, count__lt=SMALL, rows_size=0)
    if small.count() <= MANY_SMALL:
        return
    months: dict[Month, list[KeptRows]] = {}
    for kept in small.order_by("pk"):
        months.setdefault(Month.of_day(kept.first_start.date()), []).append(kept)
    for several in months.values():
        if len(several) > 1:
            _become_one(several)


def _become_one(several: Sequence[KeptRows]) -> None:
    run = merged([(np.frombuffer(kept.ids, dtype="<i8"), np.frombuffer(kept.facts, dtype="<i8")) for kept in several])
    KeptRows.objects.create(
        source=several[0].source,
        batch=several[-1].batch,
        first_start=min(kept.first_start for kept in several),
        last_start=max(kept.last_start for kept in several),
        count=len(run.ids),
        ids=run.ids.astype("<i8").tobytes(),
        facts=run.facts.astype("<i8").tobytes(),
        groups=b"",
        rows=b"",
    )
    KeptRows.objects.filter(pk__in=[kept.pk for kept in several]).delete()


def forget_rows(*, before: datetime) -> int:
    """Forget the rows (not the ids) of chunks that ended before a moment: no further leg of their calls is expected."""
    return KeptRows.objects.filter(last_start__lt=before, rows_size__gt=0).update(rows=b"", rows_size=0, groups=b"")
