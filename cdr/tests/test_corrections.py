"""A correction adds rows and changes none; totals follow."""

from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord, DailyTotal, MonthlyTotal
from cdr.selectors import calls
from cdr.services.corrections import book, reversal, successor
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import BOOKED, CallType, Leg

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def a_call(customer: Customer, folder: Path) -> CallRecord:
    a_tariff()
    load(write(folder, [asterisk_row(dst="0612345678", billsec=61)]), a_source())
    with tenant(customer):
        return CallRecord.objects.get()


def sums(customer: Customer) -> list[dict[str, int]]:
    """Calls, seconds and amounts of the records and of both totals."""
    columns = {"seconds": Sum("seconds"), "micros": Sum("micros")}
    with tenant(customer):
        booked = CallRecord.objects.filter(leg__in=BOOKED)
        back = booked.filter(leg=Leg.REVERSAL).count()
        records = {"calls": booked.count() - 2 * back, **booked.aggregate(**columns)}
        totals = [model.objects.aggregate(calls=Sum("calls"), **columns) for model in (DailyTotal, MonthlyTotal)]
    return [records, *totals]


@pytest.mark.django_db
def test_a_record_booked_back_and_anew_leaves_the_first_row_as_it_was(acme: Customer, tmp_path: Path) -> None:
    first = a_call(acme, tmp_path)
    with crossing(Crossing.INGEST):
        book(
            [
                reversal(first, period=NOVEMBER),
                successor(first, period=NOVEMBER, seconds=120, micros=180_000, call_type=CallType.NL_MOBILE),
            ]
        )
    with tenant(acme):
        rows = list(CallRecord.objects.order_by("revision").values_list("leg", "revision", "seconds", "micros"))
    assert rows == [(1, 0, 61, first.micros), (3, 1, -61, -(first.micros or 0)), (1, 2, 120, 180_000)]


@pytest.mark.django_db
def test_totals_equal_details_after_a_correction(acme: Customer, tmp_path: Path) -> None:
    first = a_call(acme, tmp_path)
    with crossing(Crossing.INGEST):
        book([reversal(first, period=NOVEMBER), successor(first, period=NOVEMBER, number="+31887654999", micros=1)])
    assert sums(acme) == [{"calls": 1, "seconds": 61, "micros": 1}] * 3


@pytest.mark.django_db
def test_what_was_billed_is_booked_back_in_the_next_period(acme: Customer, tmp_path: Path) -> None:
    first = a_call(acme, tmp_path)
    with crossing(Crossing.INGEST):
        book([reversal(first, period=NOVEMBER)])
    with tenant(acme):
        billed = dict(MonthlyTotal.objects.values_list("billing_period", "micros"))
    assert billed == {OCTOBER: first.micros, NOVEMBER: -(first.micros or 0)}


@pytest.mark.django_db
def test_an_unrated_call_that_gets_its_price_is_not_counted_as_unrated_any_more(acme: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, [asterisk_row(dst="0612345678", billsec=61)]), a_source())
    with tenant(acme):
        first = CallRecord.objects.get()
        assert first.micros is None
    with crossing(Crossing.INGEST):
        book([reversal(first, period=OCTOBER), successor(first, period=OCTOBER, micros=90_000)])
    with tenant(acme):
        found = calls.total(calls.Selection(OCTOBER, NOVEMBER))
    assert (found.calls, found.micros, found.unrated) == (1, 90_000, 0)


@pytest.mark.django_db
def test_each_row_of_a_correction_has_a_page_of_its_own(acme: Customer, tmp_path: Path) -> None:
    first = a_call(acme, tmp_path)
    back, new = reversal(first, period=NOVEMBER), successor(first, period=NOVEMBER)
    assert len({calls.cursor_of(each) for each in (first, back, new)}) == 3
    assert all(calls.place_of(calls.cursor_of(each)) == (each.start, each.id) for each in (first, back, new))
