"""What comes again: duplicates, corrections, other starts, calls that go on in another file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import CallRecord, KeptRows, MonthlyTotal, Source
from cdr.services import close_period, known, runs
from cdr.services.known import forget_rows, recall
from cdr.tests.worlds import Cells, a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import BOOKED, Direction, Leg
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=(known.MOST_HELD, -1), ids=("held", "read_again"))
def _process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with the process that loaded the file before, and once with one that knows nothing but what the database holds."""
    monkeypatch.setattr(known, "MOST_HELD", request.param)


HEADER = "id,account,direction,caller,called,start,seconds,call"


def generic(
    name: str,
    *,
    start: str = "2026-10-15T09:12:00+02:00",
    seconds: int = 61,
    called: str = "0612345678",
    call: str = "",
) -> str:
    return f"{name},acme,out,0887654000,{called},{start},{seconds},{call}"


def ledger() -> list[tuple[int, int, int, int | None]]:
    """Leg, revision, seconds and amount of every row, in the order in which they were booked."""
    with crossing(Crossing.OPERATE):
        rows = CallRecord.objects.order_by("record_id", "revision")
        return list(rows.values_list("leg", "revision", "seconds", "micros"))


def effective() -> list[tuple[object, ...]]:
    """What holds in the end: the last row of each record, but for those of calls that were booked back."""
    with crossing(Crossing.OPERATE):
        last = {row.record_id: row for row in CallRecord.objects.order_by("revision")}
    return sorted(
        (
            row.record_id,
            row.start,
            row.leg,
            row.direction,
            row.number,
            row.other,
            row.origin,
            row.seconds,
            row.micros or 0,
            row.call_type,
        )
        for row in last.values()
    )


def money() -> tuple[object, object]:
    """Calls and amounts of the records, and of the totals."""
    with crossing(Crossing.OPERATE):
        booked = CallRecord.objects.filter(leg__in=BOOKED)
        calls = booked.count() - 2 * booked.filter(leg=Leg.REVERSAL).count()
        totals = MonthlyTotal.objects.aggregate(calls=Sum("calls"), micros=Sum("micros"))
        return (calls, booked.aggregate(m=Sum("micros"))["m"]), (totals["calls"], totals["micros"])


def deliver(source: Source, folder: Path, *rows: str, name: str = "file.csv") -> tuple[int, int, int, int, int]:
    return counts(load(write(folder, [HEADER, *rows] if source.dialect == "generic" else rows, name), source))


