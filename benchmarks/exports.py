"""A full export of one busy customer against COPY of the same formatted query, and against COPY of the bare columns.

All sides read under the policies, over a connection of their own. BENCH_ROWS sets the calls of the customer.
"""

import os
import tempfile
import tracemalloc
from datetime import date
from pathlib import Path

import psycopg
from django.http import QueryDict

from accounts.access import Actor, Door, Role, system
from accounts.models import Customer
from accounts.streaming import tenant_connection
from accounts.tenancy import tenant
from benchmarks.calls import CUSTOMERS, feed, write_month
from benchmarks.rounds import Side, compare
from cdr.asking import ask
from cdr.exporting.plan import Plan, Query, plan
from cdr.exporting.stream import content, copied
from cdr.models import ExportForm
from cdr.selectors import calls
from cdr.services import load_file
from portal.lib.periods import Month

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
MONTH = Month(2024, 12)  # no other benchmark has calls in it
BARE = ("start", "direction", "call_type", "product", "number", "other", "rate_id", "seconds", "micros")


def run() -> None:
    """Print both ratios of rows a second for each form of CSV."""
    busy = _busy()
    for form in (ExportForm.ISO, ExportForm.DUTCH):
        made = _plan(busy, form)
        peak = _peak(made)
        ours = Side("exported_per_second", lambda made=made: _export(made))  # type: ignore[misc]
        compare(
            f"export {form} / COPY of the same query",
            ours,
            Side("copied_per_second", lambda made=made: _copy(made, made.rows)),  # type: ignore[misc]
            peak_bytes=peak,
        )
        bare = calls.records(_selection()).values_list(*BARE).query.sql_with_params()
        query: Query = (bare[0], tuple(bare[1]))
        compare(
            f"export {form} / COPY of the bare columns",
            ours,
            Side("copied_per_second", lambda made=made, query=query: _copy(made, query)),  # type: ignore[misc]
        )


def _busy() -> Customer:
    source = feed()
    weights = [1.0] + [0.1 / CUSTOMERS] * (CUSTOMERS - 1)
    with tempfile.TemporaryDirectory() as folder:
        path = write_month(Path(folder) / "busy.csv", MONTH, int(ROWS * 1.1), weights=weights)
        load_file(path=path, source=source, actor=system())
    return Customer.objects.get(reference="bench-0")


def _selection() -> calls.Selection:
    return calls.Selection(MONTH.first_day, MONTH.end_day, full_numbers=True)


def _plan(busy: Customer, form: ExportForm) -> Plan:
    roles = frozenset({Role.VIEWS_INVOICES, Role.SEES_FULL_NUMBERS})
    actor = Actor(user=None, customer=busy, roles=roles, door=Door.COMMAND)
    with tenant(busy):
        asked = ask(QueryDict(f"month={MONTH}"), actor, today=date(2025, 1, 10))
        return plan(busy.pk, busy.reference, asked, form)


def _export(made: Plan) -> int:
    rows = sum(piece.count(b"\n") for piece in content(made)) - 1
    return rows - (made.form is ExportForm.DUTCH)


def _copy(made: Plan, query: Query | None) -> int:
    if query is None:
        raise RuntimeError("there are no calls")
    with tenant_connection(made.customer) as connection:
        with psycopg.ClientCursor(connection) as cursor:
            text = cursor.mogrify(*query)
        return sum(block.count(b"\n") for block in copied(connection, f"COPY ({text}) TO STDOUT (FORMAT csv)"))


def _peak(made: Plan) -> int:
    """The most memory that Python holds while all rows pass."""
    tracemalloc.start()
    _export(made)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
