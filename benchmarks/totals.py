"""The totals of a month of a busy customer against a plain GROUP BY over its records, both under row-level security."""

import os
import tempfile
from pathlib import Path

from django.db import connection

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from benchmarks.calls import CUSTOMERS, feed, write_month
from benchmarks.rounds import Side, compare
from cdr.selectors import calls
from cdr.services import load_file
from portal.lib.periods import Month

ROWS = int(os.environ.get("BENCH_ROWS", "200000"))
MONTH = Month(2025, 1)
TIMES = 20
PLAIN = """SELECT number, call_type, count(*), sum(seconds), coalesce(sum(micros), 0) FROM cdr_callrecord
WHERE start >= %s AND start < %s AND leg = 1 AND call_type NOT IN (7, 8, 9) GROUP BY 1, 2"""


def run() -> list[float]:
    """Print the ratio of queries a second."""
    source = feed()
    weights = [1.0] + [1.0 / CUSTOMERS] * (CUSTOMERS - 1)  # half of all calls are of one customer
    with tempfile.TemporaryDirectory() as folder:
        path = write_month(Path(folder) / "busy.csv", MONTH, ROWS, weights=weights)
        load_file(path=path, source=source, actor=system())
    busy = Customer.objects.get(reference="bench-0")
    selection = calls.Selection(MONTH.first_day, MONTH.end_day)
    with tenant(busy):
        ours = calls.by_number_and_type(selection)
        if {(key, sums.calls, sums.seconds, sums.micros) for key, sums in ours.items()} != set(_plain()):
            raise RuntimeError("totals differ from the records")
        size = calls.add_up(ours.values()).calls

        def totals() -> int:
            for _ in range(TIMES):
                calls.by_number_and_type(selection)
            return TIMES

        def grouped() -> int:
            _plain()
            return 1

        return compare("totals", Side("totals_per_second", totals), Side("group_by_per_second", grouped), calls=size)


def _plain() -> list[tuple[tuple[str, int], int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [MONTH.start, MONTH.end])
        return [((number, kind), count, seconds, int(micros)) for number, kind, count, seconds, micros in cursor]
