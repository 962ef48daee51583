"""A full export of one busy customer against COPY of a query that formats the same file, and against COPY of the bare columns.

The formatted query spells numbers simpler than the file does, which has a shape for each area code.
All sides read under the policies, over a connection of their own. BENCH_ROWS sets the calls of the customer.
"""

import os
import tempfile
import tracemalloc
from datetime import date
from pathlib import Path

import psycopg
from django.db.models import IntegerChoices
from django.http import QueryDict

from accounts.access import Actor, Door, Role, system
from accounts.models import Customer
from accounts.streaming import tenant_connection
from accounts.tenancy import tenant
from benchmarks.calls import CUSTOMERS, feed, write_month
from benchmarks.rounds import Side, compare
from cdr.asking import ask
from cdr.exporting.plan import Plan, Query, plan
from cdr.exporting.stream import Copied, content
from cdr.models import ExportForm
from cdr.selectors import calls
from cdr.services import load_file
from cdr.vocabulary import CallType, Direction, Product
from portal.lib.periods import Month

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
MONTH = Month(2024, 12)  # no other benchmark has calls in it
# What of a file SQL can write by itself.
_NUMBER = "'0' || substr({0}, 4, 2) || ' ' || substr({0}, 6, 3) || ' ' || substr({0}, 9, 2) || ' ' || substr({0}, 11)"
_GUARDED = """CASE WHEN left({0}, 1) = '+' AND ltrim(substr({0}, 2), '0123456789') = '' THEN {0}
    WHEN left({0}, 1) IN ('=', '+', '-', '@') THEN '''' || {0} ELSE {0} END"""
_EUROS = "(c.net * 0.000001)::text"
FORMATTED = {
    ExportForm.DUTCH: (
        "to_char(c.start, 'DD-MM-YYYY HH24:MI:SS')",
        _NUMBER.format("c.number"),
        _NUMBER.format("c.other"),
        f"replace({_EUROS}, '.', ',')",
    ),
    ExportForm.ISO: (
        """to_char(c.start, CASE WHEN date_trunc('second', c.start) = c.start
            THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' END)""",
        _GUARDED.format("c.number"),
        _GUARDED.format("c.other"),
        _EUROS,
    ),
}
BARE = ("start", "direction", "call_type", "product", "number", "other", "rate_id", "seconds", "micros")


def run() -> None:
    """Print both ratios of rows a second for each form of CSV."""
    busy = _busy()
    for form in (ExportForm.ISO, ExportForm.DUTCH):
        made = _plan(busy, form)
        peak = _peak(made)
        ours = Side("exported_per_second", lambda made=made: _export(made))  # type: ignore[misc]
        compare(
            f"export {form} / COPY of a query that formats it",
            ours,
            Side("copied_per_second", lambda made=made: _copy(made, _formatted(made)), 0.7),  # type: ignore[misc]
            peak_bytes=peak,
        )
        bare = calls.records(_selection()).values_list(*BARE).query.sql_with_params()
        query: Query = (bare[0], tuple(bare[1]))
        compare(
            f"export {form} / COPY of the bare columns",
            ours,
            Side("copied_per_second", lambda made=made, query=query: _copy(made, query), 0.4),  # type: ignore[misc]
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


def _formatted(made: Plan) -> Query:
    if made.rows is None:
        raise RuntimeError("there are no calls")
    text, values = made.rows
    start, number, other, euros = FORMATTED[made.form]
    words = (_word("direction", Direction), _word("call_type", CallType), _word("product", Product))
    columns = ", ".join([start, *words, number, "''", other, "r.destination", "c.seconds", euros, "c.covered"])
    return f"SELECT {columns} FROM ({text}) c LEFT JOIN cdr_rate r ON r.id = c.rate_id", values  # noqa: S608 - our own words


def _word(column: str, choices: type[IntegerChoices]) -> str:
    branches = " ".join(f"WHEN {choice.value} THEN '{choice.name.lower()}'" for choice in choices)
    return f"CASE c.{column} {branches} END"


def _copy(made: Plan, query: Query) -> int:
    with tenant_connection(made.customer) as connection:
        with psycopg.ClientCursor(connection) as cursor:
            text = cursor.mogrify(*query)
        return sum(block.count(b"\n") for block in Copied(connection, f"COPY ({text}) TO STDOUT (FORMAT csv)"))


def _peak(made: Plan) -> int:
    """The most memory that Python holds while all rows pass."""
    tracemalloc.start()
    _export(made)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
