"""A call that is corrected after its closed period was adjusted costs what it costs, and nothing of it is charged twice."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.models import Adjustment, Bundle, BundleAllocation, CallRecord, Tariff
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.services import add_version, close_period
from cdr.services.rerating import rerate
from cdr.tests.worlds import NOW, RATES, a_bundle, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
OLD = 60_250  # a call of 61 seconds to a fixed number
LONGER = 75_500  # one of 122 seconds
DEARER, LONGER_AND_DEARER = 120_500, 151_000
DEAR_RATES = (RateLine("31", "Nederland vast", CallType.NL_FIXED, Price(90_000, 30_000)), *RATES[1:])


def call(day: int, *, billsec: int = 61) -> str:
    return asterisk_row(start=f"2026-10-{day:02} 09:12:00", unique=f"{day}.1", billsec=billsec, duration=billsec + 4)


def paid(customer: Customer) -> int:
    """What all invoices charge together: calls, less what bundles cover, and what closed periods cost more or less."""
    with tenant(customer):
        gross = CallRecord.objects.aggregate(sum=Sum("micros"))["sum"] or 0
        covered = BundleAllocation.objects.aggregate(sum=Sum("discount_micros"))["sum"] or 0
        return gross - covered + adjustments()


def adjustments() -> int:
    return int(Adjustment.objects.aggregate(sum=Sum("micros"))["sum"] or 0)


type Deliver = Callable[..., None]


@pytest.fixture
def tariff(acme: Customer) -> Tariff:
    return a_tariff()


@pytest.fixture
def deliver(tariff: Tariff, tmp_path: Path) -> Deliver:
    source, files = a_source(), iter(range(9))

    def send(*rows: str) -> None:
        load(write(tmp_path, rows, name=f"{next(files)}.csv"), source)

    return send


def dearer(customer: Customer, tariff: Tariff) -> int:
    """Other prices from the middle of October on; returns what the closed period is adjusted by."""
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=DEAR_RATES, actor=system())
    return rerate(actor=system(), customer=customer, month=OCTOBER).adjusted


def test_a_correction_takes_its_call_out_of_the_adjustment_for_prices(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    deliver(call(1), call(20), call(21))
    close_period(month=OCTOBER, actor=system())
    assert dearer(acme, tariff) == 2 * (DEARER - OLD)
    deliver(call(20, billsec=122))
    assert paid(acme) == OLD + LONGER_AND_DEARER + DEARER
    assert rerate(actor=system(), customer=acme, month=OCTOBER).adjusted == 0


def test_a_correction_takes_its_call_out_of_the_adjustment_for_prices_in_a_bundle(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=1)
    deliver(call(20), call(21))
    close_period(month=OCTOBER, actor=system())
    dearer(acme, tariff)
    before = paid(acme)
    with tenant(acme):
        said = adjustments()
    deliver(call(20, billsec=122))
    with tenant(acme):
        # A minute and the set-up of the first call were covered: one second of it was charged, at the double price since.
        assert said - adjustments() == 250
    # Its minute comes back beside that of November: two seconds of the corrected call are paid for, where one was.
    assert paid(acme) - before == 500


def test_a_correction_takes_its_call_out_of_the_adjustment_for_bundles(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    deliver(call(1), call(2))
    close_period(month=OCTOBER, actor=system())
    a_bundle(acme)
    assert paid(acme) == 0
    deliver(call(1, billsec=122))
    assert paid(acme) == 0


def test_a_correction_of_a_period_that_was_not_adjusted_changes_no_adjustment(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    deliver(call(1), call(2))
    close_period(month=OCTOBER, actor=system())
    add_version(tariff=tariff, valid_from=date(2026, 10, 1), rates=DEAR_RATES, actor=system())
    deliver(call(1, billsec=122))
    with tenant(acme):
        assert not Adjustment.objects.exists()


def test_a_leg_that_comes_late_takes_its_call_out_of_the_adjustment(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    first = asterisk_row(start="2026-10-20 09:12:00", unique="7.1", linked="7.1", sequence=1)
    other = asterisk_row(start="2026-10-20 09:12:00", unique="7.2", linked="7.1", sequence=0, billsec=122, duration=126)
    deliver(first)
    close_period(month=OCTOBER, actor=system())
    dearer(acme, tariff)
    deliver(other)
    with tenant(acme):
        standing = CallRecord.objects.aggregate(sum=Sum("micros"))["sum"]
        assert (standing, adjustments()) in {(LONGER_AND_DEARER, 0), (OLD, DEARER - OLD)}
        assert standing == LONGER_AND_DEARER


def test_a_load_that_corrects_adds_to_each_total_once(acme: Customer, tariff: Tariff, deliver: Deliver) -> None:
    deliver(call(1), call(20))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        deliver(call(1, billsec=122), call(2), call(20, billsec=122))
    written = [
        query["sql"].split()[2]
        for query in asked
        if query["sql"].startswith("INSERT INTO cdr_") and "total" in query["sql"][:40]
    ]
    assert written == ["cdr_dailytotal", "cdr_monthlytotal"]


@pytest.mark.parametrize("files", [[(20,), (21,)], [(21,), (20,)], [(20, 21)]], ids=str)
def test_corrections_come_to_the_same_in_whatever_order_they_come(
    acme: Customer, tariff: Tariff, deliver: Deliver, files: list[tuple[int, ...]]
) -> None:
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=1)
    deliver(call(20), call(21))
    close_period(month=OCTOBER, actor=system())
    dearer(acme, tariff)
    for days in files:
        deliver(*(call(day, billsec=122) for day in days))
    with tenant(acme):
        assert adjustments() == 0
    # A minute that October gave back and one of November: of 244 seconds 124 are paid for, and one set-up.
    assert paid(acme) == 90_000 + 124 * 500


def test_what_is_more_for_one_call_and_less_for_another_is_withdrawn_too(
    acme: Customer, tariff: Tariff, deliver: Deliver
) -> None:
    deliver(call(1), call(20))
    close_period(month=OCTOBER, actor=system())
    dearer(acme, tariff)
    with tenant(acme):
        said = adjustments()
        Adjustment.objects.create(
            customer=acme,
            period=OCTOBER.first_day,
            into_period=OCTOBER.next().first_day,
            reason=Adjustment.Reason.TARIFF,
            micros=-said,
            made_at=NOW,
        )
    deliver(call(20, billsec=122))
    with tenant(acme):
        assert adjustments() == -said
