"""Records into their month by COPY, and their sums into the totals, in the transaction of the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from pandas.api.types import union_categoricals
from pgpq import ArrowToPostgresBinaryEncoder

from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.ingest.groups import distinct, groups
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
# The columns of a record in the order in which they are written, as wide as the table has them: a binary COPY converts nothing.
RECORD = pa.schema(
    {
        "customer_id": pa.int64(),
        "start": pa.timestamp("us", tz="UTC"),
        "id": pa.int64(),
        "micros": pa.int64(),
        "rate_id": pa.int64(),
        "source_id": pa.int64(),
        "seconds": pa.int32(),
        "billing_period": pa.date32(),
        "leg": pa.int16(),
        "direction": pa.int16(),
        "product": pa.int16(),
        "call_type": pa.int16(),
        "flags": pa.int16(),
        "number": pa.string(),
        "other": pa.string(),
        "origin": pa.string(),
        "call_group": pa.string(),
        "record_id": pa.string(),
        "revision": pa.int16(),
        "facts": pa.int64(),
    }
)

_TOTALS = """INSERT INTO {table} ({keys}, calls, seconds, micros, unrated, dearest_micros)
SELECT * FROM unnest({arrays})
ON CONFLICT ({keys}) DO UPDATE SET calls = {table}.calls + EXCLUDED.calls, seconds = {table}.seconds + EXCLUDED.seconds,
    micros = {table}.micros + EXCLUDED.micros, unrated = {table}.unrated + EXCLUDED.unrated,
    dearest_micros = greatest({table}.dearest_micros, EXCLUDED.dearest_micros)"""
_MEASURES = ("calls", "seconds", "micros", "unrated")
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
    """A part as it will be written: records by month, what they add to the totals, and numbers that are new to search in."""

    months: tuple[tuple[date, bytes], ...]
    daily: pd.DataFrame
    monthly: pd.DataFrame
    periods: frozenset[date]  # the billing periods of its records
    numbers: frozenset[tuple[int, str]]


def lay_out(rated: Rated, *, source: int, batch: int, closed: frozenset[date], learned: Learned) -> Stock:
    """Everything about storing a part that needs no database."""
    frame = _frame(rated, closed)
    order = np.lexsort((rated.calls.lines, rated.calls.start, rated.customers))
    table = _table(rated, frame, source, batch).take(pa.array(order))
    months = frame["month"].to_numpy()[order].astype("datetime64[D]")
    different = distinct(months)
    parts = [table if len(different) == 1 else table.filter(pa.array(months == month)) for month in different]
    booked = _booked(frame)
    return Stock(
        months=tuple((month.item(), _encoded(part)) for month, part in zip(different, parts, strict=True)),
        daily=_summed(booked, _DAILY),
        monthly=_summed(booked, _MONTHLY),
        periods=frozenset(pd.DatetimeIndex(frame["billing_period"].unique()).date),
        numbers=_numbers_to_learn(rated, learned),
    )


def store(stock: Stock) -> None:
    """Write the records of a part. The caller holds a crossing and the billing periods, and adds up in the same transaction."""
    with connection.cursor() as cursor:
        for month, encoded in stock.months:
            copy_into(cursor, month, encoded)


def add_up(stocks: Sequence[Stock], corrected: Sequence[pd.DataFrame] = ()) -> None:
    """Add what parts hold to the totals and to the numbers that are searched, all at once: few rows of them are new each time.

    `corrected` are the rows that correct others, as `add_to_totals` takes them.
    Last in a transaction, for it locks; in the order of the keys, so that two loads never wait for each other in a circle.
    """
    numbers = sorted(frozenset().union(*(stock.numbers for stock in stocks)))
    booked = [_booked(frame) for frame in corrected]
    daily = _summed(
        _together([*(stock.daily for stock in stocks), *(_summed(rows, _DAILY) for rows in booked)]), _DAILY
    )
    monthly = _summed(
        _together([*(stock.monthly for stock in stocks), *(_summed(rows, _MONTHLY) for rows in booked)]), _MONTHLY
    )
    with connection.cursor() as cursor:
        if numbers:
            customers = "{" + ",".join(str(customer) for customer, _ in numbers) + "}"
            cursor.execute(_NUMBERS, [customers, _texts([number for _, number in numbers])])
        _add(cursor, daily, monthly)


def record_ids(batch: int, lines: Integers) -> Integers:
    """The ids of the records of a file, as they come first."""
    return (batch << (LINE_BITS + REVISION_BITS)) + lines


def revised(record: int, revision: int) -> int:
    """The id of another revision of a record."""
    return (record & ~_REVISIONS) | (revision << LINE_BITS)


def copy_records(cursor: Any, table: Any, months: "np.ndarray[Any, Any]") -> None:
    """Records (as RECORD says) into the partitions of their months."""
    for month in np.unique(months):
        copy_into(cursor, month.astype("datetime64[D]").item(), _encoded(table.filter(pa.array(months == month))))


def add_to_totals(cursor: Any, frames: Sequence[pd.DataFrame]) -> None:
    """Calls and what is booked back into the totals; `calls` is 1 or -1 for each row. Last in a transaction: it locks."""
    booked = _together([_booked(frame) for frame in frames])
    _add(cursor, _summed(booked, _DAILY), _summed(booked, _MONTHLY))


def _add(cursor: Any, daily: pd.DataFrame, monthly: pd.DataFrame) -> None:
    if len(daily):
        cursor.execute(*_statement("cdr_dailytotal", daily, _DAILY))
        cursor.execute(*_statement("cdr_monthlytotal", monthly, _MONTHLY))


def _booked(frame: pd.DataFrame) -> pd.DataFrame:
    booked = frame[frame["leg"] != int(Leg.LEG)]
    return booked.assign(dearest=booked["micros"])


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
            "start": calls.start,
            "id": record_ids(batch, calls.lines) | (rated.revision << LINE_BITS),
            "micros": pa.array(charges.micros, pa.int64(), mask=charges.micros == NO_CHARGE),
            "rate_id": charges.rate,
            "source_id": np.full(length, source, dtype=np.int64),
            "seconds": calls.seconds,
            "billing_period": frame["billing_period"].to_numpy().astype("datetime64[D]"),
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
        },
        schema=RECORD,
    )


def _encoded(table: Any) -> bytes:
    """Records as PostgreSQL's binary COPY takes them, which is quicker to write and to read than text."""
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    pieces = [encoder.write_header(), *map(encoder.write_batch, table.to_batches()), encoder.finish()]
    return b"".join(pieces)


