"""Loading a file of calls (parse, attribute, rate, deduplicate, store with its indexes, totals) against a raw COPY of the same file.

Each round takes a month of its own, so that both sides write into something empty. BENCH_ROWS sets the rows of a file.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.models import Sum

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from benchmarks.calls import COLUMNS, feed, write_month
from benchmarks.rounds import ROUNDS, Side, compare
from cdr.models import CallRecord, MonthlyTotal
from cdr.services import load_file
from portal.database import as_owner
from portal.lib.periods import Month

ROWS = int(os.environ.get("BENCH_ROWS", "200000"))
PIECE = 1 << 20
FIRST = Month(2025, 3)


def run() -> float:
    """Print the ratio of rows a second."""
    source = feed()
    months = [FIRST.shifted(place) for place in range(ROUNDS + 1)]
    with tempfile.TemporaryDirectory() as folder:
        files = [write_month(Path(folder) / f"{month}.csv", month, ROWS) for month in months]
        _bare_tables(len(files))
        ours, raw = iter(files), iter(enumerate(files))

        def load() -> int:
            batch = load_file(path=next(ours), source=source, actor=system())
            if batch.loaded != ROWS:
                raise RuntimeError(f"{batch.loaded} of {ROWS} rows were loaded: {batch.reasons}")
            return ROWS

        ratio = compare(
            "loading",
            Side("loaded_per_second", load),
            Side("copied_per_second", lambda: _copy(raw)),
            rows=ROWS,
            bytes=files[0].stat().st_size,
        )
    _check(months)
    return ratio


def _bare_tables(count: int) -> None:
    columns = ", ".join(f"column_{place} text" for place in range(COLUMNS))
    with as_owner(), connection.cursor() as cursor:
        for place in range(count):
            cursor.execute(f"DROP TABLE IF EXISTS bench_bare_{place}")
            cursor.execute(f"CREATE TABLE bench_bare_{place} ({columns})")
            cursor.execute(f"GRANT INSERT ON bench_bare_{place} TO centrale_web")


def _copy(files: Iterator[tuple[int, Path]]) -> int:
    place, path = next(files)
    statement = f"COPY bench_bare_{place} FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, path.open("rb") as stream, cursor.copy(statement) as copy:
        while piece := stream.read(PIECE):
            copy.write(piece)
    return ROWS


def _check(months: list[Month]) -> None:
    """A fast loader that loses a cent is not fast."""
    with crossing(Crossing.OPERATE):
        period = {"start__gte": months[0].start, "start__lt": months[-1].end}
        records = CallRecord.objects.filter(**period).aggregate(micros=Sum("micros"), seconds=Sum("seconds"))
        totals = MonthlyTotal.objects.filter(month__gte=months[0].first_day, month__lte=months[-1].first_day)
        if totals.aggregate(micros=Sum("micros"), seconds=Sum("seconds")) != records:
            raise RuntimeError("totals differ from the records")
        if Customer.objects.count() < 1:
            raise RuntimeError("there are no customers")
