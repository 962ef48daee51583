"""Cells to calls: the converters of a dialect over the columns of a chunk."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_noop as _

from cdr.dialects import Dialect, Field
from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.ingest.numbers import NumberFormat, read_number
from cdr.ingest.parse import BadRow, Chunk
from cdr.ingest.times import NO_MOMENT, SECOND, iso, settle, to_utc, wall_clock
from cdr.vocabulary import Flag, Product

MONTHS_BACK = 36
DAYS_AHEAD = 2
LONGEST_CALL = 31 * 86_400
BROKEN_NUMBER = "\0"

SENTENCES = {
    "id": _("This row has no id, so it could be loaded twice."),
    "time": _("The start of the call cannot be read. Expected is 2026-10-15 09:12:00."),
    "no_such_time": _("The clock skipped this hour: the start of the call does not exist."),
    "too_old": _("The call is longer ago than 36 months."),
    "future": _("The call is more than 2 days ahead. Check the clock of the source."),
    "seconds": _("The duration is not a whole number of seconds."),
    "choice": _("The direction or product of the call is not one of the known words."),
    "number": _("Digits of the called number were lost, as a spreadsheet does."),
    "unknown_customer": _(
        "No customer has this account code or number. Make the customer, then deliver the file again."
    ),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one source is read."""

    dialect: Dialect
    zone: ZoneInfo
    number_format: NumberFormat
    trunks: tuple[str, ...] = ()
    suspect_ids: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Window:
    """Moments (microseconds UTC) between which a call is believed."""

    earliest: int
    latest: int


class Ordinals:
    """Counts equal rows of one file, so that two equal calls of a source without ids stay two."""

    def __init__(self) -> None:
        self._seen: defaultdict[bytes, int] = defaultdict(int)

    def name(self, row: bytes) -> str:
        digest = hashlib.blake2b(row, digest_size=12)
        key = digest.digest()
        self._seen[key] += 1
        times = self._seen[key]
        return digest.hexdigest() if times == 1 else f"{digest.hexdigest()}#{times}"


def text_column(cells: Any) -> Any:
    """Bytes as text: UTF-8, and Latin-1 for cells that are not."""
    try:
        return cells.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_decoded(cell) for cell in cells.to_pylist()], pa.string())


def _decoded(cell: bytes) -> str:
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.decode("latin-1")


class _Columns:
    """The columns of one chunk, read on demand; faults gather by row, the first of a row counts."""

    def __init__(self, chunk: Chunk, reading: Reading) -> None:
        self.chunk = chunk
        self.reading = reading
        self.length = len(chunk.rows)
        self.fault = np.zeros(self.length, dtype=np.int64)
        self.reasons = list(SENTENCES)

    def blame(self, rows: Mask, reason: str) -> None:
        self.fault[rows & (self.fault == 0)] = self.reasons.index(reason) + 1

    def raw(self, name: str) -> Any:
        cells = self.chunk.cells.get(name)
        return pa.array([""] * self.length, pa.string()) if cells is None else text_column(cells)

    def spec(self, fact: str) -> Field | None:
        return self.reading.dialect.fields.get(fact)

    def texts(self, fact: str) -> Coded:
        spec = self.spec(fact)
        if spec is None:
            return Coded.constant("", self.length)
        return Coded.of(pc.utf8_trim_whitespace(self.raw(spec.column)))

    def numbers(self, fact: str, *, strict: bool = False) -> Coded:
        form = self.reading.number_format

        def read(text: str) -> str:
            found = read_number(text, form)
            return BROKEN_NUMBER if found is None else found

        column = self.texts(fact).map(read)
        if strict:
            self.blame(column.where(lambda text: text == BROKEN_NUMBER), "number")
        if BROKEN_NUMBER not in column.values:
            return column
        return column.map(lambda text: "" if text == BROKEN_NUMBER else text)

    def seconds(self, fact: str) -> Integers:
        """Whole seconds, -1 where nothing stands; a required one that is none is a fault."""
        spec = self.spec(fact)
        if spec is None:
            return np.full(self.length, -1, dtype=np.int64)
        texts = self.raw(spec.column)
        fits = pc.match_substring_regex(texts, r"^\d{1,15}$")
        clean = pc.if_else(fits, texts, pa.scalar("-1", pa.string()))
        read: Integers = np.asarray(pc.cast(clean, pa.int64()))
        if spec.required:
            self.blame((read < 0) | (read > LONGEST_CALL), "seconds")
        return read

    def choices(self, fact: str, default: int) -> Integers:
        spec = self.spec(fact)
        if spec is None or spec.choices is None:
            return np.full(self.length, default, dtype=np.int64)
        choices, otherwise = spec.choices, spec.otherwise
        read = self.texts(fact).number(lambda text: choices.get(text, -1 if otherwise is None else otherwise))
        self.blame(read < 0, "choice")
        return read

    def bad_rows(self, ids: Coded) -> list[BadRow]:
        return [
            BadRow(
                line=int(self.chunk.lines[row]),
                raw=self.chunk.rows[row],
                reason=self.reasons[self.fault[row] - 1],
                sentence=SENTENCES[self.reasons[self.fault[row] - 1]],
                record_id=ids.text(row),
            )
            for row in np.flatnonzero(self.fault).tolist()
        ]


