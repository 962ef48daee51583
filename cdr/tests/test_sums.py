"""Sums of any days and filters, from whichever table: always those of the records themselves."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.generate import Caller, Company, files
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.selectors.bundles import with_covered
from cdr.selectors.calls import Selection, Sums
from cdr.selectors.calls.months import Pair, parts_of
from cdr.services.corrections import book, reversal, successor
from cdr.tests.worlds import a_bundle, a_source, a_tariff, load
from cdr.vocabulary import FIRST_HIDDEN, HIDDEN_TYPES, SHOWN_TYPES, Leg
from portal.lib.periods import Month, local_day

pytestmark = pytest.mark.django_db

OCTOBER, SEPTEMBER = Month(2026, 10), Month(2026, 9)
WHOLE = Selection(OCTOBER.first_day, OCTOBER.end_day, full_numbers=True)
SANNE, JOOST = "+31887654121", "+31887654123"


@pytest.fixture
def two_months(acme: Customer, tmp_path: Path) -> None:
    """Two months of calls of two numbers; calls of one to fixed numbers are in a bundle, some of the other were corrected."""
    a_tariff()
    a_bundle(acme, [SANNE], included_minutes=60)
    company = Company("acme", "+31887654000", (Caller("Sanne", "101", SANNE), Caller("Joost", "102", JOOST)), 150)
    source = a_source()
    for file in files([company], [SEPTEMBER, OCTOBER]):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        load(path, source)
    with tenant(acme):
        wrong = list(calls.records(WHOLE).filter(number=JOOST, micros__gt=0)[:6])
    with crossing(Crossing.INGEST):
        for call in wrong:
            period = call.billing_period
            book([reversal(call, period=period), successor(call, period=period, micros=1, number=SANNE)])


def of_each(selection: Selection) -> tuple[dict[Pair, Sums], dict[date, Sums]]:
    """Sums by number and type, and by day, of the calls one by one; without the dearest."""
    pairs: defaultdict[Pair, Sums] = defaultdict(Sums)
    days: defaultdict[date, Sums] = defaultdict(Sums)
    for call in with_covered(calls.records(selection)):
        one = -1 if call.leg == Leg.REVERSAL else 1
        sums = Sums(one, call.seconds, call.amount or 0, one if call.micros is None else 0)
        pairs[call.number, call.call_type] += sums
        days[local_day(call.start)] += sums
    return something(pairs), dict(days)


def something(pairs: dict[Pair, Sums]) -> dict[Pair, Sums]:
    return {key: replace(sums, dearest=0) for key, sums in pairs.items() if sums.is_something}


def without_dearest(sums: dict[Any, Sums]) -> dict[Any, Sums]:
    return {key: replace(each, dearest=0) for key, each in sums.items()}


RANGES = [
    (date(2026, 10, 3), date(2026, 10, 28)),
    (date(2026, 10, 1), date(2026, 10, 17)),
    (date(2026, 10, 20), date(2026, 10, 24)),
    (date(2026, 10, 9), date(2026, 11, 1)),
    (date(2026, 9, 4), date(2026, 10, 20)),
    (date(2026, 9, 28), date(2026, 10, 4)),
    (date(2026, 8, 20), date(2026, 11, 3)),
]


@pytest.mark.parametrize("numbers", [frozenset(), frozenset({JOOST})])
@pytest.mark.parametrize(("first", "end"), RANGES)
def test_any_days_add_up_as_their_calls_do(
    two_months: None, acme: Customer, first: date, end: date, numbers: frozenset[str]
) -> None:
    with tenant(acme):
        selection = Selection(first, end, numbers=numbers)
        pairs, days = of_each(selection)
        assert something(calls.by_number_and_type(selection)) == pairs
        assert replace(calls.total(selection), dearest=0) == calls.add_up(pairs.values())
        assert without_dearest(calls.by_day(selection)) == days
        assert without_dearest(calls.by_month(selection)) == calls.months_of(days)


@pytest.mark.parametrize("filters", [{"least_seconds": 60}, {"most_micros": 200_000}, {"most_seconds": 9_999}])
def test_records_are_added_up_both_ways_as_they_are_one_by_one(
    two_months: None, acme: Customer, filters: dict[str, int]
) -> None:
    with tenant(acme):
        selection = replace(WHOLE, **filters)  # type: ignore[arg-type]
        pairs, days = calls.both_ways(selection)
        assert (something(pairs), without_dearest(days)) == of_each(selection)
        assert days == calls.by_day(selection)
        assert pairs == calls.by_number_and_type(selection)


@pytest.mark.parametrize(
    ("first", "end", "months", "more", "less"),
    [
        ("2026-10-03", "2026-10-28", ("2026-10-01", "2026-11-01"), [], [("10-01", "10-03"), ("10-28", "11-01")]),
        ("2026-10-20", "2026-10-24", None, [("10-20", "10-24")], []),
        ("2026-10-10", "2026-10-20", None, [("10-10", "10-20")], []),
        ("2026-09-28", "2026-11-05", ("2026-10-01", "2026-11-01"), [("09-28", "10-01"), ("11-01", "11-05")], []),
        ("2026-10-01", "2026-11-01", ("2026-10-01", "2026-11-01"), [], []),
    ],
)
def test_a_month_without_some_days_is_what_most_of_its_days_are(
    first: str, end: str, months: tuple[str, str] | None, more: list[tuple[str, str]], less: list[tuple[str, str]]
) -> None:
    def days(selections: tuple[Selection, ...]) -> list[tuple[str, str]]:
        return [(f"{each.first:%m-%d}", f"{each.end:%m-%d}") for each in selections]

    parts = parts_of(Selection(date.fromisoformat(first), date.fromisoformat(end)))
    assert (parts.months and (parts.months.first.isoformat(), parts.months.end.isoformat())) == months
    assert (days(parts.more), days(parts.less)) == (more, less)


@pytest.mark.parametrize("length", [1, 5, 12, 20, 30, 31, 45, 60, 100])
def test_no_days_need_the_records_of_more_than_a_month(length: int) -> None:
    for place in range(365):
        first = date(2026, 1, 1) + timedelta(days=place)
        parts = parts_of(Selection(first, first + timedelta(days=length)))
        assert sum((each.end - each.first).days for each in (*parts.more, *parts.less)) <= min(length, 31)


def test_days_by_number_are_asked_at_once(
    two_months: None, acme: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Whether bundles cover any calls, and then the sums of all tables."""
    with tenant(acme), django_assert_num_queries(2):
        calls.by_number_and_type(Selection(date(2026, 10, 3), date(2026, 10, 28)))


def test_hidden_types_come_after_those_that_are_shown() -> None:
    assert all(kind < FIRST_HIDDEN for kind in SHOWN_TYPES)
    assert all(kind >= FIRST_HIDDEN for kind in HIDDEN_TYPES)


def test_the_records_of_this_file_are_corrected_and_covered(two_months: None, acme: Customer) -> None:
    with tenant(acme):
        rows = with_covered(CallRecord.objects.filter(start__gte=OCTOBER.start, start__lt=OCTOBER.end))
    assert sum(row.leg == Leg.REVERSAL for row in rows) == 6
    assert any(row.discount for row in rows)
