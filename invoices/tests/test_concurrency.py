"""Billing runs beside each other: real connections, one invoice a customer, numbers without a gap."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from invoices.models import Invoice, Subscription
from invoices.services import bill
from portal.lib.periods import Month

OCTOBER = Month(2026, 10)


@pytest.mark.django_db(transaction=True)
def test_runs_beside_each_other_make_one_invoice_a_customer_and_no_gap(
    acme: Customer, birch: Customer, subscribed: Callable[..., Subscription]
) -> None:
    subscribed(acme)
    subscribed(birch)
    ready = Barrier(4)

    def run(customer: Customer) -> str:
        try:
            ready.wait()
            return bill(actor=system(customer, Door.COMMAND), customer=customer, month=OCTOBER).result.value
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, [acme, acme, birch, birch]))
    assert sorted(results) == ["existing", "existing", "made", "made"]
    with crossing(Crossing.BILLING_FAN_OUT):
        assert sorted(Invoice.objects.values_list("number", flat=True)) == ["2026-000001", "2026-000002"]