def _record_ids(columns: _Columns, ordinals: Ordinals) -> Coded:
    names = columns.reading.dialect.identity[columns.chunk.layout.key]
    parts = []
    for name in names:
        if name == "row":
            parts.append(pa.array([ordinals.name(row) for row in columns.chunk.rows], pa.string()))
        else:
            part = pc.utf8_trim_whitespace(columns.raw(name))
            columns.blame(np.asarray(pc.equal(part, "")), "id")
            parts.append(part)
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
    return Coded.of(joined)


def _starts(columns: _Columns, flags: Integers) -> Integers:
    """UTC starts in microseconds; sets the flag of guessed times."""
    spec = columns.reading.dialect.fields["start"]
    texts = columns.raw(spec.column)
    zone = columns.reading.zone
    if spec.converter == "iso_time":
        clock, offset = iso(texts)
    else:
        clock, offset = wall_clock(texts), np.full(columns.length, NO_MOMENT, dtype=np.int64)
    columns.blame(clock == NO_MOMENT, "time")
    has_offset = (offset != NO_MOMENT) & (clock != NO_MOMENT)
    utc, odd = to_utc(np.where(has_offset, NO_MOMENT, clock), zone)
    utc = np.where(has_offset, clock - np.where(has_offset, offset, 0), utc)
    if odd.any():
        _settle(columns, clock, utc, odd, flags)
    return utc


def _settle(columns: _Columns, clock: Integers, utc: Integers, odd: Mask, flags: Integers) -> None:
    """Fill in the starts in an hour that the clock shows twice or never."""
    unique = columns.raw("uniqueid").to_pylist()
    end_spec = columns.spec("end")
    ends = wall_clock(columns.raw(end_spec.column)) if end_spec else np.full(columns.length, NO_MOMENT, dtype=np.int64)
    durations = columns.seconds("duration")
    missing = np.zeros(columns.length, dtype=np.bool_)
    for row in np.flatnonzero(odd).tolist():
        settled = settle(
            int(clock[row]),
            columns.reading.zone,
            unique_id=unique[row],
            end=int(ends[row]),
            duration=int(durations[row]),
        )
        if settled is None:
            missing[row] = True
            continue
        utc[row], guessed = settled
        if guessed:
            flags[row] |= Flag.TIME_GUESSED
    columns.blame(missing, "no_such_time")


def read_calls(chunk: Chunk, reading: Reading, window: Window, ordinals: Ordinals) -> tuple[Calls, Sequence[BadRow]]:
    """The calls of a chunk, and the rows that are no calls with their reason."""
    columns = _Columns(chunk, reading)
    flags = np.zeros(columns.length, dtype=np.int64)
    if reading.dialect.identity[chunk.layout.key] == ("row",):
        flags |= Flag.NO_ID
    record_id = _record_ids(columns, ordinals)
    start = _starts(columns, flags)
    columns.blame(start < window.earliest, "too_old")
    columns.blame(start > window.latest, "future")
    seconds = columns.seconds("seconds")
    answered = columns.choices("answered", default=1)
    group_column = reading.dialect.group.get(chunk.layout.key)
    calls = Calls(
        lines=chunk.lines,
        rows=chunk.rows,
        start=start,
        # What an application answered is not answered by the called party, whatever was counted meanwhile.
        seconds=np.where(answered > 0, seconds, 0),
        direction=columns.choices("direction", default=0),
        product=columns.choices("product", default=int(Product.FIXED)),
        sequence=columns.seconds("sequence"),
        flags=flags,
        account=columns.texts("account"),
        caller=columns.numbers("caller"),
        called=columns.numbers("called", strict=True),
        own=columns.numbers("own"),
        group=Coded.of(columns.raw(group_column)) if group_column else Coded.constant("", columns.length),
        record_id=record_id,
        channel=columns.texts("channel"),
        peer_channel=columns.texts("peer_channel"),
        dialled=columns.texts("dialled"),
    )
    bad = columns.bad_rows(record_id)
    return (calls.keep(columns.fault == 0) if bad else calls), bad


def window_around(now: int) -> Window:
    """What is believed at `now` (microseconds UTC): 36 months back, 2 days ahead."""
    day = 86_400 * SECOND
    return Window(earliest=now - MONTHS_BACK * 31 * day, latest=now + DAYS_AHEAD * day)
