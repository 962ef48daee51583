"""What a source's rules make of its rows: clocks that contradict themselves, accounts it may name, VAT in its prices."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord, DailyTotal, Reject, Source
from cdr.selectors import calls
from cdr.services import save_source
from cdr.services.rerating import rerate
from cdr.tests.worlds import Cells, a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import CallType, Flag
from portal.lib.periods import Month
from telephony.models import PhoneNumber

WHOLESALE = "call_id;account;a_number;b_number;start;duration;price;type"


def records() -> list[CallRecord]:
    with crossing(Crossing.OPERATE):
        return list(CallRecord.objects.order_by("id"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cells",
    [
        Cells(start="2026-10-15 09:12:00", end="2026-10-15 09:11:00", billsec=0, duration=0),
        Cells(start="2026-10-15 09:12:00", end="2026-10-15 09:13:05", billsec=61, answer="2026-10-15 09:12:00"),
        Cells(start="2026-10-15 09:12:00", end="2026-10-15 09:13:05", billsec=61, answer="2026-10-15 10:12:04"),
        Cells(start="2026-10-15 09:12:00", end="2026-10-15 09:13:05", billsec=0, answer="2026-10-15 09:14:04"),
        # As the clock on the wall counts them: two minutes would be billed as an hour, or more than two hours as one.
        Cells(start="2026-03-29 01:59:00", end="2026-03-29 03:01:00", billsec=3710, answer="2026-03-29 01:59:10"),
        Cells(start="2026-10-25 01:50:00", end="2026-10-25 03:10:00", billsec=4800, answer="2026-10-25 01:50:00"),
    ],
)
def test_a_row_whose_times_contradict_each_other_is_not_billed(acme: Customer, tmp_path: Path, cells: Cells) -> None:
    a_tariff()
    batch = load(write(tmp_path, [asterisk_row(cells)]), a_source())
    assert (batch.loaded, batch.reasons) == (0, {"clock": 1})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cells",
    [
        Cells(end="2026-10-15 09:13:05", billsec=61, answer="2026-10-15 09:12:02"),
        Cells(disposition="NO ANSWER", billsec=50, answer="2026-10-15 09:12:00"),
        Cells(disposition="ANSWERED", billsec=0, answer="2026-10-15 09:12:10"),
        Cells(start="2026-10-25 02:50:00", end="2026-10-25 02:10:00", billsec=1190, answer="2026-10-25 02:50:10"),
        Cells(start="2026-03-29 01:59:00", end="2026-03-29 03:01:00", billsec=110, answer="2026-03-29 01:59:10"),
        Cells(start="2026-10-25 01:50:00", end="2026-10-25 03:10:00", billsec=8400, answer="2026-10-25 01:50:00"),
    ],
)
def test_a_row_of_a_clock_that_ticks_or_was_put_forward_or_back_is_loaded(
    acme: Customer, tmp_path: Path, cells: Cells
) -> None:
    a_tariff()
    batch = load(write(tmp_path, [asterisk_row(cells)]), a_source())
    assert (batch.loaded, batch.reasons) == (1, {})


@pytest.mark.django_db
def test_a_call_of_more_than_a_day_waits_for_somebody_to_look_at_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    rows = [
        asterisk_row(duration=86_400, billsec=86_400),
        asterisk_row(duration=86_401, billsec=86_401, unique="9.2", sequence=2),
    ]
    batch = load(write(tmp_path, rows), a_source())
    assert (batch.loaded, batch.reasons) == (1, {"too_long_call": 1})


def listed(customer: Customer) -> Source:
    source = Source(name="carrier", dialect="wholesale", only_listed_accounts=True, number_format="international")
    return save_source(source=source, actor=system(), accounts={"nl-77": customer})


@pytest.mark.django_db
def test_a_source_that_may_only_name_its_own_accounts_cannot_bill_anybody_else(
    acme: Customer, birch: Customer, tmp_path: Path
) -> None:
    with tenant(birch):
        PhoneNumber.objects.create(customer=birch, e164="+31134440000")
    rows = [
        WHOLESALE,
        "1;nl-77;31887654000;31201234567;2026-10-15 09:12:00;61;0,1;out",
        "2;acme;31887654000;31201234567;2026-10-15 09:12:00;61;0,1;out",
        "3;birch;31134440000;31201234567;2026-10-15 09:12:00;61;0,1;out",
        "4;;31134440000;31201234567;2026-10-15 09:12:00;61;0,1;out",
    ]
    batch = load(write(tmp_path, rows), listed(acme))
    assert counts(batch) == (4, 1, 0, 3, 0)
    assert dict(Reject.objects.values_list("line", "reason")) == {
        3: "account_not_allowed",
        4: "account_not_allowed",
        5: "unknown_customer",
    }
    assert [record.customer for record in records()] == [acme]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("price", "including", "micros"),
    [("0,1210", True, 100_000), ("0,1210", False, 121_000), ("0,0001", True, 83), ("0", True, 0), ("1", True, 826_446)],
)
def test_a_price_is_kept_without_vat(acme: Customer, tmp_path: Path, price: str, including: bool, micros: int) -> None:
    source = listed(acme)
    source.prices_include_vat = including
    save_source(source=source, actor=system())
    row = f"1;nl-77;31887654000;31201234567;2026-10-15 09:12:00;61;{price};out"
    load(write(tmp_path, [WHOLESALE, row]), source)
    [record] = records()
    assert (record.micros, record.rate_id, bool(record.flags & Flag.PRICE_GIVEN)) == (micros, 0, True)


@pytest.mark.django_db
def test_a_call_with_a_price_but_without_a_rate_is_no_call_that_waits_for_one(acme: Customer, tmp_path: Path) -> None:
    row = "1;nl-77;31887654000;4930901820;2026-10-15 09:12:00;61;0,5;out"
    batch = load(write(tmp_path, [WHOLESALE, row]), listed(acme))
    assert (batch.unrated, [record.call_type for record in records()]) == (0, [CallType.ABROAD])


@pytest.mark.django_db
def test_a_price_that_the_source_gave_is_not_rated_again(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    row = "1;nl-77;31887654000;31201234567;2026-10-15 09:12:00;61;0,5;out"
    load(write(tmp_path, [WHOLESALE, row]), listed(acme))
    assert not rerate(actor=system(), customer=acme, month=Month(2026, 10)).differences
    assert [record.micros for record in records()] == [500_000]


@pytest.mark.django_db
def test_a_price_that_comes_again_with_another_amount_is_booked_back_and_anew(acme: Customer, tmp_path: Path) -> None:
    source = listed(acme)
    row = "1;nl-77;31887654000;31201234567;2026-10-15 09:12:00;61;0,5;out"
    load(write(tmp_path, [WHOLESALE, row]), source)
    batch = load(write(tmp_path, [WHOLESALE, row.replace("0,5", "0,4")], "later.csv"), source)
    assert batch.corrected == 1
    with tenant(acme):
        assert DailyTotal.objects.get().micros == 400_000


@pytest.mark.django_db
def test_the_story_of_a_call_tells_that_its_price_came_with_it(
    alice: User, acme: Customer, client: Client, tmp_path: Path
) -> None:
    row = "1;nl-77;31887654000;31201234567;2026-10-15 09:12:00;61;0,5;out"
    load(write(tmp_path, [WHOLESALE, row]), listed(acme))
    [record] = records()
    client.force_login(alice)
    page = client.get(reverse("cdr:call", args=[calls.cursor_of(record)]))
    assert "van zijn netwerk" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("codes", "saved"), [("nl-77 = acme", True), ("", False)])
def test_an_operator_limits_a_source_to_the_codes_that_are_listed(
    olga: User, acme: Customer, client: Client, codes: str, saved: bool
) -> None:
    client.force_login(olga)
    fields = {
        "name": "carrier",
        "dialect": "wholesale",
        "time_zone": "Europe/Amsterdam",
        "number_format": "international",
        "account_codes": codes,
        "only_listed_accounts": "on",
        "prices_include_vat": "on",
    }
    page = client.post(reverse("cdr:operate_source_new"), fields)
    found = Source.objects.filter(name="carrier", only_listed_accounts=True, prices_include_vat=True)
    assert (page.status_code, found.exists()) == ((302, True) if saved else (200, False))
