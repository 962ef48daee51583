"""Records into their month by COPY, and their sums into the totals, in the transaction of the caller."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from django.db import connection

from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.ingest.identity import coded_numbers
from cdr.ingest.legs import Legs
from cdr.ingest.rate import FREE_STARTS, NO_CHARGE, Charges, free_type
from cdr.selectors.feeds import open_period
from cdr.vocabulary import HIDDEN_TYPES, Direction, Leg
from portal.lib.periods import AMSTERDAM, Month

type Statement = tuple[str, list[str]]

PIECE = 1 << 20
_SPREAD = 0x5851F42D4C957F2D  # spreads customers over 64 bits before they are mixed with a number
# An id is the batch, the revision and the line, so that a correction has one of its own.
LINE_BITS, REVISION_BITS = 27, 11
MOST_LINES = 1 << LINE_BITS
_REVISIONS = ((1 << REVISION_BITS) - 1) << LINE_BITS
# The columns of a record in the order in which they are written.
COLUMNS = (
    "customer_id", "start", "id", "micros", "rate_id", "source_id", "seconds", "billing_period", "leg", "direction",
    "product", "call_type", "flags", "number", "other", "origin", "call_group", "record_id", "revision", "facts",
)  # fmt: skip

_TOTALS = """INSERT INTO {table} ({keys}, calls, seconds, micros, unrated, dearest_micros)
SELECT * FROM unnest({arrays})
ON CONFLICT ({keys}) DO UPDATE SET calls = {table}.calls + EXCLUDED.calls, seconds = {table}.seconds + EXCLUDED.seconds,
    micros = {table}.micros + EXCLUDED.micros, unrated = {table}.unrated + EXCLUDED.unrated,
    dearest_micros = greatest({table}.dearest_micros, EXCLUDED.dearest_micros)"""
_NUMBERS = """INSERT INTO cdr_partynumber (customer_id, number) SELECT * FROM unnest(%s::bigint[], %s::text[])
ON CONFLICT DO NOTHING"""
_TYPES: Mapping[str, str] = {
    "customer_id": "bigint",
    "day": "date",
    "month": "date",
    "billing_period": "date",
    "number": "text",
}
_DAILY = ("customer_id", "day", "call_type", "direction", "product")
_MONTHLY = ("customer_id", "month", "billing_period", "number", "call_type", "direction", "product")


@dataclass(frozen=True, slots=True)
class Rated:
    """A chunk of records that are ready to be stored."""

    calls: Calls
    customers: Integers
    legs: Legs
    charges: Charges
    revision: Integers
    facts: Integers


class Learned:
    """Which numbers of which customers were written into the list that is searched, so that none is sent twice."""

    def __init__(self) -> None:
        self._pairs = np.empty(0, dtype=np.int64)

    def new(self, pairs: Integers) -> Mask:
        """Which of these pairs, each standing once and in order, are new; they are known from now on."""
        place = np.minimum(np.searchsorted(self._pairs, pairs), max(len(self._pairs) - 1, 0))
        fresh: Mask = self._pairs[place] != pairs if len(self._pairs) else np.ones(len(pairs), dtype=np.bool_)
        if fresh.any():
            self._pairs = np.sort(np.concatenate([self._pairs, pairs[fresh]]))
        return fresh


@dataclass(frozen=True, slots=True)
class Stock:
    """A part as it will be written: records by month, rows for the totals, and numbers that are new to search in."""

    months: tuple[tuple[date, memoryview], ...]
    totals: tuple[Statement, ...]
    periods: frozenset[date]  # the billing periods of its records
    numbers: tuple[str, str] | None


def lay_out(rated: Rated, *, source: int, batch: int, closed: frozenset[date], learned: Learned) -> Stock:
    """Everything about storing a part that needs no database."""
    frame = _frame(rated, closed)
    order = np.lexsort((rated.calls.lines, rated.calls.start, rated.customers))
    table = _table(rated, frame, source, batch).take(pa.array(order))
    months = frame["month"].to_numpy()[order].astype("datetime64[D]")
    different = np.unique(months)
    parts = [table if len(different) == 1 else table.filter(pa.array(months == month)) for month in different]
    return Stock(
        months=tuple((month.item(), _as_text(part)) for month, part in zip(different, parts, strict=True)),
        totals=_to_add(frame),
        periods=frozenset(pd.DatetimeIndex(frame["billing_period"].unique()).date),
        numbers=_numbers_to_learn(rated, learned),
    )


def store(stock: Stock) -> None:
    """Write a part and add it to the totals. The caller holds a crossing and the billing periods."""
    with connection.cursor() as cursor:
        for month, text in stock.months:
            _copy(cursor, month, text)
        if stock.numbers is not None:
            cursor.execute(_NUMBERS, stock.numbers)
        for statement in stock.totals:
            cursor.execute(*statement)


def record_ids(batch: int, lines: Integers) -> Integers:
    """The ids of the records of a file."""
    return (batch << (LINE_BITS + REVISION_BITS)) + lines


def revised(record: int, revision: int) -> int:
    """The id of another revision of a record."""
    return (record & ~_REVISIONS) | (revision << LINE_BITS)


def copy_records(cursor: Any, table: Any, months: "np.ndarray[Any, Any]") -> None:
    """Records (with COLUMNS) into the partitions of their months."""
    for month in np.unique(months):
        _copy(cursor, month.astype("datetime64[D]").item(), _as_text(table.filter(pa.array(months == month))))


def add_to_totals(cursor: Any, frame: pd.DataFrame) -> None:
    """Calls and what is booked back into the totals; `calls` is 1 or -1 for each row. Last in a transaction: it locks."""
    for statement in _to_add(frame):
        cursor.execute(*statement)


def _to_add(frame: pd.DataFrame) -> tuple[Statement, ...]:
    """What adds the sums of these rows to the totals; worked out before, so that the database need not wait for it."""
    booked = frame[frame["leg"] != int(Leg.LEG)]
    if booked.empty:
        return ()
    return _sums_into("cdr_dailytotal", booked, _DAILY), _sums_into("cdr_monthlytotal", booked, _MONTHLY)


def _frame(rated: Rated, closed: frozenset[date]) -> pd.DataFrame:
    """The columns that totals are made of; days and months are Amsterdam's."""
    starts = pd.DatetimeIndex(rated.calls.start.astype("datetime64[us]"), tz="UTC")
    local = starts.tz_convert(AMSTERDAM).tz_localize(None).to_numpy()
    month = local.astype("datetime64[M]")
    different, place = np.unique(month, return_inverse=True)
    periods = [open_period(Month.of_day(value.astype("datetime64[D]").item()), closed).first_day for value in different]
    return pd.DataFrame(
        {
            "customer_id": rated.customers,
            "day": local.astype("datetime64[D]").astype("datetime64[s]"),
            "month": month.astype("datetime64[s]"),
            "billing_period": np.array(periods, dtype="datetime64[D]").astype("datetime64[s]")[place],
            "number": _number_column(rated),
            "call_type": rated.charges.call_type,
            "direction": rated.legs.direction,
            "product": rated.calls.product,
            "leg": np.where(rated.legs.is_call, int(Leg.CALL), int(Leg.LEG)),
            "calls": np.ones(len(rated.calls), dtype=np.int64),
            "seconds": rated.calls.seconds,
            "micros": np.where(rated.charges.micros == NO_CHARGE, 0, rated.charges.micros),
            "unrated": (rated.charges.micros == NO_CHARGE).astype(np.int64),
        }
    )


