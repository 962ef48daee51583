"""What holds whatever the prices become: a dry run tells what will happen, twice is once, and totals equal details."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.models import Adjustment, Bundle, MonthlyTotal, Source, Tariff
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.services import add_version, close_period
from cdr.services.rerating import Rerated
from cdr.tests.test_prices import prices
from cdr.tests.test_rerating import GERMANY, OCTOBER, again, check_totals, ledger
from cdr.tests.worlds import RATES, a_bundle, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType

pytestmark = pytest.mark.django_db

CALLED = ("0201234567", "0612345678", "004930901820", "0021253726", "0800-0410", "0201234567")

type Tried = tuple[
    int, Price, Price, bool
]  # the day from which on, what 31 and 316 cost then, and whether Germany has a price


def a_list(found: Tried) -> list[RateLine]:
    """The rates of the world with other prices for calls within the Netherlands."""
    _day, fixed, mobile, germany = found
    own = [
        RateLine("31", "Nederland vast", CallType.NL_FIXED, fixed),
        RateLine("316", "Nederland mobiel", CallType.NL_MOBILE, mobile),
    ]
    return [*own, *RATES[2:], *([GERMANY] if germany else [])]


def days_of_calls() -> list[str]:
    """A call on every day of October, of many lengths and to all kinds of numbers."""
    return [
        asterisk_row(
            dst=CALLED[day % len(CALLED)],
            start=f"2026-10-{day:02} 09:12:00",
            billsec=7 * day % 200,
            unique=f"1792048320.{day}",
            sequence=day,
        )
        for day in range(1, 31)
    ]


@pytest.fixture
def basis(acme: Customer) -> tuple[Source, Tariff]:
    """A source and the tariff that its calls are loaded with."""
    return a_source(), a_tariff()


def net(customer: Customer) -> int:
    """What October costs by its totals."""
    with tenant(customer):
        found = MonthlyTotal.objects.filter(billing_period=OCTOBER.first_day)
        return int(found.aggregate(net=Sum("micros") - Sum("discount"))["net"] or 0)


def adjusted(customer: Customer) -> int:
    with tenant(customer):
        return int(Adjustment.objects.filter(period=OCTOBER.first_day).aggregate(sum=Sum("micros"))["sum"] or 0)


def again_as_told(customer: Customer, *, closed: bool) -> None:
    """A dry run, the run and another one: the first tells the second, and the third finds nothing to do."""
    before, said = net(customer), adjusted(customer)
    told = again(customer, dry_run=True)
    assert (net(customer), adjusted(customer)) == (before, said)
    assert again(customer) == told
    if closed:
        assert (net(customer), adjusted(customer)) == (before, said + told.adjusted)
        assert adjusted(customer) == told.micros
    else:
        assert (net(customer), adjusted(customer)) == (before + told.micros, said)
    rows = ledger(customer)
    twice = again(customer)
    assert (twice.micros, twice.adjusted) == (told.micros if closed else 0, 0)
    assert closed or twice == Rerated(())
    assert ledger(customer) == rows
    check_totals(customer)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lists=st.lists(
        st.tuples(st.integers(1, 28), prices, prices, st.booleans()),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one[0],
    ),
    minutes=st.integers(0, 30),
    closed=st.booleans(),
)
def test_rating_again_does_what_it_told_and_nothing_the_second_time(
    acme: Customer, basis: tuple[Source, Tariff], tmp_path: Path, lists: Sequence[Tried], minutes: int, closed: bool
) -> None:
    source, tariff = basis
    with transaction.atomic():
        if minutes:
            a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=minutes)
        load(write(tmp_path, days_of_calls()), source)
        if closed:
            close_period(month=OCTOBER, actor=system())
        for one in lists:
            add_version(tariff=tariff, valid_from=date(2026, 10, one[0]), rates=a_list(one), actor=system())
            again_as_told(acme, closed=closed)
        transaction.set_rollback(True)
