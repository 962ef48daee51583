"""Who may write about the calls of a customer with bundles: loads of different sources take turns.

Order in a transaction: the billing periods first (`hold_periods_open`), then all customers at once, then records and totals.
Whoever else changes the ledger, by rating again or by another bundle, keeps all loads off meanwhile (`hold_loads_off`).
"""

from collections.abc import Iterable

from django.db import connection

# Customers share locks, so that a transaction over thousands of them stays within what the database can hold.
BUCKETS = 256


def hold_customers(customers: Iterable[int]) -> None:
    """Wait until nobody else writes about these customers, until the end of this transaction. Called once in it."""
    buckets = sorted({customer % BUCKETS for customer in customers})
    if buckets:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('centrale_cdr_customer'), bucket) FROM unnest(%s::int[]) bucket",
                [buckets],
            )