def without_hidden(calls: Calls, legs: Legs) -> tuple[Calls, Legs]:
    """A forwarded call is shown whoever called, so a caller that customers never see is left out of it.

    Where nothing tells the own number of a forwarded call, its caller stands there as well.
    """
    hidden = (legs.direction == Direction.FORWARDED) & calls.caller.starting(*FREE_STARTS)
    rows = [row for row in np.flatnonzero(hidden).tolist() if free_type(calls.caller.text(row))]
    if not rows:
        return calls, legs
    nothing = Coded.constant("", len(calls))
    unseen, unowned = np.zeros((2, len(calls)), dtype=np.bool_)
    unseen[rows] = True
    unowned[[row for row in rows if legs.own.text(row) == calls.caller.text(row)]] = True
    return (
        replace(calls, caller=nothing.choose(unseen, calls.caller)),
        replace(legs, own=nothing.choose(unowned, legs.own)),
    )


def _number_column(rated: Rated) -> "pd.Categorical[str]":
    """Own numbers over sorted, different texts: a column that was put together holds a text more than once."""
    own = rated.legs.own.compact()
    different = sorted(set(own.values))
    place = {text: position for position, text in enumerate(different)}
    return pd.Categorical.from_codes(own.number(lambda text: place[text]), pd.Index(different))


