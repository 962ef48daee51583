"""Lists of holidays: the Dutch ones to tick, own days, and years that come by themselves."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.hours import MOST_DAYS, DayRow, later_years, public_holidays
from telephony.models import HolidaySchedule
from telephony.tasks import keep_all_holidays, keep_holidays
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import text
from telephony.timetable import DAY

TODAY = dt.date(2026, 11, 26)


def days_form(*rows: dict[str, Any], name: str = "Feestdagen", stored: int = 0, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"name": name, "days-TOTAL_FORMS": len(rows), "days-INITIAL_FORMS": stored, **more}
    return given | {f"days-{n}-{field}": value for n, row in enumerate(rows) for field, value in row.items()}


@time_machine.travel(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC))
def test_a_new_list_begins_with_the_public_holidays_of_four_years(browser: Client, acme: Customer) -> None:
    page = browser.get("/schedules/holidays/new/")
    assert [day.year for day in sorted(page.context["form"].ticked()) if (day.month, day.day) == (1, 1)] == [
        2026,
        2027,
        2028,
        2029,
    ]
    own = {"name": "Oudejaarsdag", "first": "2026-12-31", "start": "16:00", "yearly": "on"}
    given = days_form(own, public=["2026-12-25", "2027-12-25", "2027-05-05"], keep="on")
    assert browser.post("/schedules/holidays/new/", given).status_code == 302
    with tenant(acme):
        found = HolidaySchedule.objects.get()
        rows = [day.row() for day in found.days.all()]
    assert found.public_until == 2029
    assert [(row.name, row.first.isoformat()) for row in rows] == [
        ("Eerste kerstdag", "2026-12-25"),
        ("Oudejaarsdag", "2026-12-31"),
        ("Bevrijdingsdag", "2027-05-05"),
        ("Eerste kerstdag", "2027-12-25"),
    ]
    assert (rows[1].start, rows[1].end, rows[1].yearly) == (960, DAY, True)


@time_machine.travel(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC))
def test_days_are_ticked_out_and_past_ones_stay(browser: Client, acme: Customer, feestdagen: HolidaySchedule) -> None:
    with tenant(acme):
        old = DayRow(name="Koningsdag", first=dt.date(2025, 4, 26), last=dt.date(2025, 4, 26))
        rows = [old, *(day.row() for day in feestdagen.days.all())]
        services.change_holidays(actor=system(acme), schedule=feestdagen, name="Feestdagen", days=rows)
    given = days_form(public=["2027-01-01"])
    response = browser.post(f"/schedules/holidays/{feestdagen.pk}/", given, follow=True)
    with tenant(acme):
        feestdagen.refresh_from_db()
        assert feestdagen.public_until is None
        assert [day.first.isoformat() for day in feestdagen.days.all()] == ["2025-04-26", "2027-01-01"]
    browser.post(undo_of(response))
    with tenant(acme):
        assert feestdagen.days.count() == 41


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"first": "2026-12-31"}, "name"),
        ({"name": "Oudjaar"}, "first"),
        ({"name": "Oudjaar", "first": "2026-12-31", "last": "2026-12-30"}, "last"),
        ({"name": "Oudjaar", "first": "2026-12-31", "start": "16:00", "end": "9:00"}, "end"),
        ({"name": "Oudjaar", "first": "2026-01-01", "last": "2027-01-01", "yearly": "on"}, "last"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_row(browser: Client, row: dict[str, Any], field: str) -> None:
    response = browser.post("/schedules/holidays/new/", days_form(row))
    assert field in response.context["rows"].forms[0].errors


def test_a_list_has_not_too_many_days(acme: Customer) -> None:
    day = DayRow(name="X", first=TODAY, last=TODAY)
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.create_holidays(actor=system(acme), customer=acme, name="X", days=[day] * (MOST_DAYS + 1))
    assert refused.value.code == "too_many_days"


def test_bevrijdingsdag_is_official_once_in_five_years_and_koningsdag_is_never_on_a_sunday() -> None:
    found = public_holidays([2030, 2031])
    liberation = {day.day.year: day.is_official for day in found if day.name == "Bevrijdingsdag"}
    assert liberation == {2030: True, 2031: False}
    assert [day.day.day for day in found if day.name == "Koningsdag"] == [27, 26]


def test_a_later_year_comes_as_the_last_one_was() -> None:
    rows = [day.row() for day in public_holidays(range(2026, 2030)) if day.name != "Goede vrijdag" and day.is_official]
    early = DayRow(name="Kerstavond vroeg", first=dt.date(2029, 12, 25), last=dt.date(2029, 12, 25), start=720)
    rows = [row for row in rows if row.first != early.first] + [early]
    added = {row.name: row for row in later_years(rows, until=2029, last=2030)}
    assert "Goede vrijdag" not in added  # taken out, so it stays out
    assert added["Kerstavond vroeg"].first == dt.date(2030, 12, 25)  # with its hours
    assert added["Kerstavond vroeg"].start == 720
    assert "Bevrijdingsdag" in added  # official in 2030, and nobody decided against such a one
    assert "Bevrijdingsdag" not in {
        row.name for row in later_years(rows, until=2029, last=2031) if row.first.year > 2030
    }


def test_lists_that_are_kept_up_to_date_get_the_next_year_by_themselves(
    acme: Customer, feestdagen: HolidaySchedule
) -> None:
    with time_machine.travel(dt.datetime(2027, 1, 1, 4, 40, tzinfo=dt.UTC)):
        assert keep_all_holidays() == 1
        assert keep_holidays.apply(args=(acme.pk,)).get() == 11
        assert keep_holidays.apply(args=(acme.pk,)).get() == 0  # twice does no harm
    with tenant(acme):
        feestdagen.refresh_from_db()
        assert feestdagen.public_until == 2030
        assert feestdagen.days.filter(first__year=2030).count() == 11
        assert AuditEntry.objects.filter(verb="holidays.change").count() == 1
    with time_machine.travel(dt.datetime(2027, 1, 2, 4, 40, tzinfo=dt.UTC)):
        assert keep_all_holidays() == 0


def test_a_list_without_days_ahead_is_said(browser: Client, acme: Customer) -> None:
    with tenant(acme):
        past = DayRow(name="Opening", first=dt.date(2020, 1, 1), last=dt.date(2020, 1, 1))
        services.create_holidays(actor=system(acme), customer=acme, name="Oud", days=[past])
    assert "Oud heeft geen dagen meer" in text(browser.get("/schedules/"))
