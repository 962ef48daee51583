"""Bundles over real records: what enters an open period is shared out at once, and totals equal details."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Unpack

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Adjustment, Bundle, BundleAllocation, CallRecord, DailyTotal, MonthlyTotal
from cdr.selectors import bundles, calls
from cdr.selectors.billing import period_costs
from cdr.services import close_period, end_bundle, set_bundle_numbers
from cdr.services.adjusting import take_adjustments
from cdr.services.allocation import after_records, hold, share_out
from cdr.services.corrections import book, reversal, successor
from cdr.services.periods import hold_periods_open
from cdr.tests.worlds import Cells, a_bundle, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import BOOKED
from portal.lib.money import euros
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
WHOLE = calls.Selection(first=OCTOBER.first_day, end=OCTOBER.end_day)
FIXED, MOBILE = 60_250, 91_500  # what a call of 61 seconds costs


def row(day: int, **given: Unpack[Cells]) -> str:
    """A call of 61 seconds on a day of October, to a fixed number unless the test says otherwise."""
    cells: Cells = {
        "start": f"2026-10-{day:02} 09:12:00",
        "end": f"2026-10-{day:02} 09:13:05",
        "unique": f"1792048320.{day}",
        "sequence": day,
    }
    return asterisk_row(cells, **given)


def covered(customer: Customer) -> list[tuple[int, int, int]]:
    """Day, seconds and micro-euros of what bundles cover."""
    with tenant(customer):
        found = BundleAllocation.objects.order_by("start", "id")
        return [(one.start.day, one.covered_seconds, one.discount_micros) for one in found]


def check_totals(customer: Customer) -> None:
    """Totals of either kind are what records and allocations add up to."""
    with tenant(customer):
        gross = CallRecord.objects.filter(leg__in=BOOKED).aggregate(sum=Sum("micros"))["sum"] or 0
        discount = BundleAllocation.objects.aggregate(sum=Sum("discount_micros"))["sum"] or 0
        for totals in (DailyTotal.objects.all(), MonthlyTotal.objects.all()):
            sums = totals.aggregate(micros=Sum("micros"), discount=Sum("discount"))
            assert (sums["micros"] or 0, sums["discount"] or 0) == (gross, discount)


def correct(record: CallRecord, **changes: object) -> None:
    """Book a record back and anew as the loader does."""
    with crossing(Crossing.INGEST):
        hold_periods_open()
        bundled = hold([record.customer_id])
        book(
            [reversal(record, period=record.billing_period), successor(record, period=record.billing_period, **changes)]
        )
        after_records(bundled, [record.billing_period])


def the_record(customer: Customer) -> CallRecord:
    with tenant(customer):
        return CallRecord.objects.get()


def test_a_load_uses_the_bundle_of_the_number_at_once(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme)
    load(write(tmp_path, [row(1), row(2, dst="0612345678")]), a_source())
    assert covered(acme) == [(1, 61, FIXED)]
    check_totals(acme)
    with tenant(acme):
        assert calls.total(WHOLE).micros == MOBILE


def test_only_the_numbers_of_a_bundle_use_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme, ["+31887654001"])
    load(write(tmp_path, [row(1)]), a_source())
    assert covered(acme) == []


def test_a_bundle_is_nothing_to_another_customer(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(birch)
    load(write(tmp_path, [row(1)]), a_source())
    assert covered(acme) == covered(birch) == []


def test_a_new_bundle_covers_what_was_loaded_before_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, [row(1), row(20)]), a_source())
    a_bundle(acme, valid_from=date(2026, 10, 10))
    assert covered(acme) == [(20, 61, FIXED)]
    check_totals(acme)


def test_an_earlier_call_that_comes_later_takes_its_minutes_first(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=1)
    load(write(tmp_path, [row(20)], "late.csv"), source)
    assert covered(acme) == [(20, 60, 60_000)]
    load(write(tmp_path, [row(2)], "early.csv"), source)
    assert covered(acme) == [(2, 60, 60_000)]
    check_totals(acme)


def test_sharing_out_again_changes_nothing(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=3)
    load(write(tmp_path, [row(day) for day in range(1, 6)]), a_source())
    before = covered(acme)
    assert [seconds for _day, seconds, _micros in before] == [61, 61, 58]
    with crossing(Crossing.RATING):
        share_out(acme.pk, OCTOBER.first_day)
    assert covered(acme) == before
    check_totals(acme)


def test_an_ended_bundle_gives_back_from_its_end_on(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    bundle = a_bundle(acme)
    load(write(tmp_path, [row(1), row(20)]), a_source())
    end_bundle(actor=system(), bundle=bundle, valid_to=date(2026, 10, 10))
    assert covered(acme) == [(1, 61, FIXED)]
    check_totals(acme)


def test_a_bundle_cannot_end_before_it_began(acme: Customer) -> None:
    bundle = a_bundle(acme)
    with pytest.raises(Refusal) as refused:
        end_bundle(actor=system(), bundle=bundle, valid_to=bundle.valid_from)
    assert refused.value.code == "bundle_end"


def test_a_second_bundle_of_the_same_name_is_refused(acme: Customer) -> None:
    a_bundle(acme)
    with pytest.raises(Refusal) as refused:
        a_bundle(acme)
    assert refused.value.code == "bundle_name"


def test_a_number_that_leaves_a_bundle_pays_from_that_day_on(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    bundle = a_bundle(acme)
    load(write(tmp_path, [row(1), row(20)]), a_source())
    set_bundle_numbers(actor=system(), bundle=bundle, numbers=["+31887654321"], since=date(2026, 10, 10))
    assert covered(acme) == [(1, 61, FIXED)]
    set_bundle_numbers(actor=system(), bundle=bundle, numbers=["+31887654000"], since=date(2026, 10, 15))
    assert covered(acme) == [(1, 61, FIXED), (20, 61, FIXED)]
    check_totals(acme)


def test_a_call_forwarded_to_a_fixed_number_uses_the_bundle_of_who_forwarded_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654121")
    a_bundle(acme, ["+31887654121"])
    incoming: Cells = {
        "src": "0201112233",
        "account": "",
        "linked": "1792048320.20",
        "start": "2026-10-01 09:12:00",
        "end": "2026-10-01 09:13:05",
    }
    arrives: Cells = {"channel": "PJSIP/trunk-00000b01", "peer": "Local/0209876543@out-00000b02;1"}
    leaves: Cells = {
        "channel": "Local/0209876543@out-00000b02;2",
        "peer": "PJSIP/trunk-00000b03",
        "dialled": "PJSIP/0209876543@trunk",
    }
    rows = [
        asterisk_row({**incoming, **arrives}, dst="0887654121", sequence=1),
        asterisk_row({**incoming, **leaves}, dst="0209876543", sequence=2),
    ]
    load(write(tmp_path, rows), a_source())
    assert covered(acme) == [(1, 61, FIXED)]
    with tenant(acme):
        assert BundleAllocation.objects.get().number == "+31887654121"


@pytest.mark.parametrize("number", ["112", "08001234", "113", "116111", "0887654001"])
def test_what_is_never_billed_leaves_the_minutes_alone(acme: Customer, tmp_path: Path, number: str) -> None:
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654001")
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=100, prefixes=[], call_types=[1, 4, 5, 7, 8, 9])
    load(write(tmp_path, [row(1, dst=number)]), a_source())
    with tenant(acme):
        assert [record.micros for record in CallRecord.objects.all()] == [0]
        assert not BundleAllocation.objects.exists()


# --- corrections ---


def test_a_corrected_call_uses_what_it_turns_out_to_need(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=2)
    load(write(tmp_path, [row(1), row(20)]), a_source())
    with tenant(acme):
        first = CallRecord.objects.get(start__day=1)
    correct(first, seconds=10, micros=47_500)
    assert covered(acme) == [(1, 10, 47_500), (20, 61, FIXED)]
    check_totals(acme)


def test_booking_back_a_call_of_a_closed_period_returns_what_it_was_covered(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme)
    load(write(tmp_path, [row(1)]), a_source())
    close_period(month=OCTOBER, actor=system())
    first = the_record(acme)
    with crossing(Crossing.INGEST):
        hold_periods_open()
        bundled = hold([acme.pk])
        book([reversal(first, period=NOVEMBER.first_day)])
        after_records(bundled, [NOVEMBER.first_day])
    assert covered(acme) == [(1, 61, FIXED), (1, -61, -FIXED)]
    check_totals(acme)
    with tenant(acme):
        assert [cost.micros for cost in period_costs(NOVEMBER.first_day)] == [0]


# --- closed periods ---


def test_a_bundle_made_over_a_closed_period_adjusts_it_and_leaves_its_calls_as_they_were_billed(
    acme: Customer, tmp_path: Path
) -> None:
    a_tariff()
    load(write(tmp_path, [row(1)]), a_source())
    close_period(month=OCTOBER, actor=system())
    bundle = a_bundle(acme)
    assert covered(acme) == []
    with tenant(acme):
        [adjustment] = Adjustment.objects.all()
    assert (adjustment.period, adjustment.into_period) == (OCTOBER.first_day, NOVEMBER.first_day)
    assert (adjustment.micros, adjustment.reason) == (-FIXED, "bundle")
    set_bundle_numbers(actor=system(), bundle=bundle, numbers=[], since=date(2026, 10, 1))
    with tenant(acme):
        assert Adjustment.objects.aggregate(sum=Sum("micros")) == {"sum": 0}


def test_what_changed_after_an_invoice_is_read_in_the_api(
    acme: Customer, alice: User, birch: Customer, carol: User, client: Client
) -> None:
    for customer in (acme, birch):
        with tenant(customer):
            Adjustment.objects.create(
                customer=customer,
                period=OCTOBER.first_day,
                into_period=NOVEMBER.first_day,
                reason="tariff",
                micros=-customer.pk,
                made_at=timezone.now(),
            )
    for customer, user in ((acme, alice), (birch, carol)):
        headers = {"Authorization": f"Bearer {create_token(actor=system(), user=user, name='t')[1]}"}
        url = "/api/v1/call-bundles/adjustments/?month="
        assert client.get(f"{url}2026-10", headers=headers).json() == [
            {"billing_period": "2026-10", "into": "2026-11", "reason": "tariff", "amount": str(euros(-customer.pk))}
        ]
        assert client.get(f"{url}2026-09", headers=headers).json() == []
        assert client.get(f"{url}soon", headers=headers).status_code == 400


def test_an_adjustment_is_taken_by_one_invoice_only(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, [row(1)]), a_source())
    close_period(month=OCTOBER, actor=system())
    a_bundle(acme)
    with tenant(acme):
        assert take_adjustments(customer=acme, until=OCTOBER) == []
        [taken] = take_adjustments(customer=acme, until=NOVEMBER)
        assert (taken.period, taken.micros) == (OCTOBER, -FIXED)
        assert take_adjustments(customer=acme, until=NOVEMBER.next()) == []


def test_a_late_call_uses_the_minutes_of_the_period_that_it_is_billed_in(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    close_period(month=OCTOBER, actor=system())
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=1)
    load(write(tmp_path, [row(1)]), a_source())
    with tenant(acme):
        assert BundleAllocation.objects.get().billing_period == NOVEMBER.first_day
        assert [fill.used for fill in bundles.fills(NOVEMBER)] == [60]


# --- what people see ---


def a_month(acme: Customer, folder: Path) -> None:
    """Two calls of which minutes cover one and a part of the other, one to a mobile, and a dear one that is covered."""
    a_tariff()
    a_bundle(acme, name="Mobiel", kind=Bundle.Kind.MINUTES, included_minutes=100, prefixes=["31611"])
    a_bundle(acme, name="Vast", kind=Bundle.Kind.MINUTES, included_minutes=2)
    rows = [row(1), row(2), row(3, dst="0612345678"), row(4, dst="0611111111", billsec=600)]
    load(write(folder, rows), a_source())


def test_a_page_of_calls_has_the_amount_after_bundles_and_the_seconds_covered(acme: Customer, tmp_path: Path) -> None:
    a_month(acme, tmp_path)
    with tenant(acme):
        found = calls.page(WHOLE).calls
    assert [(call.amount, call.covered_seconds) for call in found] == [(0, 600), (MOBILE, 0), (500, 59), (0, 61)]


def test_sums_from_records_and_from_totals_are_the_same_after_bundles(acme: Customer, tmp_path: Path) -> None:
    a_month(acme, tmp_path)
    with tenant(acme):
        from_totals, from_records = calls.total(WHOLE), calls.total(replace(WHOLE, least_seconds=0))
    assert from_totals == from_records
    assert from_totals.micros == MOBILE + 500


@pytest.mark.parametrize(
    ("least", "most", "amounts"),
    [(1, None, [MOBILE, 500]), (None, 500, [0, 500, 0]), (501, 100_000, [MOBILE]), (100_000, None, [])],
)
def test_amounts_are_searched_after_bundles(
    acme: Customer, tmp_path: Path, least: int | None, most: int | None, amounts: list[int]
) -> None:
    a_month(acme, tmp_path)
    selection = replace(WHOLE, least_micros=least, most_micros=most)
    with tenant(acme):
        assert [call.amount for call in calls.page(selection).calls] == amounts
        assert calls.total(selection).micros == sum(amounts)


def test_the_dearest_call_is_the_one_that_costs_most_after_bundles(acme: Customer, tmp_path: Path) -> None:
    a_month(acme, tmp_path)
    with tenant(acme):
        [dearest] = calls.dearest_calls(WHOLE, calls.by_day(WHOLE))
    assert dearest is not None
    assert (dearest.other, dearest.amount) == ("+31612345678", MOBILE)


def test_a_call_that_was_booked_back_is_not_the_dearest(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, [row(1)]), a_source())
    correct(the_record(acme), seconds=1, micros=45_250)
    with tenant(acme):
        [dearest] = calls.dearest_calls(WHOLE, calls.by_day(WHOLE))
    assert dearest is not None
    assert dearest.amount == 45_250


def test_an_invoice_charges_what_bundles_leave(acme: Customer, tmp_path: Path) -> None:
    a_month(acme, tmp_path)
    with tenant(acme):
        assert sum(cost.micros for cost in period_costs(OCTOBER.first_day)) == MOBILE + 500


def names(found: Iterable[bundles.Fill]) -> list[tuple[str, tuple[str, ...], int, int | None]]:
    return [(fill.bundle.name, fill.numbers, fill.used, fill.included) for fill in found]


def test_how_full_a_bundle_is_shows_by_number_where_each_has_its_own(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    own, other = "+31887654000", "+31887654001"
    a_bundle(acme, [own, other], included_minutes=1)
    a_bundle(acme, [own, other], name="Groep", kind=Bundle.Kind.MINUTES, included_minutes=10)
    load(write(tmp_path, [row(1)]), a_source())
    with tenant(acme):
        found = names(bundles.fills(OCTOBER))
    assert found == [
        ("Groep", (own, other), 1, 600),
        ("Bellen onbeperkt", (own,), 60, 60),
        ("Bellen onbeperkt", (other,), 0, 60),
    ]


def test_customers_without_bundles_cost_a_load_one_query(
    acme: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with crossing(Crossing.INGEST), django_assert_num_queries(1):
        assert hold([acme.pk]) == frozenset()
