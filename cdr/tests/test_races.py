"""Two at once over the ledger, each over a connection of its own: nothing is lost, doubled or put where it must not be."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import BundleAllocation, CallRecord, DailyTotal, KeptRows, MonthlyTotal, PartyNumber, Source, Tariff
from cdr.rating.prices import Price
from cdr.services import add_version, chunks, close_period, loading, pipeline
from cdr.services.periods import hold_periods_open
from cdr.services.rerating import rerate
from cdr.services.tariffs import RateLine
from cdr.tests.test_known import HEADER, generic
from cdr.tests.worlds import a_bundle, a_source, a_tariff, load, write
from cdr.vocabulary import BOOKED, CallType, Leg
from portal.lib.periods import Month
from tests.other import Other

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
CALLS, CHUNK = 40, 5
OLD, NEW = 91_500, 183_000  # what a call of 61 seconds to a mobile number costs


@pytest.fixture(autouse=True)
def _one_chunk_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that something can happen between two chunks; otherwise several go together."""
    monkeypatch.setattr(pipeline, "TOGETHER", 1)


def between_chunks(monkeypatch: pytest.MonkeyPatch, other: Other) -> None:
    """The other does all of its work between two chunks, while the next one is ready to be written."""
    asked = 0
    goes_on = loading._is_cancelled

    def meet(batch: object) -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            other.start()
            other.end()
        return goes_on(batch)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "_is_cancelled", meet)


def inside_a_chunk(monkeypatch: pytest.MonkeyPatch, other: Other) -> None:
    """The other begins while a chunk is written, and has to wait for it."""
    asked = 0
    hold = hold_periods_open

    def meet() -> None:
        nonlocal asked
        hold()
        asked += 1
        if asked == 3:
            other.start()
            other.until_it_waits()

    monkeypatch.setattr(chunks, "hold_periods_open", meet)


MEETINGS = pytest.mark.parametrize("meet", [between_chunks, inside_a_chunk])
type Meet = Callable[[pytest.MonkeyPatch, Other], None]


def rows(count: int = CALLS) -> list[str]:
    """Calls to as many numbers."""
    return [
        generic(f"r{number:02}", start=f"2026-10-15T09:{number:02}:00+02:00", called=f"06123456{number:02}")
        for number in range(count)
    ]


def load_meanwhile(folder: Path, source: Source, other: Other) -> None:
    batch = load(write(folder, [HEADER, *rows()], "file.csv"), source, chunk_rows=CHUNK)
    other.end()
    assert (batch.state, batch.loaded, batch.duplicate) == ("done", CALLS, 0)


def in_period(period: date) -> list[str]:
    with crossing(Crossing.OPERATE):
        return sorted(CallRecord.objects.filter(billing_period=period).values_list("record_id", flat=True))


def check_totals() -> None:
    with crossing(Crossing.OPERATE):
        booked = CallRecord.objects.filter(leg__in=BOOKED)
        calls = booked.count() - 2 * booked.filter(leg=Leg.REVERSAL).count()
        micros = booked.aggregate(sum=Sum("micros"))["sum"]
        for totals in (DailyTotal, MonthlyTotal):
            sums = totals.objects.aggregate(calls=Sum("calls"), micros=Sum("micros"))
            assert (sums["calls"], sums["micros"]) == (calls, micros)


@MEETINGS
@pytest.mark.django_db(transaction=True)
def test_a_period_that_is_closed_under_a_load_takes_no_further_call_and_none_is_lost(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meet: Meet
) -> None:
    a_tariff()
    closed_with: list[str] = []

    def close() -> None:
        close_period(month=OCTOBER, actor=system())
        closed_with.extend(in_period(OCTOBER.first_day))

    other = Other(close)
    meet(monkeypatch, other)
    load_meanwhile(tmp_path, a_source("generic"), other)
    before, after = in_period(OCTOBER.first_day), in_period(NOVEMBER.first_day)
    assert before == closed_with
    assert 0 < len(before) < CALLS
    assert sorted([*before, *after]) == [f"r{number:02}" for number in range(CALLS)]
    check_totals()
    with crossing(Crossing.OPERATE):
        others = set(CallRecord.objects.values_list("other", flat=True))
        assert set(PartyNumber.objects.values_list("number", flat=True)) == others