def test_a_record_with_other_facts_is_booked_back_and_anew(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    assert deliver(source, tmp_path, generic("a", seconds=120)) == (1, 1, 0, 0, 0)
    assert ledger() == [(1, 0, 61, 91_500), (3, 1, -61, -91_500), (1, 2, 120, 180_000)]
    assert money() == ((1, 180_000), (1, 180_000))


def test_a_record_with_another_start_corrects_the_first_wherever_it_stands(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic")
    deliver(source, tmp_path, generic("a", start="2026-10-31T23:30:00+01:00"))
    deliver(source, tmp_path, generic("a", start="2026-11-01T00:30:00+01:00"))
    assert money() == ((1, 91_500), (1, 91_500))
    with crossing(Crossing.OPERATE):
        sums = dict(MonthlyTotal.objects.values_list("month", "calls"))
    assert sums == {date(2026, 10, 1): 0, date(2026, 11, 1): 1}


def test_the_first_delivery_coming_again_after_its_correction_changes_nothing(acme: Customer, tmp_path: Path) -> None:
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    deliver(source, tmp_path, generic("a", seconds=120))
    assert deliver(source, tmp_path, generic("a")) == (1, 0, 1, 0, 0)
    assert deliver(source, tmp_path, generic("a", seconds=120)) == (1, 0, 1, 0, 0)


def test_a_record_may_be_corrected_more_than_once(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic")
    for seconds in (61, 120, 180):
        deliver(source, tmp_path, generic("a", seconds=seconds))
    assert money() == ((1, 270_000), (1, 270_000))


def test_two_versions_of_a_record_in_one_file_are_a_record_and_its_correction(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic")
    assert deliver(source, tmp_path, generic("a"), generic("b"), generic("a", seconds=120)) == (3, 3, 0, 0, 0)
    assert money() == ((2, 271_500), (2, 271_500))


def test_the_batch_says_how_many_records_it_corrected(acme: Customer, tmp_path: Path) -> None:
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    batch = load(write(tmp_path, [HEADER, generic("a", seconds=1), generic("b")]), source)
    assert (batch.loaded, batch.corrected) == (2, 1)


def test_a_correction_of_a_billed_call_stands_in_the_next_period(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    close_period(month=Month(2026, 10), actor=system())
    deliver(source, tmp_path, generic("a", seconds=120))
    with crossing(Crossing.OPERATE):
        billed = dict(MonthlyTotal.objects.values_list("billing_period", "micros"))
    assert billed == {date(2026, 10, 1): 91_500, date(2026, 11, 1): 88_500}


def test_a_record_from_before_facts_were_kept_is_a_duplicate_whatever_it_says(acme: Customer, tmp_path: Path) -> None:
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    KeptRows.objects.update(facts=bytes(8))
    recall(source)  # a process that starts now has not read any
    assert deliver(source, tmp_path, generic("a", seconds=120)) == (1, 0, 1, 0, 0)


def test_what_a_process_knows_does_not_outlive_what_the_database_holds(acme: Customer, tmp_path: Path) -> None:
    source = a_source("generic")
    deliver(source, tmp_path, generic("a"))
    with crossing(Crossing.OPERATE):
        CallRecord.objects.all().delete()
    KeptRows.objects.all().delete()
    assert deliver(source, tmp_path, generic("a"))[:3] == (1, 1, 0)


def test_an_id_is_found_among_very_many(acme: Customer) -> None:
    chance = np.random.default_rng(7)
    ids = np.sort(chance.integers(-(2**63), 2**63, runs.RUN, dtype=np.int64))
    run = runs.Run.of(ids, ids // 3)
    there, absent = ids[::1000], np.setdiff1d(chance.integers(-(2**63), 2**63, 1000, dtype=np.int64), ids)
    asked = np.sort(np.concatenate([there, absent]))
    here, same = run.judge(asked, asked // 3)
    assert here.tolist() == same.tolist() == np.isin(asked, there).tolist()
    assert not run.judge(there, there)[1].any()
    assert np.array_equal(run.find(asked), np.sort(there) // 3)


def test_ids_that_find_no_room_on_the_disk_are_known_from_memory(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("in the way")
    ids = np.arange(runs.RUN, dtype=np.int64)
    assert runs.Run.of(ids, ids).find(np.array([7, runs.RUN])).tolist() == [7]
    assert "no room for a file" in caplog.text


def test_all_that_belongs_to_a_number_is_found(acme: Customer) -> None:
    run = runs.merged([(np.array([2, 5, 9]), np.array([1, 1, 1])), (np.array([5, 7]), np.array([2, 2]))])
    assert run.find(np.array([1, 5, 6, 9])).tolist() == [1, 2, 1]
    assert run.find(np.array([1, 6])).tolist() == []


def in_and_out(*, minutes: int = 0) -> tuple[str, str]:
    """A caller from outside reaches the company and is forwarded out: two rows of one call."""
    start = datetime(2026, 10, 15, 9, 12, tzinfo=UTC)
    later = start + timedelta(minutes=minutes)
    arrives = asterisk_row(
        src="0612345678", dst="0887654000", channel="PJSIP/trunk-0000001a", peer="PJSIP/101-0000001b",
        dialled="PJSIP/101,30", unique="main-1792055520.1", linked="main-1792055520.1", sequence=1,
        start=f"{start:%Y-%m-%d %H:%M:%S}", disposition="NO ANSWER", billsec=0,
    )  # fmt: skip
    leaves = asterisk_row(
        src="0612345678", dst="0201234567", channel="Local/0201234567@out-0000001c;2", peer="PJSIP/trunk-0000001d",
        dialled="PJSIP/0201234567@trunk,30", unique="main-1792055521.2", linked="main-1792055520.1", sequence=2,
        start=f"{later:%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip
    return arrives, leaves


def test_a_leg_that_comes_within_fifteen_minutes_joins_its_call_without_a_trace(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source(trunks="trunk*")
    for name, row in zip("ab", in_and_out(minutes=10), strict=True):
        deliver(source, tmp_path, row, name=name)
    with crossing(Crossing.OPERATE):
        rows = list(CallRecord.objects.order_by("start").values_list("leg", "direction", "number", "other", "revision"))
    assert rows == [
        (Leg.LEG, Direction.INCOMING, "+31887654000", "+31612345678", 0),
        (Leg.CALL, Direction.FORWARDED, "+31887654000", "+31201234567", 0),
    ]
    assert money()[0] == money()[1]


def test_a_leg_that_comes_later_corrects_the_choice(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source(trunks="trunk*")
    for name, row in zip("ab", in_and_out(minutes=40), strict=True):
        deliver(source, tmp_path, row, name=name)
    with crossing(Crossing.OPERATE):
        rows = list(CallRecord.objects.order_by("start", "revision").values_list("leg", "direction", "revision"))
    assert rows == [
        (Leg.CALL, Direction.INCOMING, 0),
        (Leg.REVERSAL, Direction.INCOMING, 1),
        (Leg.LEG, Direction.INCOMING, 2),
        (Leg.CALL, Direction.FORWARDED, 0),
    ]
    assert money()[0] == money()[1]


def test_a_late_leg_is_late_whatever_else_comes_with_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source(trunks="trunk*")
    first, last = in_and_out(minutes=40)
    deliver(source, tmp_path, first, name="a")
    deliver(source, tmp_path, asterisk_row(unique="main-1792000000.9", start="2026-10-15 07:00:00"), last, name="b")
    with crossing(Crossing.OPERATE):
        legs = CallRecord.objects.exclude(record_id__contains=".9").order_by("start", "revision")
        assert [leg for (leg,) in legs.values_list("leg")] == [Leg.CALL, Leg.REVERSAL, Leg.LEG, Leg.CALL]


def test_a_leg_finds_its_call_behind_many_files(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source(trunks="trunk*")
    first, last = in_and_out(minutes=40)
    others = [
        asterisk_row(unique=f"main-17920555{n:02}.9", start=f"2026-10-15 10:{n:02}:00")
        for n in range(3 * runs.MOST_SMALL_RUNS)
    ]
    for name, row in enumerate((first, *others, last)):
        deliver(source, tmp_path, row, name=f"{name}.csv")
    with crossing(Crossing.OPERATE):
        legs = CallRecord.objects.exclude(record_id__contains=".9").order_by("start", "revision")
        assert [leg for (leg,) in legs.values_list("leg")] == [Leg.CALL, Leg.REVERSAL, Leg.LEG, Leg.CALL]


def test_the_first_leg_may_come_last(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source(trunks="trunk*")
    for name, row in zip("ab", reversed(in_and_out(minutes=40)), strict=True):
        deliver(source, tmp_path, row, name=name)
    assert [row[2:6] for row in effective()] == [
        (Leg.LEG, Direction.INCOMING, "+31887654000", "+31612345678"),
        (Leg.CALL, Direction.FORWARDED, "+31887654000", "+31201234567"),
    ]


def test_rows_of_closed_calls_are_forgotten_but_their_ids_are_not(acme: Customer, tmp_path: Path) -> None:
    source = a_source()
    deliver(source, tmp_path, asterisk_row())
    assert forget_rows(before=datetime(2026, 12, 1, tzinfo=UTC)) == 1
    assert KeptRows.objects.get().rows == b""
    assert deliver(source, tmp_path, asterisk_row()) == (1, 0, 1, 0, 0)


def test_what_lies_near_is_known_however_much_is_open(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_source("generic")
    early = generic("a", start="2026-08-15T09:12:00+02:00")
    deliver(source, tmp_path, early)
    for month in (8, 9):
        close_period(month=Month(2026, month), actor=system())
    deliver(source, tmp_path, *(generic(f"r{number}") for number in range(5)))
    monkeypatch.setattr(known, "MOST_IDS", 2)
    monkeypatch.setattr(known, "MOST_HELD", -1)
    assert deliver(source, tmp_path, early) == (1, 0, 1, 0, 0)


def test_many_small_files_become_one_list_of_ids(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.services.known.MANY_SMALL", 3)
    source = a_source("generic")
    rows = [generic(f"r{number}") for number in range(5)]
    for row in rows:
        deliver(source, tmp_path, row)
    assert KeptRows.objects.count() == 2  # four that became one when the fifth came, and the fifth
    assert deliver(source, tmp_path, *rows) == (5, 0, 5, 0, 0)


def a_day() -> list[str]:
    """Calls of two legs, one to a phone and one to the outside, and one that came in and was forwarded."""
    rows = list(in_and_out(minutes=30))
    for call in range(6):
        base: Cells = {"linked": f"call-{call}", "start": f"2026-10-15 0{call}:12:00", "src": "0887654000"}
        out, phone = f"main-179205{call}000.1", f"main-179205{call}000.2"
        rows.append(asterisk_row(base, dst="0612345678", billsec=30 + call, unique=out, sequence=1))
        rows.append(asterisk_row(base, dst="101", billsec=90, peer="PJSIP/102-0000001b", unique=phone, sequence=2))
    return rows


DAY = a_day()


@effort(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(DAY), cuts=st.lists(st.integers(1, 12), max_size=4))
def test_files_may_be_cut_and_shuffled_anyhow(
    acme: Customer, tmp_path: Path, order: list[str], cuts: list[int]
) -> None:
    def clean() -> None:
        with crossing(Crossing.OPERATE):
            for model in (CallRecord, MonthlyTotal, KeptRows):
                model.objects.all().delete()

    source = Source.objects.first() or a_source(trunks="trunk*")
    if not source.batches.exists():
        a_tariff()
    clean()
    deliver(source, tmp_path, *DAY)
    wanted, paid = effective(), money()
    clean()
    for first, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(order)], strict=True):
        if order[first:end]:
            deliver(source, tmp_path, *order[first:end])
    assert effective() == wanted
    assert money() == paid