def _table(rated: Rated, frame: pd.DataFrame, source: int, batch: int) -> Any:
    calls, legs, charges = rated.calls, rated.legs, rated.charges
    length = len(calls)
    forwarded = legs.direction == Direction.FORWARDED
    nothing = Coded.constant("", length)
    return pa.table(
        {
            "customer_id": rated.customers,
            "start": _moments(calls.start),
            "id": record_ids(batch, calls.lines),
            "micros": pa.array(charges.micros, pa.int64(), mask=charges.micros == NO_CHARGE),
            "rate_id": charges.rate,
            "source_id": np.full(length, source, dtype=np.int64),
            "seconds": calls.seconds,
            "billing_period": pa.array(frame["billing_period"].to_numpy().astype("datetime64[D]")),
            "leg": frame["leg"].to_numpy(),
            "direction": legs.direction,
            "product": calls.product,
            "call_type": charges.call_type,
            "flags": calls.flags,
            "number": legs.own.arrow(),
            "other": legs.other.arrow(),
            "origin": calls.caller.choose(forwarded, nothing).arrow(),
            "call_group": calls.group.arrow(),
            "record_id": calls.record_id.arrow(),
            "revision": rated.revision,
            "facts": rated.facts,
        }
    )


def _moments(starts: Integers) -> Any:
    """Moments as text. A column of moments with a zone takes ten times as long to write as this."""
    whole = not (starts % 1_000_000).any()
    column = pa.array(starts // 1_000_000, pa.timestamp("s")) if whole else pa.array(starts, pa.timestamp("us"))
    return pc.binary_join_element_wise(column.cast(pa.string()), "Z", "")


def _as_text(table: Any) -> memoryview:
    text = io.BytesIO()
    pyarrow.csv.write_csv(table, text, pyarrow.csv.WriteOptions(include_header=False))
    return text.getbuffer()


def _copy(cursor: Any, month: date, text: memoryview) -> None:
    """COPY into the partition of a month, made where it is missing: the parent has a policy, which COPY refuses."""
    cursor.execute("SELECT centrale_make_month('cdr_callrecord', %s)", [month])
    quoted = connection.ops.quote_name(cursor.fetchone()[0])
    with cursor.copy(f"COPY {quoted} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)") as copy:
        for start in range(0, len(text), PIECE):
            copy.write(text[start : start + PIECE])


def _sums_into(table: str, frame: pd.DataFrame, keys: tuple[str, ...]) -> Statement:
    """Sums for a totals table, in the order of its key, so that two loads never wait for each other in a circle."""
    sums = (
        frame.groupby(list(keys), sort=True, observed=True)
        .agg(
            calls=("calls", "sum"),
            seconds=("seconds", "sum"),
            micros=("micros", "sum"),
            unrated=("unrated", "sum"),
            dearest=("micros", "max"),
        )
        .reset_index()
    )
    columns = [*keys, "calls", "seconds", "micros", "unrated", "dearest"]
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'smallint' if name in keys else 'bigint')}[]" for name in columns)
    return _TOTALS.format(table=table, keys=", ".join(keys), arrays=arrays), [_array(sums[name]) for name in columns]


def _numbers_to_learn(rated: Rated, learned: Learned) -> tuple[str, str] | None:
    """Customers and other parties of the calls that they see, those that are new, as arrays of PostgreSQL."""
    legs, charges = rated.legs, rated.charges
    shown = legs.is_call & ~np.isin(charges.call_type, HIDDEN_TYPES)
    forwarded = shown & (legs.direction == Direction.FORWARDED)
    found: set[tuple[int, str]] = set()
    for rows, column in ((shown, legs.other), (forwarded, rated.calls.caller)):
        kept, customers = column.keep(rows), rated.customers[rows]
        pairs, first = np.unique(coded_numbers(kept) ^ (customers * _SPREAD), return_index=True)
        new = first[learned.new(pairs)]
        found |= {(int(customers[row]), kept.text(row)) for row in new.tolist()}
    ordered = sorted(pair for pair in found if pair[1])
    if not ordered:
        return None
    return "{" + ",".join(str(customer) for customer, _ in ordered) + "}", _texts([number for _, number in ordered])


def _array(column: "pd.Series[Any]") -> str:
    """An array as PostgreSQL writes it: ten times as fast as handing over a list."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "{" + ",".join(column.to_numpy().astype("datetime64[D]").astype(str).tolist()) + "}"
    if pd.api.types.is_integer_dtype(column):
        return "{" + ",".join(map(str, column.tolist())) + "}"
    return _texts(column.tolist())


def _texts(texts: Sequence[str]) -> str:
    """Numbers as an array; hardly ever has one of them anything to escape."""
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') != 2 * len(texts[1:]):
        joined = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '{"' + joined + '"}' if texts else "{}"
