"""What comes of a second file of each dialect after its month was closed: rows that were there before, rows that say
otherwise, calls that are taken back, late ones, and those on both sides of the edge of a month.
"""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import CallRecord, DailyTotal, MonthlyTotal, Source, Tariff
from cdr.rating.prices import Price
from cdr.services import add_version, close_period
from cdr.tests.test_golden import FILES, GOLDEN, furnish, golden_file, in_the_ledger, load_golden, outcome, shown
from cdr.tests.worlds import RATES, load
from cdr.vocabulary import BOOKED, Leg
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

LATER = GOLDEN / "later"
MEASURES = ("calls", "seconds", "micros", "unrated")


def later_file(name: str) -> Path:
    return next(path for path in LATER.glob(f"{name}.*") if not path.name.endswith(".expected.json"))


def october_is_closed(acme: Customer, name: str) -> Source:
    """The first file is loaded, its month and the one before are billed; calls cost twice as much from November on."""
    furnish(acme)
    first = load_golden(name)
    for month in (Month(2026, 9), Month(2026, 10)):
        close_period(month=month, actor=system())
    dearer = [replace(rate, price=Price(2 * rate.price.setup_micros, 2 * rate.price.minute_micros)) for rate in RATES]
    add_version(tariff=Tariff.objects.get(), valid_from=date(2026, 11, 1), rates=dearer, actor=system())
    return first.source


def records() -> list[CallRecord]:
    with crossing(Crossing.OPERATE):
        return list(CallRecord.objects.order_by("start", "id"))


def booked(since: Collection[int]) -> list[dict[str, Any]]:
    """What stands in the ledger that did not stand there before, by its ids."""
    return [
        shown(one) | {"revision": one.revision, "period": f"{one.billing_period:%Y-%m}"}
        for one in records()
        if one.id not in since
    ]


def totals() -> dict[str, list[int]]:
    """Calls, seconds, micro-euros and calls without a price by month and billing period."""
    with crossing(Crossing.OPERATE):
        rows = MonthlyTotal.objects.order_by("month", "billing_period").values_list("month", "billing_period")
        return {
            f"{month:%Y-%m} on {period:%Y-%m}": sums
            for month, period, *sums in rows.annotate(*(Sum(name) for name in MEASURES))
        }


def details() -> list[int]:
    """The same over all of the ledger, added up row by row."""
    rows = [(one, -1 if one.leg == Leg.REVERSAL else 1) for one in records() if one.leg in BOOKED]
    return [
        sum(sign for _, sign in rows),
        sum(one.seconds for one, _ in rows),
        sum(one.micros or 0 for one, _ in rows),
        sum(sign for one, sign in rows if one.micros is None),
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_later_file_adds_corrects_and_takes_back_exactly_what_was_reviewed(acme: Customer, name: str) -> None:
    source = october_is_closed(acme, name)
    before = {one.id for one in records()}
    batch = load(later_file(name), source)
    expected = json.loads((LATER / f"{name}.expected.json").read_text())
    found = outcome(batch)
    assert found["counts"] | {"corrected": batch.corrected} == expected["counts"]
    assert found["rejects"] == expected["rejects"]
    assert booked(before) == expected["booked"]
    assert totals() == expected["totals"]


@pytest.mark.parametrize("name", FILES)
def test_totals_equal_details_after_a_later_file(acme: Customer, name: str) -> None:
    load(later_file(name), october_is_closed(acme, name))
    with crossing(Crossing.OPERATE):
        days = DailyTotal.objects.aggregate(*(Sum(measure) for measure in MEASURES))
    assert [days[f"{measure}__sum"] for measure in MEASURES] == details()
    assert [sum(each) for each in zip(*totals().values(), strict=True)] == details()


@pytest.mark.parametrize("name", FILES)
def test_both_files_again_in_any_order_change_nothing(acme: Customer, name: str, tmp_path: Path) -> None:
    source = october_is_closed(acme, name)
    load(later_file(name), source, chunk_rows=2)
    before = in_the_ledger()
    for place, path in enumerate((later_file(name), golden_file(name), later_file(name))):
        again = tmp_path / f"again-{place}{path.suffix}"
        again.write_bytes(path.read_bytes())
        assert load(again, source).loaded == 0
    assert in_the_ledger() == before