@pytest.mark.django_db(transaction=True)
def test_the_same_file_again_after_its_period_was_closed_under_it_adds_nothing(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_tariff()
    source = a_source("generic")
    other = Other([close_period(month=OCTOBER, actor=system())].clear)
    with monkeypatch.context() as patched:
        between_chunks(patched, other)
        load_meanwhile(tmp_path, source, other)
    again = load(write(tmp_path, [HEADER, *rows()], "again.csv"), source, chunk_rows=CHUNK)
    assert (again.loaded, again.duplicate) == (0, CALLS)
    check_totals()


@MEETINGS
@pytest.mark.django_db(transaction=True)
def test_rating_again_under_a_load_keeps_every_call_once_and_in_the_end_all_cost_the_new_price(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meet: Meet
) -> None:
    tariff = a_tariff()

    def dearer() -> None:
        _double(tariff)
        rerate(actor=system(), customer=acme, month=OCTOBER)

    other = Other(dearer)
    meet(monkeypatch, other)
    load_meanwhile(tmp_path, a_source("generic"), other)
    check_totals()
    assert set(_effective().values()) <= {OLD, NEW}
    assert NEW in _effective().values()
    rerate(actor=system(), customer=acme, month=OCTOBER)
    assert _effective() == {f"r{number:02}": NEW for number in range(CALLS)}
    check_totals()


def _close_october() -> None:
    close_period(month=OCTOBER, actor=system())


def _double(tariff: Tariff) -> None:
    mobile = RateLine("316", "Nederland mobiel", CallType.NL_MOBILE, Price(0, 180_000, 60, 1))
    add_version(tariff=tariff, valid_from=date(2026, 10, 1), rates=[mobile], actor=system())


def _effective() -> dict[str, int | None]:
    """What each record costs in the end."""
    with crossing(Crossing.OPERATE):
        found = CallRecord.objects.filter(leg=Leg.CALL).order_by("revision")
        return {record.record_id: record.micros for record in found}


# --- the order of files ---

SECONDS = (30, 61, 90, 240, 7, 125, 60, 300, 45, 61)


def _month() -> list[str]:
    """Calls of one number, two of them at the same moment, more than their bundle holds."""
    return [
        generic(
            f"b{place}",
            start=f"2026-10-{1 + place // 2 * 3:02}T09:12:00+02:00",
            seconds=seconds,
            called="0612345678" if place % 4 == 3 else "0201234567",
        )
        for place, seconds in enumerate(SECONDS)
    ]


MONTH = _month()


def _outcome() -> tuple[object, ...]:
    """Records, what bundles cover of each, and the sums."""
    with crossing(Crossing.OPERATE):
        names = {(row.start, row.id): row.record_id for row in CallRecord.objects.all()}
        records = sorted(CallRecord.objects.values_list("record_id", "start", "seconds", "micros", "billing_period"))
        shares = sorted(
            (names[cover.start, cover.id], cover.covered_seconds, cover.discount_micros)
            for cover in BundleAllocation.objects.all()
        )
        sums = MonthlyTotal.objects.aggregate(c=Sum("calls"), m=Sum("micros"), d=Sum("discount"))
        days = DailyTotal.objects.aggregate(c=Sum("calls"), m=Sum("micros"), d=Sum("discount"))
    assert sums == days
    return records, shares, sums


def _clean() -> None:
    with crossing(Crossing.OPERATE):
        for model in (BundleAllocation, CallRecord, DailyTotal, MonthlyTotal, KeptRows):
            model._default_manager.all().delete()


@pytest.fixture
def bundled(acme: Customer) -> Source:
    """A source of calls with a bundle of nine minutes, which is less than they last."""
    a_tariff()
    a_bundle(acme, kind="minutes", included_minutes=9)
    return a_source("generic")


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(MONTH), cuts=st.lists(st.integers(1, len(MONTH) - 1), max_size=4, unique=True))
def test_files_of_an_open_period_may_be_cut_and_shuffled_anyhow_and_bundles_cover_the_same(
    bundled: Source, tmp_path: Path, order: list[str], cuts: list[int]
) -> None:
    _clean()
    load(write(tmp_path, [HEADER, *MONTH], "month.csv"), bundled)
    wanted = _outcome()
    assert wanted[1]
    _clean()
    for place, (first, end) in enumerate(pairwise([0, *sorted(cuts), len(order)])):
        load(write(tmp_path, [HEADER, *order[first:end]], f"part{place}.csv"), bundled)
    assert _outcome() == wanted
