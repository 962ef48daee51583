"""Which records of a source were loaded before, whatever their start, and the earlier rows of calls that go on.

What is known is read from `KeptRows`: the chunks around the file's own days, and all of the periods that are open. Ids are
numbers (cdr.ingest.identity), sorted in a few runs, each with a few bits for an id that say of nearly all others that they
are not there. So ten million of them take 20 MB and a file, a chunk is looked up in milliseconds, and a process that loads
one file of a source after the other reads only what is new since the last.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import connection
from django.db.models import Q

from cdr.ingest.calls import Calls, Integers, Mask
from cdr.ingest.groups import distinct
from cdr.ingest.identity import Words
from cdr.models import Batch, KeptRows, Source
from portal.lib.periods import Month

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CODEC = "zstd"
NOT_KEPT = 0  # the facts of records from before facts were kept: whatever comes again is taken for the same
# Legs of one call, and a record whose source's clock was corrected, lie at most a day apart.
MARGIN = timedelta(days=1)
RUN = 1_000_000
BITS_EACH = 16  # bits kept for an id: one in sixteen of the ids that are not in a run is looked for in vain
MOST_SMALL_RUNS = 8
MOST_IDS = 25_000_000
MOST_HELD = MOST_IDS  # more are read again for every file, from the periods that are open then
SMALL, MANY_SMALL = 20_000, 400


class Status(IntEnum):
    """What is known of a row."""

    NEW = 0
    DUPLICATE = 1  # the same record with the same facts
    CHANGED = 2  # the same record, but what it says is different


@dataclass(slots=True)
class _Run:
    """Ids in order, each with its facts; an id stands once for each version of its record."""

    ids: Integers
    facts: Integers
    _words: Words
    _shift: np.uint64

    @classmethod
    def of(cls, ids: Integers, facts: Integers) -> Self:
        """A run of ids that are in order. Those of a big one are kept in a file: the bits tell that few are looked at."""
        width = max((len(ids) * BITS_EACH - 1).bit_length(), 6)
        shift = np.uint64(64 - width)
        word, bit = _place_of(ids, shift)
        words = np.zeros(1 << (width - 6), dtype=np.uint64)
        if len(ids):
            # The ids are in order, and so are their words: each word is put together once.
            first = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]]))
            words[word[first]] = np.bitwise_or.reduceat(bit, first)
        if len(ids) >= RUN:
            ids, facts = _in_a_file(ids), _in_a_file(facts)
        return cls(ids, facts, words, shift)

    def judge(self, ids: Integers, facts: Integers) -> tuple[Mask, Mask]:
        """Which of the sorted `ids` are here at all, and which with the same facts."""
        here, same = np.zeros((2, len(ids)), dtype=np.bool_)
        word, bit = _place_of(ids, self._shift)
        rows = np.flatnonzero(self._words[word] & bit)
        place = np.searchsorted(self.ids, ids[rows])
        while len(rows):
            inside = np.minimum(place, len(self.ids) - 1)
            hit = (place < len(self.ids)) & (self.ids[inside] == ids[rows])
            rows, inside = rows[hit], inside[hit]
            here[rows] = True
            same[rows] |= (self.facts[inside] == facts[rows]) | (self.facts[inside] == NOT_KEPT)
            place = inside + 1
        return here, same


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


def _place_of(ids: Integers, shift: np.uint64) -> tuple["np.ndarray[Any, Any]", Words]:
    """The word, and the bit in it, that stand for each id: its first bits, for ids are as good as random."""
    place = ids.view(np.uint64) >> shift
    return (place >> np.uint64(6)).astype(np.int64), np.uint64(1) << (place & np.uint64(63))


def _in_a_file(numbers: Integers) -> Integers:
    """The same numbers from a file without a name, whose pages the machine may drop; it is gone with the process."""
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=settings.MEDIA_ROOT) as file:
        numbers.tofile(file)
        file.flush()
        return np.memmap(file, dtype=numbers.dtype, mode="r", shape=numbers.shape)


@dataclass(slots=True)
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
    _runs: list[_Run] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _kept: list[_Kept] = field(default_factory=list)
    _grouped: set[int] = field(default_factory=set)

    def look_at(self, first: int, last: int, *, closed: frozenset[object], grouped: bool) -> None:
        """Read what is not read yet of the chunks around these moments (microseconds UTC) and of the open periods."""
        since, until = (_EPOCH + timedelta(microseconds=moment) for moment in (first, last))
        near = Q(last_start__gte=since - MARGIN, first_start__lte=until + MARGIN)
        found = KeptRows.objects.filter(source=self.source)
        opened = found.filter(near | Q(last_start__gte=_open_since(until, closed)))
        self._take(list(opened.exclude(pk__in=self._seen).order_by("-pk").values_list("pk", "count")))
        if grouped:
            wanted = found.filter(near).exclude(pk__in=self._grouped)
            for pk, last_start, groups in wanted.values_list("pk", "last_start", "groups"):
                self._grouped.add(pk)
                self._kept.append(_Kept.of(pk, last_start, np.frombuffer(groups, dtype="<i8")))
            gone = [kept for kept in self._kept if kept.last < since - MARGIN]
            self._kept = [kept for kept in self._kept if kept.last >= since - MARGIN]
            self._grouped -= {kept.pk for kept in gone}

    def stands(self) -> bool:
        """Whether the database still has every chunk that was read or written, and they are not too many."""
        there = KeptRows.objects.filter(source=self.source).values_list("pk", flat=True)
        return sum(len(run.ids) for run in self._runs) <= MOST_HELD and self._seen.issubset(there)

    def _take(self, chunks: Sequence[tuple[int, int]]) -> None:
        waiting: list[tuple[Integers, Integers]] = []
        for position, (pk, count) in enumerate(chunks):
            if sum(len(run.ids) for run in self._runs) + count > MOST_IDS:
                log.warning("known records: only the latest are looked up", extra={"left_out": len(chunks) - position})
                break
            ids, facts = _read("ids, facts", pk)
            self._seen.add(pk)
            waiting.append((np.frombuffer(ids, dtype="<i8"), np.frombuffer(facts, dtype="<i8")))
            if sum(len(each) for each, _ in waiting) >= RUN:
                self._runs.append(_merged(waiting))
                waiting = []
        if waiting:
            self._runs.append(_merged(waiting))

    def judge(self, ids: Integers, facts: Integers) -> Integers:
        """A Status for each row."""
        order = np.argsort(ids)
        here = same = np.zeros(len(ids), dtype=np.bool_)
        for run in self._runs:
            found, equal = run.judge(ids[order], facts[order])
            here, same = here | found, same | equal
        status = np.empty(len(ids), dtype=np.int64)
        status[order] = np.select([same, here], [int(Status.DUPLICATE), int(Status.CHANGED)], default=int(Status.NEW))
        return status

    def calls_of(self, groups: Integers) -> Iterator[tuple[bytes, list[bytes]]]:
        """Header and earlier rows of the calls with these numbers, for each chunk that has any, the oldest first."""
        wanted = distinct(groups[groups != 0])
        if not len(wanted):
            return
        for kept in sorted(self._kept, key=lambda each: each.pk):
            if kept.has_any(wanted):
                rows, size, header, groups = _read("rows, rows_size, header, groups", kept.pk)
                if size:
                    places = np.flatnonzero(np.isin(np.frombuffer(groups, dtype="<i8"), wanted))
                    lines = pa.decompress(rows, decompressed_size=size, codec=CODEC, asbytes=True).split(b"\0")
                    yield header, [lines[place] for place in places.tolist()]

    def goes_on(self, groups: Integers) -> bool:
        """Whether any of these calls has earlier rows."""
        wanted = distinct(groups[groups != 0])
        return bool(len(wanted)) and any(kept.has_any(wanted) for kept in self._kept)

    def remember(self, fresh: "Fresh") -> None:
        """Know the rows of a part from now on; `keep` writes them down."""
        self._kept.append(fresh.kept)
        self._runs.append(fresh.run)
        small = [run for run in self._runs if len(run.ids) < RUN]
        if len(small) > MOST_SMALL_RUNS:
            merged = _merged([(run.ids, run.facts) for run in small])
            self._runs = [run for run in self._runs if len(run.ids) >= RUN] + [merged]

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
        self._grouped.add(fresh.kept.pk)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is written down of a part. A source without calls of several rows needs no rows to look at later."""

    run: _Run
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
            run=_Run.of(ids[order], facts[order]),
            kept=_Kept.of(0, last, groups),
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


def _merged(parts: Sequence[tuple[Integers, Integers]]) -> _Run:
    """One run of the ids and facts of several, each of them in order."""
    ids, facts = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    order = np.argsort(ids, kind="stable")  # quick, for the parts are in order
    return _Run.of(ids[order], facts[order])


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
    run = _merged([(np.frombuffer(kept.ids, dtype="<i8"), np.frombuffer(kept.facts, dtype="<i8")) for kept in several])
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
