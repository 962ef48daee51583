"""Rating again: a month with the tariffs of today, and calls that had no price."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.access import system
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from cdr.models import Adjustment, Bundle, BundleAllocation, CallRecord, DailyTotal, MonthlyTotal, Tariff
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.selectors import calls
from cdr.selectors.calls import Selection
from cdr.services import add_version, close_period, save_tariff, set_customer_tariff
from cdr.services.rerating import Rerated, rate_unrated, rerate
from cdr.tasks import rate_unrated_calls
from cdr.tests.worlds import RATES, a_bundle, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import BOOKED, CallType, Leg
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
OLD, DEARER = 60_250, 120_500  # a call of 61 seconds to a fixed number
DEAR_RATES = (RateLine("31", "Nederland vast", CallType.NL_FIXED, Price(90_000, 30_000)), *RATES[1:])
GERMANY = RateLine("49", "Duitsland", CallType.ABROAD, Price(0, 60_000))


def rows(*days: int, dst: str = "0201234567") -> list[str]:
    return [
        asterisk_row(
            dst=dst,
            start=f"2026-10-{day:02} 09:12:00",
            end=f"2026-10-{day:02} 09:13:05",
            unique=f"1792048320.{day}",
            sequence=day,
        )
        for day in days
    ]


def dearer(tariff: Tariff) -> None:
    """The tariff gets other prices from the middle of October on, after its calls were loaded."""
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=DEAR_RATES, actor=system())


def again(customer: Customer, *, dry_run: bool = False) -> Rerated:
    return rerate(actor=system(), customer=customer, month=OCTOBER, dry_run=dry_run)


def ledger(customer: Customer) -> list[tuple[int, int, int | None]]:
    """Day, revision and amount of every row."""
    with tenant(customer):
        found = CallRecord.objects.order_by("start", "revision")
        return [(record.start.day, record.revision, record.micros) for record in found]


def check_totals(customer: Customer) -> None:
    with tenant(customer):
        booked = CallRecord.objects.filter(leg__in=BOOKED)
        gross = booked.aggregate(sum=Sum("micros"))["sum"] or 0
        calls = booked.count() - 2 * booked.filter(leg=Leg.REVERSAL).count()
        unrated = booked.filter(micros=None, leg=Leg.CALL).count() - booked.filter(micros=None, leg=3).count()
        discount = BundleAllocation.objects.aggregate(sum=Sum("discount_micros"))["sum"] or 0
        for totals in (DailyTotal.objects.all(), MonthlyTotal.objects.all()):
            sums = totals.aggregate(m=Sum("micros"), d=Sum("discount"), c=Sum("calls"), u=Sum("unrated"))
            assert sums == {"m": gross, "d": discount, "c": calls, "u": unrated}


def test_an_open_month_books_back_and_anew_only_what_has_another_price(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20)), a_source())
    dearer(tariff)
    found = again(acme)
    assert found.micros == DEARER - OLD
    assert ledger(acme) == [(1, 0, OLD), (20, 0, OLD), (20, 1, -OLD), (20, 2, DEARER)]
    check_totals(acme)


def test_a_dry_run_shows_the_difference_and_changes_nothing(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20)), a_source())
    dearer(tariff)
    found = again(acme, dry_run=True)
    [one] = found.differences
    assert (one.call_type, one.calls, one.old_micros, one.new_micros) == (CallType.NL_FIXED, 1, OLD, DEARER)
    assert ledger(acme) == [(1, 0, OLD), (20, 0, OLD)]
    with tenant(acme):
        assert not AuditEntry.objects.filter(verb="calls.rerate").exists()


def test_a_second_time_nothing_changes(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20)), a_source())
    dearer(tariff)
    again(acme)
    before = ledger(acme)
    assert again(acme) == Rerated(())
    assert ledger(acme) == before


def test_what_bundles_cover_follows_the_new_prices(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=2)
    load(write(tmp_path, rows(16, 20)), a_source())
    dearer(tariff)
    found = again(acme)
    assert found.micros == 500  # the one second that is not covered costs 500 instead of 250
    check_totals(acme)
    with tenant(acme):
        assert MonthlyTotal.objects.aggregate(net=Sum("micros") - Sum("discount")) == {"net": 1_000}


def test_a_closed_month_stays_and_the_difference_goes_to_a_later_invoice_once(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20)), a_source())
    close_period(month=OCTOBER, actor=system())
    dearer(tariff)
    assert again(acme).adjusted == DEARER - OLD
    assert again(acme).adjusted == 0
    assert ledger(acme) == [(1, 0, OLD), (20, 0, OLD)]
    with tenant(acme):
        [adjustment] = Adjustment.objects.all()
    assert (adjustment.micros, adjustment.reason) == (DEARER - OLD, "tariff")
    assert (adjustment.period, adjustment.into_period) == (OCTOBER.first_day, NOVEMBER.first_day)


def test_adjustments_for_bundles_and_for_prices_do_not_count_each_other(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(20)), a_source())
    close_period(month=OCTOBER, actor=system())
    dearer(tariff)
    again(acme)
    a_bundle(acme)
    again(acme)
    with tenant(acme):
        assert Adjustment.objects.aggregate(sum=Sum("micros")) == {"sum": -OLD}


def test_a_call_that_has_a_price_never_loses_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, rows(20)), a_source())
    empty = save_tariff(tariff=Tariff(name="Leeg"), actor=system())
    set_customer_tariff(customer=acme, tariff=empty, actor=system())
    assert again(acme) == Rerated(())


def test_a_price_that_only_stands_in_another_version_books_nothing(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20)), a_source())
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=RATES, actor=system())
    assert again(acme) == Rerated(())
    assert ledger(acme) == [(1, 0, OLD), (20, 0, OLD)]
    close_period(month=OCTOBER, actor=system())
    assert again(acme) == Rerated(())
    with tenant(acme):
        assert not Adjustment.objects.exists()
        assert not AuditEntry.objects.filter(verb="calls.rerate").exists()


def test_a_price_of_other_steps_that_makes_the_same_amount_counts_only_where_a_bundle_may_split_the_call(
    acme: Customer, tmp_path: Path
) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(16, 20)), a_source())
    other = RateLine(
        "31", "Nederland vast", CallType.NL_FIXED, Price(45_000, 15_000, 61, 61)
    )  # 61 seconds cost the same
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=(other, *RATES[1:]), actor=system())
    assert again(acme) == Rerated(())
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=2)
    found = again(acme)
    assert found.micros == 15_250 - 500  # the two seconds beyond the bundle are billed as 61
    check_totals(acme)
    assert again(acme) == Rerated(())


# --- calls without a price ---


def test_calls_without_a_price_get_theirs_when_a_tariff_comes(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(1, 20, dst="004930901820")), a_source())
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=[*RATES, GERMANY], actor=system())
    filled = rate_unrated(actor=system())
    assert (filled.rated, filled.left) == (1, 1)
    assert ledger(acme) == [(1, 0, None), (20, 0, None), (20, 1, None), (20, 2, 61_000)]
    check_totals(acme)
    assert rate_unrated(actor=system()).rated == 0
    with tenant(acme):
        assert AuditEntry.objects.filter(verb="calls.rate").count() == 1


def test_a_price_that_comes_after_its_month_was_closed_stands_in_the_next_one(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(20, dst="004930901820")), a_source())
    close_period(month=OCTOBER, actor=system())
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=[*RATES, GERMANY], actor=system())
    assert rate_unrated(actor=system()).rated == 1
    with tenant(acme):
        sums = dict(MonthlyTotal.objects.values_list("billing_period").annotate(sum=Sum("micros")))
        assert sums == {OCTOBER.first_day: 0, NOVEMBER.first_day: 61_000}
    check_totals(acme)
    assert rate_unrated(actor=system()) == rate_unrated(actor=system())


def test_only_the_customers_and_the_source_that_were_asked_for_are_rated(
    acme: Customer, birch: Customer, tmp_path: Path
) -> None:
    source = a_source()
    load(write(tmp_path, rows(1)), source)
    a_tariff()
    assert rate_unrated(actor=system(), customers=[birch.pk]).rated == 0
    assert rate_unrated(actor=system(), source=source.pk + 1).rated == 0
    assert rate_unrated(actor=system(), customers=[acme.pk], source=source.pk).rated == 1


def test_the_task_rates_the_customers_of_a_tariff(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, rows(1)), a_source())
    tariff = a_tariff()
    other = save_tariff(tariff=Tariff(name="Ander"), actor=system())
    assert rate_unrated_calls(other.pk) == 0
    assert rate_unrated_calls(tariff.pk) == 1


def test_a_new_tariff_leaves_waiting_calls_to_a_worker(
    acme: Customer, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as waiting:
        tariff = save_tariff(tariff=Tariff(name="Basis"), actor=system())
        assert len(waiting) == 0
        add_version(tariff=tariff, valid_from=date(2020, 1, 1), rates=RATES, actor=system())
    assert len(waiting) == 1
    with django_capture_on_commit_callbacks() as waiting:
        set_customer_tariff(customer=acme, tariff=tariff, actor=system())
    assert len(waiting) == 1
    assert rate_unrated_calls.name == "cdr.tasks.rate_unrated"


# --- the command ---


def run(*arguments: str) -> tuple[list[str], dict[str, object]]:
    output = StringIO()
    call_command("rerate", *arguments, stdout=output)
    lines = output.getvalue().splitlines()
    return lines[:-1], json.loads(lines[-1])


def test_the_command_shows_by_customer_and_type_and_ends_with_a_document(
    acme: Customer, birch: Customer, tmp_path: Path
) -> None:
    tariff = a_tariff()
    load(write(tmp_path, rows(20)), a_source())
    dearer(tariff)
    lines, document = run("--all", "--month", "2026-10", "--dry-run")
    assert [line.split() for line in lines] == [
        ["acme", "nl_fixed", "1", "calls", "0.060250", "->", "0.120500", "+0.060250"]
    ]
    assert {name: document[name] for name in ("old", "new", "difference", "dry_run", "closed")} == {
        "old": "0.060250",
        "new": "0.120500",
        "difference": "0.060250",
        "dry_run": True,
        "closed": False,
    }
    assert run("--customer", "acme", "--month", "2026-10")[1]["calls"] == 1
    assert run("--customer", "acme", "--month", "2026-10")[1]["calls"] == 0


@pytest.mark.parametrize("arguments", [("--customer", "nobody", "--month", "2026-10"), ("--all", "--month", "10-2026")])
def test_the_command_refuses_what_it_does_not_know(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_the_dearest_calls_are_those_of_the_new_prices(acme: Customer, tmp_path: Path) -> None:
    tariff = a_tariff(DEAR_RATES)
    load(write(tmp_path, [*rows(1, 2, 16, 20), *rows(21, dst="0612345678")]), a_source())
    add_version(tariff=tariff, valid_from=date(2026, 10, 15), rates=RATES, actor=system())
    again(acme)
    whole = Selection(OCTOBER.first_day, OCTOBER.end_day)
    with tenant(acme):
        days = calls.by_day(whole)
        found = {most: calls.dearest_calls(whole, days, most=most) for most in (1, 3, 5)}
        fell = whole.between(date(2026, 10, 15), OCTOBER.end_day)
        left = calls.dearest_calls(fell, calls.by_day(fell), most=1)
    assert {most: [call.start.day for call in dear] for most, dear in found.items()} == {
        1: [2],
        3: [2, 1, 21],
        5: [2, 1, 21, 20, 16],
    }
    assert [call.start.day for call in left] == [21]
