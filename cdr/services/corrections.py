"""Corrections of the ledger: a record that turns out otherwise is booked back, and booked anew.

Nothing that a customer may have seen is changed or removed. `reversal` and `successor` make the two further rows, `book`
writes them with their totals, `enter` without: a load adds to each total once, at its end, in the order of the totals, so
that two loads never wait for each other in a circle. The caller holds a crossing and the billing periods, and decides which
pairs to write.
"""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db import connection

from cdr.models import CallRecord
from cdr.selectors.feeds import open_period
from cdr.services.storing import RECORD, add_to_totals, copy_records, revised
from cdr.vocabulary import Leg
from portal.lib.periods import month_of

MOST_REVISIONS = 2_000
_DELETE = """DELETE FROM cdr_callrecord WHERE (customer_id, start, id)
IN (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]))"""


def _copy_of(record: CallRecord) -> CallRecord:
    return CallRecord(**{name: getattr(record, name) for name in RECORD.names})


def reversal(record: CallRecord, *, period: date) -> CallRecord:
    """The row that books `record` back, into the billing period that begins on `period`."""
    back = _copy_of(record)
    back.leg = Leg.REVERSAL
    back.revision = record.revision + 1
    back.id = revised(record.id, back.revision)
    back.seconds = -record.seconds
    back.micros = None if record.micros is None else -record.micros
    back.billing_period = period
    return back


def successor(record: CallRecord, *, period: date, **changes: object) -> CallRecord:
    """The row that takes the place of `record`, with some of its columns changed. ValueError after a thousand corrections."""
    if record.revision + 2 > MOST_REVISIONS:
        raise ValueError(f"record {record.record_id} was corrected too often")
    new = _copy_of(record)
    new.revision = record.revision + 2
    new.id = revised(record.id, new.revision)
    new.billing_period = period
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def open_period_of(start: datetime, closed: frozenset[date]) -> date:
    """The first day of the billing period that what happened at `start` is booked into now."""
    return open_period(month_of(start), closed).first_day


def rewrite(pairs: Sequence[tuple[CallRecord, CallRecord]]) -> list[pd.DataFrame]:
    """Put rows in the place of others whose call is not complete yet, and of which nothing was billed.

    Returns what is to be added to the totals for it.
    """
    if not pairs:
        return []
    olds = [old for old, _new in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [[getattr(old, name) for old in olds] for name in ("customer_id", "start", "id")])
    back = [reversal(old, period=old.billing_period) for old in olds if old.leg == Leg.CALL]
    return [*([_frame(back)] if back else []), *enter([new for _old, new in pairs])]


def book(entries: Sequence[CallRecord]) -> None:
    """Write rows into their months, and add those that are calls or booked back to the totals."""
    if entries:
        frames = enter(entries)
        with connection.cursor() as cursor:
            add_to_totals(cursor, frames)


def enter(entries: Sequence[CallRecord]) -> list[pd.DataFrame]:
    """Write rows into their months; returns what is to be added to the totals for them."""
    if not entries:
        return []
    columns = {name: [getattr(entry, name) for entry in entries] for name in RECORD.names}
    months = [month_of(start).first_day for start in columns["start"]]
    table = pa.table(columns, schema=RECORD)
    with connection.cursor() as cursor:
        copy_records(cursor, table, np.array(months, dtype="datetime64[M]"))
    return [_frame(entries)]


def _frame(entries: Sequence[CallRecord]) -> pd.DataFrame:
    sign = [-1 if entry.leg == Leg.REVERSAL else 1 for entry in entries]
    frame = pd.DataFrame(
        {
            "customer_id": [entry.customer_id for entry in entries],
            "day": [entry.start for entry in entries],
            "month": [month_of(entry.start).first_day for entry in entries],
            "billing_period": [entry.billing_period for entry in entries],
            "number": pd.Categorical([entry.number for entry in entries]),
            "call_type": [entry.call_type for entry in entries],
            "direction": [entry.direction for entry in entries],
            "product": [entry.product for entry in entries],
            "leg": [entry.leg for entry in entries],
            "calls": sign,
            "seconds": [entry.seconds for entry in entries],
            "micros": [entry.micros or 0 for entry in entries],
            "unrated": [each * (entry.micros is None) for each, entry in zip(sign, entries, strict=True)],
        }
    )
    local = pd.DatetimeIndex(frame["day"]).tz_convert("Europe/Amsterdam").tz_localize(None)
    frame["day"] = local.to_numpy().astype("datetime64[D]").astype("datetime64[s]")
    for name in ("month", "billing_period"):
        frame[name] = np.array(frame[name].tolist(), dtype="datetime64[D]").astype("datetime64[s]")
    return frame
