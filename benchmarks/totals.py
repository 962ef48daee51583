"""Totals of a busy customer and of a small one against a plain GROUP BY over their records with the best index for it.

The month holds ten million calls of 200 customers (benchmarks.ledger). Both sides read under row-level security; the
index exists for this benchmark only. Query plans are printed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import Customer
from accounts.tenancy import tenant
from benchmarks.ledger import FULL, HELD, PARTITION, full_month, nearest
from benchmarks.plans import Query, said
from benchmarks.rounds import Side, compare
from cdr.selectors import calls
from cdr.vocabulary import BOOKED
from portal.database import as_owner
from portal.lib.periods import days_bounds

BUSY, SMALL = 200_000, 500
TIMES = 20
COVERING = f"""CREATE INDEX bench_covering ON {PARTITION} (customer_id, start)
INCLUDE (leg, call_type, direction, product, number, seconds, micros)"""
PLAIN = """SELECT call_type, count(*), sum(seconds), coalesce(sum(micros), 0) FROM cdr_callrecord
WHERE start >= %s AND start < %s AND leg = ANY(%s) AND call_type = ANY(%s) GROUP BY 1"""


def run() -> None:
    """Print ratios of queries a second."""
    full_month()
    busy, small = nearest(HELD // 50), nearest(HELD // 20_000)
    with covering_index():
        month = calls.Selection(FULL.first_day, FULL.end_day)
        days = calls.Selection(FULL.first_day + timedelta(days=2), FULL.end_day - timedelta(days=3))
        of_month, of_days = calls.total_of_months(month), calls.totals_by_day(days)
        for words, selection, query, goal in (("a month", month, of_month, 50), ("25 days", days, of_days, 10)):
            with tenant(busy.customer):
                check(selection)
                asked = query.query.sql_with_params()
                compare(
                    f"totals of {words} / GROUP BY",
                    Side("totals_per_second", times(lambda q=asked: rows_of(q))),  # type: ignore[misc]
                    Side("group_by_per_second", lambda s=selection: len(plain(s)) and 1, goal),  # type: ignore[misc]
                    calls=busy.calls,
                )
                said(f"totals of {words}", asked)
                said(f"GROUP BY over {words}", (PLAIN, parameters(selection)))
        compare(
            "month of a busy customer / of a small one",
            Side("busy_per_second", times(lambda: inside(busy.customer, month))),
            Side("small_per_second", times(lambda: inside(small.customer, month)), 1 / 3),
            calls=[busy.calls, small.calls],
        )


def inside(customer: Customer, selection: calls.Selection) -> calls.Sums:
    with tenant(customer):
        return calls.total(selection)


def times(read: Callable[[], object]) -> Callable[[], int]:
    """Read so many times that a clock can tell."""

    def run() -> int:
        for _ in range(TIMES):
            read()
        return TIMES

    return run


def parameters(selection: calls.Selection) -> list[Any]:
    bounds = days_bounds(selection.first, selection.end)
    return [bounds.start, bounds.end, list(map(int, BOOKED)), list(calls.SHOWN)]


def rows_of(query: Query) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*query)
        return list(cursor.fetchall())


def plain(selection: calls.Selection) -> list[tuple[int, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, parameters(selection))
        return list(cursor.fetchall())


def check(selection: calls.Selection) -> None:
    """Quick totals that are wrong are not quick."""
    ours, theirs = calls.total(selection), plain(selection)
    if [ours.calls, ours.seconds, ours.micros] != [sum(row[place] for row in theirs) for place in (1, 2, 3)]:
        raise RuntimeError("totals differ from the records")


@contextmanager
def covering_index() -> Iterator[None]:
    """The best index for a GROUP BY of a customer's calls, for as long as it is measured."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(COVERING)
        cursor.execute(f"VACUUM ANALYZE {PARTITION}")
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP INDEX bench_covering")
