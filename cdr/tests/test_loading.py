"""Loading files of call records."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count, Sum
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Batch, CallRecord, DailyTotal, MonthlyTotal, Reject
from cdr.services import close_period, load_file
from cdr.tests.worlds import Cells, a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import CallType, Direction, Leg
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db


def records() -> list[CallRecord]:
    with crossing(Crossing.OPERATE):
        return list(CallRecord.objects.order_by("start", "id"))


def number_of(customer: Customer, e164: str) -> None:
    with tenant(customer):
        PhoneNumber.objects.create(customer=customer, e164=e164)


def test_a_call_is_stored_once_with_its_price_for_the_customer_of_the_account(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    batch = load(write(tmp_path, [asterisk_row()]), a_source())
    assert counts(batch) == (1, 1, 0, 0, 0)
    [record] = records()
    assert record.customer_id == acme.pk
    assert (record.number, record.other, record.direction) == ("+31887654000", "+31201234567", Direction.OUTGOING)
    assert (record.seconds, record.micros, record.call_type) == (61, 60_250, CallType.NL_FIXED)
    assert record.start == datetime(2026, 10, 15, 7, 12, tzinfo=UTC)
    assert record.billing_period == date(2026, 10, 1)


def test_a_second_delivery_counts_every_row_as_duplicate_whatever_its_name(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    rows = [asterisk_row(unique=f"1792048{n:03}.{n}", sequence=n) for n in range(50)]
    assert counts(load(write(tmp_path, rows), source)) == (50, 50, 0, 0, 0)
    assert counts(load(write(tmp_path, rows, "again.csv"), source)) == (50, 0, 50, 0, 0)
    assert len(records()) == 50


@pytest.mark.parametrize("columns", [16, 18, 21])
def test_each_layout_of_asterisk_loads_and_is_known_when_it_comes_again(
    acme: Customer, tmp_path: Path, columns: int
) -> None:
    a_tariff()
    source = a_source()
    same = asterisk_row(columns=columns)
    rows = [
        same,
        asterisk_row(columns=columns, src="101", start="2026-10-16 10:00:00", unique="1792137600.7", sequence=2),
    ]
    assert counts(load(write(tmp_path, rows), source)) == (2, 2, 0, 0, 0)
    assert counts(load(write(tmp_path, rows), source)) == (2, 0, 2, 0, 0)


def test_two_equal_rows_of_a_source_without_ids_stay_two_calls(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    rows = [asterisk_row(columns=16)] * 2
    assert counts(load(write(tmp_path, rows), source)) == (2, 2, 0, 0, 0)
    assert counts(load(write(tmp_path, rows), source)) == (2, 0, 2, 0, 0)


def test_one_call_to_a_group_is_one_call_however_many_legs_it_has(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    number_of(acme, "+31887654000")
    linked = "1792048320.10"
    incoming: Cells = {"src": "0201112233", "dst": "0887654000", "account": "", "linked": linked}
    rows = [
        asterisk_row(
            incoming,
            channel="PJSIP/trunk-00000a01",
            peer="PJSIP/101-00000a02",
            disposition="NO ANSWER",
            billsec=12,
            unique="1792048320.10",
            sequence=1,
        ),
        asterisk_row(
            incoming, channel="PJSIP/trunk-00000a01", peer="PJSIP/102-00000a03", unique="1792048320.10", sequence=2
        ),
        asterisk_row(
            incoming,
            channel="Local/102@g-00000a04;2",
            peer="PJSIP/102-00000a03",
            unique="1792048321.11",
            sequence=3,
            billsec=0,
        ),
        asterisk_row(incoming, channel="Local/102@g-00000a04;1", peer="", unique="1792048321.12", sequence=4),
    ]
    assert counts(load(write(tmp_path, rows), a_source())) == (4, 4, 0, 0, 0)
    calls = [record for record in records() if record.leg == Leg.CALL]
    assert [(call.direction, call.number, call.other, call.micros) for call in calls] == [
        (Direction.INCOMING, "+31887654000", "+31201112233", 0)
    ]


def test_a_call_forwarded_to_a_mobile_is_billed_once_to_the_number_that_forwarded_it(
    acme: Customer, tmp_path: Path
) -> None:
    a_tariff()
    number_of(acme, "+31887654121")
    linked = "1792048320.20"
    rows = [
        asterisk_row(
            src="0201112233",
            dst="0887654121",
            account="",
            linked=linked,
            channel="PJSIP/trunk-00000b01",
            peer="Local/0612345678@out-00000b02;1",
            sequence=1,
        ),
        asterisk_row(
            src="0201112233",
            dst="0612345678",
            account="",
            linked=linked,
            channel="Local/0612345678@out-00000b02;2",
            peer="PJSIP/trunk-00000b03",
            dialled="PJSIP/0612345678@trunk",
            sequence=2,
        ),
        asterisk_row(
            src="0201112233",
            dst="0612345678",
            account="",
            linked=linked,
            channel="Local/0612345678@out-00000b02;2",
            peer="PJSIP/trunk-00000b04",
            billsec=0,
            disposition="FAILED",
            sequence=3,
        ),
    ]
    assert counts(load(write(tmp_path, rows), a_source())) == (3, 3, 0, 0, 0)
    calls = [record for record in records() if record.leg == Leg.CALL]
    assert [(call.direction, call.number, call.other, call.origin, call.micros) for call in calls] == [
        (Direction.FORWARDED, "+31887654121", "+31612345678", "+31201112233", 91_500)
    ]


def test_a_leg_that_comes_in_a_later_file_is_not_billed_again(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    load(write(tmp_path, [asterisk_row(linked="1792048320.1", sequence=1)]), source)
    late = asterisk_row(linked="1792048320.1", sequence=2, peer="PJSIP/trunk-0000001c")
    assert counts(load(write(tmp_path, [late]), source)) == (1, 1, 0, 0, 0)
    assert [record.leg for record in records()] == [Leg.CALL, Leg.LEG]
    with tenant(acme):
        assert MonthlyTotal.objects.aggregate(calls=Sum("calls"), micros=Sum("micros")) == {
            "calls": 1,
            "micros": 60_250,
        }


def test_an_unknown_prefix_is_unrated_and_never_free(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    assert counts(load(write(tmp_path, [asterisk_row(dst="004930901820")]), a_source())) == (1, 1, 0, 0, 1)
    assert [record.micros for record in records()] == [None]


@pytest.mark.parametrize("called", ["112", "113", "116123", "08000410", "00800123456789"])
def test_free_and_emergency_numbers_cost_nothing_and_are_of_a_hidden_type(
    acme: Customer, tmp_path: Path, called: str
) -> None:
    a_tariff()
    load(write(tmp_path, [asterisk_row(dst=called)]), a_source())
    [record] = records()
    assert record.micros == 0
    assert record.call_type in {CallType.FREE, CallType.EMERGENCY, CallType.HELPLINE}


def test_the_hour_that_occurs_twice_is_told_apart_by_the_unique_id(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    at: Cells = {"start": "2026-10-25 02:30:00", "end": "2026-10-25 02:31:05"}
    rows = [asterisk_row(at, unique="1792888200.1"), asterisk_row(at, unique="1792891800.2")]
    load(write(tmp_path, rows), a_source())
    assert [record.start.hour for record in records()] == [0, 1]


def test_chunks_do_not_change_what_a_file_comes_to(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    rows = []
    for call in range(30):
        unique, start = f"17920{48000 + call}.{call}", f"2026-10-{1 + call % 28:02} 10:00:00"
        rows += [
            asterisk_row(unique=unique, sequence=leg, start=start, peer=f"PJSIP/trunk-{leg:08}") for leg in range(3)
        ]
    path = write(tmp_path, rows)
    assert counts(load(path, a_source(), chunk_rows=7)) == (90, 90, 0, 0, 0)
    assert counts(load(path, a_source(name="second"), chunk_rows=1000)) == (90, 90, 0, 0, 0)
    with crossing(Crossing.OPERATE):
        by_source = CallRecord.objects.filter(leg=Leg.CALL).values("source").annotate(n=Count("*"), sum=Sum("micros"))
        assert {(row["n"], row["sum"]) for row in by_source} == {(30, 30 * 60_250)}


def test_a_late_call_belongs_to_the_next_open_period_and_still_to_its_day(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    close_period(month=Month(2026, 10), actor=system())
    load(write(tmp_path, [asterisk_row()]), a_source())
    with tenant(acme):
        total = MonthlyTotal.objects.get()
        assert (total.month, total.billing_period) == (date(2026, 10, 1), date(2026, 11, 1))
        assert DailyTotal.objects.get().day == date(2026, 10, 15)


def test_totals_equal_the_sum_of_the_details(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    a_tariff()
    called = ["0201234567", "0612345678", "09001234", "0021253726", "112", "1850", "004930901820"]
    rows = [
        asterisk_row(
            account=("acme", "birch")[n % 2],
            src=f"08876540{n % 5:02}",
            dst=called[n % len(called)],
            start=f"2026-{9 + n % 3:02}-{1 + n % 20:02} {n % 24:02}:30:00",
            billsec=n % 300,
            unique=f"{n}.{n}",
            sequence=n,
        )
        for n in range(200)
    ]
    load(write(tmp_path, rows), a_source(), chunk_rows=64)
    for customer in (acme, birch):
        with tenant(customer), connection.cursor() as cursor:
            cursor.execute(
                """SELECT (start AT TIME ZONE 'Europe/Amsterdam')::date, call_type, direction, product, count(*), sum(seconds),
                   coalesce(sum(micros), 0), count(*) FILTER (WHERE micros IS NULL), coalesce(max(micros), 0)
                   FROM cdr_callrecord WHERE leg = 1 GROUP BY 1, 2, 3, 4"""
            )
            details = set(cursor.fetchall())
            days = set(
                DailyTotal.objects.values_list(
                    "day",
                    "call_type",
                    "direction",
                    "product",
                    "calls",
                    "seconds",
                    "micros",
                    "unrated",
                    "dearest_micros",
                )
            )
            assert days == details
            cursor.execute(
                """SELECT date_trunc('month', start AT TIME ZONE 'Europe/Amsterdam')::date, billing_period, number, call_type,
                   count(*), sum(seconds), coalesce(sum(micros), 0) FROM cdr_callrecord WHERE leg = 1 GROUP BY 1, 2, 3, 4"""
            )
            details = set(cursor.fetchall())
            months = MonthlyTotal.objects.values_list("month", "billing_period", "number", "call_type").annotate(
                Sum("calls"), Sum("seconds"), Sum("micros")
            )
            assert set(months) == details


def test_the_generic_csv_loads_with_columns_in_any_order(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    rows = [
        "start,id,account,direction,caller,called,seconds,product",
        "2026-10-15T09:12:00+02:00,a1,acme,out,0887654000,0612345678,17,mobile",
        "2026-10-15 09:12:00,a2,acme,in,0612345678,0887654000,30,fixed",
        "2026-10-15 09:12:00,a3,acme,sideways,0612345678,0887654000,30,fixed",
    ]
    source = a_source("generic", name="generic")
    assert counts(load(write(tmp_path, rows), source)) == (3, 2, 0, 1, 0)
    assert [(record.number, record.other, record.micros) for record in records()] == [
        ("+31887654000", "+31612345678", 90_000),
        ("+31887654000", "+31612345678", 0),
    ]


def test_a_last_row_of_the_generic_csv_without_line_end_may_be_cut_off(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    path = tmp_path / "open.csv"
    path.write_text(
        "id,account,direction,caller,called,start,seconds\na1,acme,out,101,0201234567,2026-10-15 09:12:00,12"
    )
    assert counts(load(path, a_source("generic", name="generic"))) == (1, 0, 0, 1, 0)
    assert Reject.objects.get().reason == "cut_off"


def test_a_load_that_was_killed_is_completed_by_loading_again(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    rows = [asterisk_row(unique=f"1792048{n:03}.{n}", sequence=n) for n in range(40)]
    half = load(write(tmp_path, rows[:25], "half.csv"), source)
    Batch.objects.filter(pk=half.pk).update(state=Batch.State.RUNNING)
    assert counts(load(write(tmp_path, rows), source, chunk_rows=10)) == (40, 15, 25, 0, 0)
    assert Batch.objects.get(pk=half.pk).state == Batch.State.INTERRUPTED
    assert len(records()) == 40


def test_an_own_clock_is_used_where_none_is_given(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    batch = load_file(
        path=write(tmp_path, [asterisk_row(start="2000-01-01 00:00:00")]), source=a_source(), actor=system()
    )
    assert batch.reasons == {"too_old": 1}


def test_a_call_of_before_the_first_day_that_is_billed_here_is_a_reject(
    acme: Customer, tmp_path: Path, settings: Settings
) -> None:
    a_tariff()
    settings.CALLS_SINCE = date(2026, 10, 15)
    rows = [asterisk_row(start=f"2026-10-{clock}", unique=f"{clock}.1") for clock in ("14 23:59:59", "15 00:00:00")]
    batch = load(write(tmp_path, rows), a_source())
    assert (batch.loaded, batch.reasons) == (1, {"too_early": 1})
