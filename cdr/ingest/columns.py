"""The columns of one chunk, read by the converters of its dialect; faults gather by row, the first of a row counts."""

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdr.dialects import Dialect, Field
from cdr.ingest.calls import Coded, Integers, Mask
from cdr.ingest.chunk import BadRow, Chunk
from cdr.ingest.numbers import BROKEN_NUMBER, NumberFormat, read_numbers
from cdr.ingest.reasons import SENTENCES
from cdr.ingest.times import Stamps, compact, epoch, iso, wall_clock
from portal.lib.money import divide_half_up

NOTHING = -1  # a whole number that does not stand in the row
UNREADABLE = -2
MOST_SECONDS = 10**9
MOST_MICROS = 10**12  # a million euros for one call is a mistake
_NOT_FILLED = frozenset({"", "0", "0000-00-00 00:00:00"})
_DECIMAL = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,12}))?")
_EUROS = re.compile(r"([0-9]{1,9})(?:,([0-9]{1,12}))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """How one source is read. `accounts` are the only account codes it may name, None where it may name any; `halves` are
    rows of earlier files, below their header, that wait for their other half.
    """

    dialect: Dialect
    zone: ZoneInfo
    number_format: NumberFormat
    trunks: tuple[str, ...] = ()
    suspect_ids: bool = field(default=False)
    prices_include_vat: bool = False
    accounts: frozenset[str] | None = None
    halves: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()


def back_name(record_id: str) -> str:
    """How a row is named that takes back the record with this id: the record may be loaded while the row still waits."""
    return f"\N{MINUS SIGN}{record_id}"


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


def _scaled(pattern: re.Pattern[str], text: str, *, scale: int = 1, parts: int = 1, most: int) -> int:
    """A decimal number times `scale` / `parts`, half up once; UNREADABLE for what is none, NOTHING for an empty text."""
    if not text:
        return NOTHING
    found = pattern.fullmatch(text)
    if not found:
        return UNREADABLE
    decimals = found[2] or ""
    value = divide_half_up(int(found[1] + decimals) * scale, 10 ** len(decimals) * parts)
    return value if value <= most else UNREADABLE


class Columns:
    """Facts of a chunk by name, empty or NOTHING where the dialect does not have them.

    `taken_back` are the rows that take back a call of which another row told: they say so, or ask less than nothing for it.
    """

    def __init__(self, chunk: Chunk, reading: Reading) -> None:
        self.chunk = chunk
        self.reading = reading
        self.length = len(chunk.rows)
        self.fault = np.zeros(self.length, dtype=np.int64)
        self.reasons = list(SENTENCES)
        self.taken_back = (self.choices("taken_back", default=0) > 0) | self._is_below_zero("price")

    def blame(self, rows: Mask, reason: str) -> None:
        self.fault[rows & (self.fault == 0)] = self.reasons.index(reason) + 1

    def raw(self, name: str) -> Any:
        cells = self.chunk.cells.get(name)
        return pa.array([""] * self.length, pa.string()) if cells is None else text_column(cells)

    def first(self, names: tuple[str, ...]) -> Any:
        """Texts of the first column that is filled."""
        cells = self.raw(names[0])
        for name in names[1:]:
            cells = pc.if_else(pc.equal(cells, ""), self.raw(name), cells)
        return cells

    def spec(self, fact: str) -> Field | None:
        return self.reading.dialect.fields.get(fact)

    def cells(self, spec: Field) -> Any:
        cells = self.first(spec.columns)
        if not spec.unless:
            return cells
        blank = pc.equal(pc.utf8_trim_whitespace(self.raw(spec.unless)), "")
        return pc.if_else(blank, cells, pa.scalar("", pa.string()))

    def texts(self, fact: str) -> Coded:
        spec = self.spec(fact)
        if spec is None:
            return Coded.constant("", self.length)
        read = Coded.of(pc.utf8_trim_whitespace(self.cells(spec)))
        return read.map(lambda text: text.rpartition("@")[2]) if spec.converter == "domain" else read

    def numbers(self, fact: str) -> Coded:
        spec = self.spec(fact)
        texts = self.texts(fact)
        column = Coded(texts.codes, read_numbers(texts.texts, self.reading.number_format))
        broken = column.is_text(BROKEN_NUMBER)
        if not broken.any():
            return column
        if spec is not None and spec.strict:
            self.blame(broken, "number")
        return Coded.constant("", self.length).choose(broken, column)

    def seconds(self, fact: str) -> Integers:
        """Seconds, NOTHING where none stand; a required one that is none is a fault."""
        spec = self.spec(fact)
        if spec is None:
            return np.full(self.length, NOTHING, dtype=np.int64)
        if spec.converter in {"decimal_seconds", "milliseconds"}:
            parts = 1 if spec.converter == "decimal_seconds" else 1000
            read = self._amounts(fact).number(lambda text: _scaled(_DECIMAL, text, parts=parts, most=MOST_SECONDS))
        else:
            texts = self.cells(spec)
            fits = pc.match_substring_regex(texts, r"^\d{1,9}$")
            clean = pc.if_else(fits, texts, pa.scalar(str(NOTHING), pa.string()))
            read = np.asarray(pc.cast(clean, pa.int64()))
        unreadable = read < 0 if spec.required else read == UNREADABLE
        self.blame(unreadable, "seconds")
        return np.maximum(read, NOTHING)

    def _is_below_zero(self, fact: str) -> Mask:
        return np.asarray(self.texts(fact).starting("-"), dtype=np.bool_)

    def _amounts(self, fact: str) -> Coded:
        """Texts of amounts; of a row that takes a call back they may be written below zero."""
        texts = self.texts(fact)
        if not self.taken_back.any():
            return texts
        return texts.map(lambda text: text.removeprefix("-")).choose(self.taken_back, texts)

    def choices(self, fact: str, default: int) -> Integers:
        """The number of a word, or whether a cell is filled; a constant of the dialect, else `default` without one."""
        spec = self.spec(fact)
        if spec is None:
            return np.full(self.length, self.reading.dialect.constants.get(fact, default), dtype=np.int64)
        if spec.converter == "filled":
            return self.texts(fact).number(lambda text: int(text not in _NOT_FILLED))
        choices, otherwise = spec.choices or {}, spec.otherwise
        read = self.texts(fact).number(lambda text: choices.get(text, -1 if otherwise is None else otherwise))
        self.blame(read < 0, "choice")
        return read

    def order(self) -> Integers:
        """The place of a leg in its call, NOTHING where the source does not tell."""
        spec = self.spec("sequence")
        filled = spec is not None and spec.converter == "filled"
        return self.choices("sequence", default=NOTHING) if filled else self.seconds("sequence")

    def prices(self) -> Integers:
        """Micro-euros ex VAT that the source asks for each call, NOTHING where it does not say."""
        spec = self.spec("price")
        if spec is None:
            return self.choices("price", default=NOTHING)
        read = self._amounts("price").number(lambda text: _scaled(_EUROS, text, scale=10**6, most=MOST_MICROS))
        self.blame(read == UNREADABLE, "price")
        if not self.reading.prices_include_vat:
            return read
        return np.where(read > 0, _without_vat(np.maximum(read, 0)), read)

    def stamps(self, fact: str) -> Stamps | None:
        """Moments of a fact; what is filled and cannot be read is a fault."""
        spec = self.spec(fact)
        if spec is None or not any(name in self.chunk.cells for name in spec.columns):
            return None
        texts = self.cells(spec)
        if spec.converter == "iso_time":
            read = Stamps(*iso(texts))
        elif spec.converter == "compact_time":
            read = Stamps.utc(compact(texts))
        elif spec.converter == "epoch":
            read = Stamps.utc(epoch(texts))
        else:
            read = Stamps.local(wall_clock(texts))
        if spec.required:
            self.blame(~read.known, "time")
        elif not read.known.all():
            self.blame(~read.known & ~np.asarray(pc.is_in(texts, pa.array(sorted(_NOT_FILLED)))), "time")
        return read

    def bad_rows(self, ids: Coded) -> list[BadRow]:
        return [
            BadRow(
                line=int(self.chunk.lines[row]),
                raw=self.chunk.rows[row],
                reason=self.reasons[self.fault[row] - 1],
                sentence=SENTENCES[self.reasons[self.fault[row] - 1]],
                record_id=back_name(ids.text(row)) if self.taken_back[row] else ids.text(row),
            )
            for row in np.flatnonzero(self.fault).tolist()
        ]


def _without_vat(micros: Integers) -> Integers:
    """Amounts without the Dutch high rate of 21 percent, half up to a micro-euro."""
    return (micros * 200 + 121) // 242
