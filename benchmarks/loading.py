"""Loading a file of calls (parse, attribute, rate, deduplicate, store with its indexes, totals) against a raw COPY of the same file.

Three times: into months that are empty, into one that holds a million calls already, and into one that holds ten million.
Beside the first runs Django's bulk_create of the same rows, which are then neither rated nor deduplicated nor added up.
BENCH_ROWS sets the rows of a file (a million), BENCH_HELD the calls that the fullest month holds at first (ten million).
Each round's file covers the whole month, so that it goes between the calls that are there, and not behind them.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection
from django.db.models import Sum

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from benchmarks.calls import COLUMNS, feed, write_month
from benchmarks.ledger import FULL, HELD, fill
from benchmarks.rounds import ROUNDS, Side, compare, miss, say
from cdr.models import CallRecord, MonthlyTotal, Source
from cdr.services import close_period, load_file
from cdr.vocabulary import CallType, Direction, Leg, Product
from portal.database import as_owner
from portal.lib.periods import Month

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
CREATED = ROWS // 20  # what bulk_create makes in a round: it is no faster for more
PIECE = 1 << 20
MOST_MEGABYTES = 500
EMPTY, FILLED = Month(2025, 1), Month(2025, 7)


def run() -> None:
    """Print the ratios of rows a second, and the most memory that the two programs took."""
    feed()
    _into_empty_months()
    for place in range(ROUNDS + 1):
        close_period(month=EMPTY.shifted(place), actor=system())
    _into_one_month(FILLED, fill(FILLED, ROWS), ROWS)
    close_period(month=FILLED, actor=system())
    _into_one_month(FULL, fill(FULL, HELD), HELD)
    _check(EMPTY, FULL)
    _measure_memory(FULL, (HELD // ROWS) + ROUNDS + 2)


def _into_empty_months() -> None:
    """Each round takes a month of its own, so that all sides write into something empty."""
    months = [EMPTY.shifted(place) for place in range(ROUNDS + 1)]
    with tempfile.TemporaryDirectory() as folder:
        files = [write_month(Path(folder) / f"{month}.csv", month, ROWS) for month in months]
        created = iter(files)
        _compare(
            "loading, empty month", files, 0.25, Side("created_per_second", lambda: _create(next(created)), goal=6)
        )


def _into_one_month(month: Month, first: int, held: int) -> None:
    """The month holds calls already and grows by a file each round."""
    with tempfile.TemporaryDirectory() as folder:
        parts = range(first, first + ROUNDS + 1)
        files = [write_month(Path(folder) / f"{part}.csv", month, ROWS, part=part) for part in parts]
        _compare(f"loading, month with {held:,} calls", files, 0.18)


def _compare(name: str, files: list[Path], goal: float, *others: Side) -> None:
    ours, raw = iter(files), iter(enumerate(files))
    _bare_tables(len(files))
    compare(
        name,
        Side("loaded_per_second", lambda: _load(next(ours))),
        Side("copied_per_second", lambda: _copy(*next(raw)), goal),
        *others,
        rows=ROWS,
        bytes=files[0].stat().st_size,
    )


def _load(path: Path) -> int:
    batch = load_file(path=path, source=feed(), actor=system())
    if batch.loaded != ROWS:
        raise RuntimeError(f"{batch.loaded} of {ROWS} rows were loaded: {batch.reasons}")
    return ROWS


def _bare_tables(count: int) -> None:
    columns = ", ".join(f"column_{place} text" for place in range(COLUMNS))
    with as_owner(), connection.cursor() as cursor:
        for place in range(count):
            cursor.execute(f"DROP TABLE IF EXISTS bench_bare_{place}")
            cursor.execute(f"CREATE TABLE bench_bare_{place} ({columns})")
            cursor.execute(f"GRANT INSERT ON bench_bare_{place} TO centrale_web")


def _copy(place: int, path: Path) -> int:
    statement = f"COPY bench_bare_{place} FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, path.open("rb") as stream, cursor.copy(statement) as copy:
        while piece := stream.read(PIECE):
            copy.write(piece)
    return ROWS


def _create(path: Path) -> int:
    """The first rows of a file as objects, a year earlier: into the same kind of month, with the same indexes."""
    customers = dict(Customer.objects.values_list("reference", "pk"))
    source = Source.objects.get_or_create(name="bench-django", defaults={"dialect": "asterisk"})[0]
    with path.open() as stream, crossing(Crossing.INGEST):
        rows = csv.reader(islice(stream, CREATED))
        records = [_record(row, number, source.pk, customers) for number, row in enumerate(rows)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT centrale_make_month('cdr_callrecord', %s)", [records[-1].billing_period])
        CallRecord.objects.bulk_create(records, batch_size=5_000)
    return CREATED


def _record(row: list[str], number: int, source: int, customers: dict[str, int]) -> CallRecord:
    start = datetime.fromisoformat(row[9]).replace(tzinfo=UTC)
    start = start.replace(year=start.year - 1)
    return CallRecord(
        customer_id=customers[row[0]],
        start=start,
        id=number,
        source_id=source,
        seconds=int(row[13]),
        billing_period=Month.of(start).first_day,
        leg=Leg.CALL,
        direction=Direction.OUTGOING,
        product=Product.FIXED,
        call_type=CallType.NL_FIXED,
        number=row[1],
        other=row[2],
        origin="",
        call_group=row[19],
        record_id=row[16],
    )


def _measure_memory(month: Month, part: int) -> None:
    """What the two programs that load a file hold of their own at most, above what they hold when their modules are there.

    Each starts anew for it; a file on disk that a program looks into counts for nobody, since the machine may drop its pages.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = write_month(Path(folder) / "memory.csv", month, ROWS, part=part)
        code = "import django; django.setup(); import cdr.services, cdr.ingest.reader, time; time.sleep({})"
        idle = _most_held([sys.executable, "-c", code.format(2)])[0]
        held = _most_held([sys.executable, "manage.py", "cdr_load", "--source", feed().name, str(path)])
    most = sorted(((size - idle) >> 20 for size in held), reverse=True)[:2]  # further children only start programs
    say({"benchmark": "loading, memory", "megabytes_above_imports": most, "goal": MOST_MEGABYTES})
    if max(most) > MOST_MEGABYTES:
        miss(f"a program holds {max(most)} MB, the goal is {MOST_MEGABYTES}")


def _most_held(command: list[str]) -> list[int]:
    """The most bytes of its own that a program held, and the most that each of its children did."""
    most: dict[int, int] = {}
    with subprocess.Popen(command, cwd=settings.ROOT) as program:
        watched = psutil.Process(program.pid)
        while program.poll() is None:
            for process in (watched, *watched.children()):
                with suppress(psutil.Error):
                    memory = process.memory_info()
                    most[process.pid] = max(most.get(process.pid, 0), memory.rss - memory.shared)
            time.sleep(0.02)
    if program.returncode:
        raise RuntimeError(f"{command} ended with {program.returncode}")
    return list(most.values())


def _check(first: Month, last: Month) -> None:
    """A fast loader that loses a cent is not fast."""
    with crossing(Crossing.OPERATE):
        records = CallRecord.objects.filter(start__gte=first.start, start__lt=last.end)
        totals = MonthlyTotal.objects.filter(month__gte=first.first_day, month__lte=last.first_day)
        sums = [each.aggregate(micros=Sum("micros"), seconds=Sum("seconds")) for each in (records, totals)]
    if sums[0] != sums[1]:
        raise RuntimeError(f"totals differ from the records: {sums}")