def copy_into(cursor: Any, month: date, encoded: bytes) -> None:
    """COPY into the partition of a month, made where it is missing: the parent has a policy, which COPY refuses."""
    cursor.execute("SELECT centrale_make_month('cdr_callrecord', %s)", [month])
    quoted = connection.ops.quote_name(cursor.fetchone()[0])
    # Django gives the errors of all other statements names of its own, by which callers know them.
    with (
        connection.wrap_database_errors,
        cursor.copy(f"COPY {quoted} ({', '.join(RECORD.names)}) FROM STDIN (FORMAT binary)") as copy,
    ):
        for start in range(0, len(encoded), PIECE):
            copy.write(encoded[start : start + PIECE])


def _summed(frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """A row for each different key, in the order of the keys: sums, and the dearest."""
    columns = [*keys, *_MEASURES, "dearest"]
    if frame.empty:
        return frame[columns]
    rows, starts = groups([_ranks(frame[key]) for key in keys])
    summed = frame[list(keys)].iloc[rows[starts]]
    sums = {name: np.add.reduceat(frame[name].to_numpy()[rows], starts) for name in _MEASURES}
    return summed.assign(**sums, dearest=np.maximum.reduceat(frame["dearest"].to_numpy()[rows], starts))


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of several, with the numbers of all as one kind of category, in order."""
    frames = [frame for frame in frames if len(frame)] or list(frames[:1])
    if len(frames) == 1:
        return frames[0]
    joined = pd.concat([frame.drop(columns="number", errors="ignore") for frame in frames], ignore_index=True)
    if "number" not in frames[0]:
        return joined
    return joined.assign(number=union_categoricals([frame["number"] for frame in frames], sort_categories=True))


def _statement(table: str, summed: pd.DataFrame, keys: tuple[str, ...]) -> Statement:
    columns = {name: _array(summed[name]) for name in (*keys, *_MEASURES, "dearest")}
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'smallint' if name in keys else 'bigint')}[]" for name in columns)
    return _TOTALS.format(table=table, keys=", ".join(keys), arrays=arrays), list(columns.values())


def _ranks(column: "pd.Series[Any]") -> Integers:
    """Numbers from 0, in the order of what they stand for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64)
    if pd.api.types.is_datetime64_any_dtype(column):
        return _above_least(column.to_numpy().astype("datetime64[D]").astype(np.int64))
    if pd.api.types.is_integer_dtype(column):
        return _above_least(column.to_numpy(np.int64))
    return np.asarray(np.unique(column.to_numpy(), return_inverse=True)[1], dtype=np.int64)


def _above_least(numbers: Integers) -> Integers:
    return numbers - numbers.min()


def _numbers_to_learn(rated: Rated, learned: Learned) -> frozenset[tuple[int, str]]:
    """Customers and other parties of the calls that they see, those that are new."""
    legs, charges = rated.legs, rated.charges
    shown = legs.is_call & ~np.isin(charges.call_type, HIDDEN_TYPES)
    forwarded = shown & (legs.direction == Direction.FORWARDED)
    found: set[tuple[int, str]] = set()
    for rows, column in ((shown, legs.other), (forwarded, rated.calls.caller)):
        kept, customers = column.keep(rows), rated.customers[rows]
        pairs, first = np.unique(coded_numbers(kept) ^ (customers * _SPREAD), return_index=True)
        new = first[learned.new(pairs)]
        found |= {(int(customers[row]), kept.text(row)) for row in new.tolist()}
    return frozenset(pair for pair in found if pair[1])


def _array(column: "pd.Series[Any]") -> str:
    """A column as PostgreSQL writes an array: ten times as fast as handing over a list."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return _joined(pa.array(column.to_numpy().astype("datetime64[D]")))
    if pd.api.types.is_integer_dtype(column):
        return _joined(pa.array(column.to_numpy()))
    return _texts(column.tolist())


def _joined(values: Any) -> str:
    texts = pa.ListArray.from_arrays([0, len(values)], values.cast(pa.string()))
    joined: str = pc.binary_join(texts, ",")[0].as_py()
    return "{" + joined + "}"


def _texts(texts: Sequence[str]) -> str:
    """Numbers as an array; hardly ever has one of them anything to escape."""
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') != 2 * len(texts[1:]):
        joined = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '{"' + joined + '"}' if texts else "{}"
