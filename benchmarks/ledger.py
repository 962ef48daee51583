"""A month with ten million calls of 200 customers, for every benchmark that reads. BENCH_HELD sets how many."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import Sum

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from benchmarks.calls import feed, write_month
from cdr.models import MonthlyTotal
from cdr.selectors.calls import SHOWN
from cdr.services import load_file
from portal.database import as_owner
from portal.lib.periods import Month

HELD = int(os.environ.get("BENCH_HELD", "10000000"))
FILE = 1_000_000
FULL = Month(2025, 8)
PARTITION = f"cdr_callrecord_y{FULL.year}m{FULL.month:02}"


@dataclass(frozen=True, slots=True)
class Size:
    """A customer and the calls of the month that it sees."""

    customer: Customer
    calls: int


def fill(month: Month, calls: int) -> int:
    """Load files until the month holds so many calls; returns how many files it holds."""
    rows = min(FILE, calls)
    parts = calls // rows
    with tempfile.TemporaryDirectory() as folder:
        for part in range(_held(month) // rows, parts):
            path = write_month(Path(folder) / "held.csv", month, rows, part=part)
            load_file(path=path, source=feed(), actor=system())
    return parts


def _held(month: Month) -> int:
    with crossing(Crossing.OPERATE):
        return MonthlyTotal.objects.filter(month=month.first_day).aggregate(calls=Sum("calls"))["calls"] or 0


def full_month() -> None:
    """The month as it is read: filled, with the statistics that autovacuum would have made by now."""
    fill(FULL, HELD)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {PARTITION}")
        cursor.execute("VACUUM ANALYZE cdr_monthlytotal, cdr_dailytotal, cdr_partynumber")


def nearest(calls: int) -> Size:
    """The customer that made about so many calls in the month."""
    with crossing(Crossing.OPERATE):
        shown = MonthlyTotal.objects.filter(month=FULL.first_day, call_type__in=SHOWN)
        totals = shown.values("customer").annotate(n=Sum("calls"))
        found = {row["customer"]: int(row["n"]) for row in totals}
    key = min(found, key=lambda customer: abs(found[customer] - calls))
    return Size(Customer.objects.get(pk=key), found[key])
