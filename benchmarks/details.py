"""Pages of calls at any depth (pages of the database read), and what row-level security costs (the same plan, the same time).

The month holds ten million calls of 200 customers (benchmarks.ledger).
"""

import os
from datetime import timedelta
from typing import Any

import psycopg
from django.db.models import Q, QuerySet

from accounts.models import Customer
from accounts.streaming import tenant_connection
from accounts.tenancy import tenant
from benchmarks.ledger import FULL, HELD, full_month, nearest
from benchmarks.plans import buffers, nodes, said
from benchmarks.rounds import Side, compare, miss, say
from benchmarks.totals import times
from cdr.models import CallRecord
from cdr.selectors import calls

PAGE = 50
MOST_BUFFERS = 100


def run() -> None:
    """Print pages of the database by depth, and the two ratios of row-level security."""
    full_month()
    busy = nearest(HELD // 50)
    month = calls.Selection(FULL.first_day, FULL.end_day)
    with tenant(busy.customer):
        read = {depth: _read_at(month, depth, busy.calls) for depth in (0.0, 0.25, 0.5, 0.75, 0.999)}
        say(
            {"benchmark": "details, buffers by depth", "most": max(read.values()), "buffers": read, "calls": busy.calls}
        )
        said("details page, half way", _page(month, _cursor(month, 0.5, busy.calls)))
    _security(busy.customer, month)
    if max(read.values()) > MOST_BUFFERS:
        miss(f"a page of calls reads {max(read.values())} buffers, and at most {MOST_BUFFERS} is the goal")


def _cursor(month: calls.Selection, depth: float, held: int) -> str:
    """The place of the call that stands so deep, from the newest."""
    place = min(int(held * depth), held - 1)
    return calls.cursor_of(calls.records(month)[place]) if place else ""


def _page(month: calls.Selection, cursor: str) -> tuple[str, Any]:
    """The query of a page of calls, as `calls.page` asks it."""
    found: QuerySet[CallRecord] = calls.records(month)
    place = calls.place_of(cursor)
    if place is not None:
        start, number = place
        found = found.filter(Q(start__lt=start) | Q(start=start, id__lt=number), start__lte=start)
    return found[: PAGE + 1].query.sql_with_params()


def _read_at(month: calls.Selection, depth: float, held: int) -> int:
    return buffers(_page(month, _cursor(month, depth, held)))


def _security(customer: Customer, month: calls.Selection) -> None:
    """Two queries under the policy as the web asks them, and without it with a condition on the customer instead."""
    middle = calls.Selection(FULL.first_day, FULL.first_day + timedelta(days=14))
    with tenant(customer):
        asked = {
            "page": ("cdr_callrecord", _page(middle, "")),
            "totals": ("cdr_dailytotal", calls.totals_by_day(month).query.sql_with_params()),
        }
    with tenant_connection(customer.pk) as web, psycopg.connect(os.environ["BENCH_ADMIN_URL"]) as admin:
        for name, (table, (text, values)) in asked.items():
            secured = (text, values)
            bare = (text.replace(" WHERE ", f' WHERE "{table}"."customer_id" = %s AND ', 1), (customer.pk, *values))
            same = nodes(secured, web) == nodes(bare, admin)
            said(f"{name} under row-level security", secured, web)
            said(f"{name} without it", bare, admin)
            compare(
                f"{name} under row-level security / without",
                Side("secured_per_second", times(lambda q=secured: web.execute(*q).fetchall())),  # type: ignore[misc]
                Side("plain_per_second", times(lambda q=bare: admin.execute(*q).fetchall()), 0.8),  # type: ignore[misc]
                same_plan=same,
            )
            if not same:
                miss(f"row-level security changes the plan of {name}")
