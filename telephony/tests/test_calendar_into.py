"""A calendar read into a schedule or list that is there: what changes is shown first, and can be put back."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.calendars.merge import merge
from telephony.calendars.write import write_holidays, write_week
from telephony.hours import DayRow, PeriodRow
from telephony.models import HolidaySchedule, Schedule
from telephony.schedule_api import HolidaysViewSet, ScheduleViewSet
from telephony.tests.test_holidays import days_form
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import text
from telephony.tests.test_schedule_api import ask
from telephony.tests.test_schedules import OFFICE, periods_of, week_form

AT = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 26)
SATURDAY = PeriodRow(frozenset({5}), 600, 960, "Winkel")
AUTUMN = DayRow(name="Herfstvakantie", first=dt.date(2027, 10, 16), last=dt.date(2027, 10, 24))
OVER = DayRow(name="Verhuizing", first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 3))
EVE = DayRow(name="Kerstavond", first=dt.date(2026, 12, 24), last=dt.date(2026, 12, 24), start=960, yearly=True)


def week_file(*rows: PeriodRow) -> SimpleUploadedFile:
    return SimpleUploadedFile("week.ics", write_week("Agenda", rows, key="1", at=AT), "text/calendar")


def days_file(*rows: DayRow) -> SimpleUploadedFile:
    return SimpleUploadedFile("days.ics", write_holidays("Agenda", rows, key="1", at=AT), "text/calendar")


@pytest.fixture
def office(acme: Customer) -> Schedule:
    with tenant(acme):
        evening = PeriodRow(frozenset({3}), 1080, 1260, "Koopavond")
        return services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE, evening])


@pytest.fixture
def closed(acme: Customer) -> HolidaySchedule:
    with tenant(acme):
        return services.create_holidays(actor=system(acme), customer=acme, name="Dicht", days=[OVER, EVE])


# --- what changes ---


def test_beside_what_is_there_the_same_hours_come_once_whatever_their_name() -> None:
    named = PeriodRow(OFFICE.days, OFFICE.start, OFFICE.end, "Kantoor")
    found = merge([OFFICE], [named, SATURDAY, SATURDAY], instead=False, today=TODAY)
    assert (found.rows, found.added, found.gone) == ([OFFICE, SATURDAY], [SATURDAY], [])


def test_instead_of_what_is_there_only_what_is_over_stays() -> None:
    found = merge([OVER, EVE], [AUTUMN], instead=True, today=TODAY)
    assert (found.rows, found.added, found.gone) == ([OVER, AUTUMN], [AUTUMN], [EVE])


@pytest.mark.parametrize("instead", [True, False])
def test_a_calendar_that_brings_nothing_empties_nothing(instead: bool) -> None:
    found = merge([OFFICE], [], instead=instead, today=TODAY)
    assert (found.rows, found.added, found.gone) == ([OFFICE], [], [])


@pytest.mark.parametrize("instead", [True, False])
def test_its_own_download_changes_nothing(
    browser: Client, acme: Customer, closed: HolidaySchedule, instead: bool
) -> None:
    own = browser.get(f"/schedules/holidays/{closed.pk}/calendar/").content
    sent = {"file": SimpleUploadedFile("dicht.ics", own), "how": "instead" if instead else "beside"}
    assert "Er verandert niets" in text(browser.post(f"/schedules/holidays/{closed.pk}/import/", sent))


# --- pages ---


def test_a_week_is_replaced_after_a_look_and_put_back(browser: Client, acme: Customer, office: Schedule) -> None:
    url = f"/schedules/week/{office.pk}/"
    page = browser.post(f"{url}import/", {"file": week_file(SATURDAY), "how": "instead"})
    shown = text(page)
    assert "Wat er verandert als je opslaat" in shown
    assert "za 10:00 tot 16:00, Winkel" in shown
    assert "ma t/m vr 8:30 tot 17:30" in shown
    assert page.context["found"] == office
    assert f'action="{url}"' in page.content.decode()
    with tenant(acme):
        assert len(periods_of(office)) == 2  # nothing is saved
    # The page has one row of the calendar and an empty one, where two are stored.
    rows: list[dict[str, Any]] = [{"days": ["5"], "start": "10:00", "end": "16:00", "name": "Winkel"}, {"name": ""}]
    saved = browser.post(url, week_form(*rows, stored=1), follow=True)
    with tenant(acme):
        assert periods_of(office) == [SATURDAY]
    browser.post(undo_of(saved))
    with tenant(acme):
        assert OFFICE in periods_of(office)
        assert len(periods_of(office)) == 2


@time_machine.travel(AT)
def test_days_come_beside_those_that_are_there(browser: Client, acme: Customer, closed: HolidaySchedule) -> None:
    url = f"/schedules/holidays/{closed.pk}/"
    page = browser.post(f"{url}import/", {"file": days_file(AUTUMN, EVE), "how": "beside"})
    shown = text(page)
    assert "Herfstvakantie: 16 t/m 24 oktober 2027" in shown
    assert "gaat eruit" not in shown
    names = [form.initial["name"] for form in page.context["rows"].forms if form.initial]
    assert names == ["Verhuizing", "Kerstavond", "Herfstvakantie"]
    given: list[dict[str, Any]] = [
        {"name": "Verhuizing", "first": "2026-03-02", "last": "2026-03-03"},
        {"name": "Kerstavond", "first": "2026-12-24", "start": "16:00", "yearly": "on"},
        {"name": "Herfstvakantie", "first": "2027-10-16", "last": "2027-10-24"},
    ]
    browser.post(url, days_form(*given, name="Dicht", stored=3))
    with tenant(acme):
        assert [day.row() for day in closed.days.all()] == [OVER, EVE, AUTUMN]


def test_days_that_would_go_are_named_with_their_hours(browser: Client, closed: HolidaySchedule) -> None:
    sent = {"file": days_file(AUTUMN), "how": "instead"}
    shown = text(browser.post(f"/schedules/holidays/{closed.pk}/import/", sent))
    assert "Kerstavond: 24 december 16:00 tot 24:00, elk jaar" in shown
    assert "gaat eruit" in shown


@pytest.mark.parametrize("kind", ["week", "holidays"])
def test_what_is_no_calendar_is_refused_on_the_page_it_came_from(
    browser: Client, office: Schedule, closed: HolidaySchedule, kind: str
) -> None:
    url = f"/schedules/{kind}/{(office if kind == 'week' else closed).pk}/"
    wrong = SimpleUploadedFile("foto.ics", b"\x89PNG\r\n", "text/calendar")
    files: list[dict[str, Any]] = [{"file": wrong}, {}]
    for sent, reason in zip(files, ("Dit is geen agenda.", "Kies eerst een bestand."), strict=True):
        answer = browser.post(f"{url}import/", sent, follow=True)
        assert answer.redirect_chain[-1][0] == url
        assert reason in text(answer)


def test_nobody_else_reads_a_calendar_into_it(employee: Client, carol: User, client: Client, office: Schedule) -> None:
    url, sent = f"/schedules/week/{office.pk}/import/", {"file": week_file(SATURDAY)}
    assert employee.post(url, sent).status_code == 403
    client.force_login(carol)
    assert client.post(url, sent).status_code == 404


# --- API ---


def test_the_api_tells_what_a_calendar_would_change(alice: User, bob: User, carol: User, office: Schedule) -> None:
    def read(user: User, **more: str) -> Any:
        sent = {"file": week_file(SATURDAY), **more}
        return ask(ScheduleViewSet, user, "post", "read_into", sent, how="multipart", pk=office.pk)

    beside, instead = read(alice).data, read(alice, instead="true").data
    assert [len(beside[part]) for part in ("periods", "added", "gone", "skipped")] == [3, 1, 0, 0]
    assert [len(instead[part]) for part in ("periods", "added", "gone", "skipped")] == [1, 1, 2, 0]
    assert instead["added"] == [{"name": "Winkel", "days": [5], "start": "10:00", "end": "16:00"}]
    given = {"name": "Werktijden", "periods": instead["periods"]}
    assert ask(ScheduleViewSet, alice, "put", "update", given, pk=office.pk).data["periods"] == instead["periods"]
    assert (read(bob).status_code, read(carol).status_code) == (403, 404)


@time_machine.travel(AT)
def test_the_api_keeps_days_that_are_over(alice: User, closed: HolidaySchedule) -> None:
    sent = {"file": days_file(AUTUMN), "instead": "true"}
    found = ask(HolidaysViewSet, alice, "post", "read_into", sent, how="multipart", pk=closed.pk).data
    assert [row["name"] for row in found["days"]] == ["Verhuizing", "Herfstvakantie"]
    assert [row["name"] for row in found["gone"]] == ["Kerstavond"]
