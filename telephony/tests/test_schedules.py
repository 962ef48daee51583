"""Schedules and holidays: their pages, what follows them, and taking them away."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.access import Actor, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import schedule_selectors, services
from telephony.callers import Pattern
from telephony.hours import MOST_DAYS, MOST_PERIODS, DayRow, PeriodRow, later_years, public_holidays
from telephony.models import CallerFilter, HolidaySchedule, Line, Schedule
from telephony.schedule_week import week_view
from telephony.tasks import keep_all_holidays, keep_holidays
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import text
from telephony.timetable import DAY
from telephony.views.schedule_undo import LONGEST, recall, remember

OFFICE = PeriodRow(frozenset(range(5)), 510, 1050)
NIGHT = PeriodRow(frozenset({4}), 1320, 360, "Storingsdienst")
TODAY = dt.date(2026, 11, 26)


@pytest.fixture
def office(acme: Customer) -> Schedule:
    with tenant(acme):
        return services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE])


@pytest.fixture
def feestdagen(acme: Customer) -> HolidaySchedule:
    with tenant(acme):
        return services.create_dutch_holidays(
            actor=system(acme), customer=acme, name="Feestdagen", years=range(2026, 2030), keep=True
        )


def block(line: Line, schedule: Schedule) -> CallerFilter:
    return services.set_caller_filter(
        actor=system(line.customer),
        line=line,
        name="Enquêtes",
        patterns=[Pattern("+31201234567")],
        schedule=schedule,
    )


def week_form(*rows: dict[str, Any], name: str = "Werktijden", stored: int = 0) -> dict[str, Any]:
    given: dict[str, Any] = {"name": name, "periods-TOTAL_FORMS": len(rows), "periods-INITIAL_FORMS": stored}
    return given | {f"periods-{n}-{field}": value for n, row in enumerate(rows) for field, value in row.items()}


def days_form(*rows: dict[str, Any], name: str = "Feestdagen", stored: int = 0, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"name": name, "days-TOTAL_FORMS": len(rows), "days-INITIAL_FORMS": stored, **more}
    return given | {f"days-{n}-{field}": value for n, row in enumerate(rows) for field, value in row.items()}


def periods_of(schedule: Schedule) -> list[PeriodRow]:
    return [row.row() for row in schedule.periods.all()]


# --- a schedule ---


def test_a_schedule_is_changed_in_place_and_can_be_put_back(browser: Client, acme: Customer, office: Schedule) -> None:
    rows: list[dict[str, Any]] = [
        {"days": ["0", "1"], "start": "9.00", "end": "17:00", "name": "Balie"},
        {"days": ["4"], "all_day": "on", "start": "1:00"},
        {"days": ["5"], "start": "22:00", "end": "6:00"},
        {"days": ["6"], "start": "8:00", "end": "9:00", "DELETE": "on"},
    ]
    response = browser.post(f"/schedules/week/{office.pk}/", week_form(*rows, stored=1), follow=True)
    assert "za 22:00 tot 6:00" in text(response)
    with tenant(acme):
        assert sorted(periods_of(office), key=lambda row: min(row.days)) == [
            PeriodRow(frozenset({0, 1}), 540, 1020, "Balie"),
            PeriodRow(frozenset({4})),
            PeriodRow(frozenset({5}), 1320, 360),
        ]
        entry = AuditEntry.objects.get(verb="schedule.change")
        assert entry.changes["periods"][0] == "mo tu we th fr 8:30-17:30"
    assert "Werktijden is weer zoals het was" in text(browser.post(undo_of(response), follow=True))
    with tenant(acme):
        assert periods_of(office) == [OFFICE]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"start": "9:00", "end": "17:00"}, "days"),
        ({"days": ["0"], "start": "9:00"}, "end"),
        ({"days": ["0"], "start": "9:00", "end": "9:00"}, "end"),
        ({"days": ["0"], "start": "24:00", "end": "9:00"}, "end"),
        ({"days": ["0"], "start": "negen", "end": "17:00"}, "start"),
    ],
)
def test_periods_that_cannot_be_are_refused_at_their_row(
    browser: Client, acme: Customer, row: dict[str, Any], field: str
) -> None:
    response = browser.post("/schedules/week/new/", week_form(row))
    assert field in response.context["rows"].forms[0].errors
    with tenant(acme):
        assert not Schedule.objects.exists()


def test_a_name_is_there_once_and_may_not_be_empty(browser: Client, office: Schedule) -> None:
    response = browser.post("/schedules/week/new/", week_form(name="werktijden"))
    assert "name" in response.context["form"].errors
    assert "name" in browser.post("/schedules/week/new/", week_form(name=" ")).context["form"].errors


def test_a_schedule_has_not_too_many_periods(acme: Customer) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.create_schedule(actor=system(acme), customer=acme, name="X", periods=[OFFICE] * (MOST_PERIODS + 1))
    assert refused.value.code == "too_many_periods"


def test_the_picture_runs_on_into_the_next_day_after_midnight() -> None:
    view = week_view([PeriodRow(frozenset({6}), 1320, 360, "Nacht")])
    assert dict(view.days)["Sunday" if "Sunday" in dict(view.days) else "zondag"] == ["22:00–6:00 Nacht"]
    late, early = sorted(view.blocks, key=lambda piece: -piece.y)
    assert (late.x, late.y, late.height) == ("86.4%", 28 + 22 * 20, 40)
    assert (early.x, early.y, early.height) == ("6.0%", 28, 120)


def test_the_page_shows_what_a_person_typed_also_when_it_is_refused(browser: Client, office: Schedule) -> None:
    rows: list[dict[str, Any]] = [{"days": ["2"], "start": "7:00", "end": "8:00"}, {"start": "9:00", "end": "10:00"}]
    shown = text(browser.post(f"/schedules/week/{office.pk}/", week_form(*rows, stored=1)))
    assert "7:00–8:00" in shown
    assert "Kies minstens één dag." in shown


# --- holidays ---


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
    acme: Customer, feestdagen: HolidaySchedule, office: Schedule
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


# --- what follows it, and taking it away ---


def test_the_page_names_what_follows_and_links_to_it(
    browser: Client, acme: Customer, office: Schedule, sanne: Line
) -> None:
    with tenant(acme):
        found = block(sanne, office)
    page = browser.get(f"/schedules/week/{office.pk}/")
    assert f'href="/phones/{sanne.pk}/callers/{found.pk}/"' in page.content.decode()
    assert "Enquêtes (Sanne Bakker (121))" in text(page)


def test_one_that_nothing_follows_is_removed_at_once_and_can_be_put_back(
    browser: Client, acme: Customer, office: Schedule
) -> None:
    response = browser.post(f"/schedules/week/{office.pk}/remove/", follow=True)
    with tenant(acme):
        assert not Schedule.objects.exists()
    browser.post(undo_of(response))
    with tenant(acme):
        assert (Schedule.objects.get().name, periods_of(Schedule.objects.get())) == ("Werktijden", [OFFICE])
        assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="schedule.").order_by("pk")] == [
            "schedule.create",
            "schedule.remove",
            "schedule.create",
        ]


def test_one_in_use_is_not_removed_until_another_is_followed_instead(
    browser: Client, acme: Customer, office: Schedule, sanne: Line
) -> None:
    with tenant(acme):
        found = block(sanne, office)
        other = services.create_schedule(actor=system(acme), customer=acme, name="Zomer", periods=[])
    url = f"/schedules/week/{office.pk}/remove/"
    assert "In plaats daarvan volgen" in text(browser.get(url))
    refused = browser.post(url)
    assert refused.status_code == 409
    assert "nog in gebruik bij: Enquêtes (Sanne Bakker (121))" in text(refused)
    assert "Zomer wordt nu gevolgd" in text(browser.post(url, {"instead": other.pk}, follow=True))
    with tenant(acme):
        found.refresh_from_db()
        assert found.schedule == other
        assert not Schedule.objects.filter(pk=office.pk).exists()
        entry = AuditEntry.objects.get(verb="schedule.replace")
        assert (entry.object_type, entry.changes) == ("telephony.callerfilter", {"schedule": ["Werktijden", "Zomer"]})


def test_another_customers_or_itself_cannot_stand_in(
    browser: Client, acme: Customer, birch: Customer, office: Schedule, feestdagen: HolidaySchedule, sanne: Line
) -> None:
    with tenant(birch):
        theirs = services.create_schedule(actor=system(birch), customer=birch, name="Zomer", periods=[])
    with tenant(acme):
        block(sanne, office)
    url = f"/schedules/week/{office.pk}/remove/"
    assert browser.post(url, {"instead": theirs.pk}).status_code == 404
    assert browser.post(url, {"instead": office.pk}).status_code == 409
    assert browser.post(url, {"instead": "x"}).status_code == 404
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.remove_hours(actor=system(acme), schedule=office, instead=feestdagen)  # type: ignore[type-var]
    assert refused.value.code == "schedule_replaces_itself"


def test_everything_that_refuses_to_lose_a_schedule_is_found_by_that() -> None:
    names = [
        {relation.name for relation in schedule_selectors._followers(model)} for model in (Schedule, HolidaySchedule)
    ]
    assert names == [{"night_modes", "auto_attendants", "caller_filters"}, {"night_modes", "auto_attendants"}]


def test_what_it_was_opens_for_its_own_customer_only(acme: Customer, birch: Customer, office: Schedule) -> None:
    with tenant(acme):
        token = remember(office)
    assert recall(token, birch.pk) is None
    assert recall(token + "x", acme.pk) is None
    assert recall(token, acme.pk) == ("week", office.pk, {"name": "Werktijden", "periods": [OFFICE]})


def test_the_fullest_list_that_people_make_fits_into_the_address(acme: Customer) -> None:
    days = [day.row() for day in public_holidays(range(2026, 2042))]
    with tenant(acme):
        full = services.create_holidays(actor=system(acme), customer=acme, name="Alles", days=days[:MOST_DAYS])
        assert 0 < len(remember(full)) <= LONGEST


def test_an_employee_neither_sees_nor_changes_them(employee: Client, office: Schedule) -> None:
    for url in ("/schedules/", "/schedules/week/new/", f"/schedules/week/{office.pk}/"):
        assert employee.get(url).status_code == 403
    assert employee.post(f"/schedules/week/{office.pk}/remove/").status_code == 403


def test_an_unknown_kind_is_absent(browser: Client) -> None:
    assert browser.get("/schedules/menu/new/").status_code == 404


# --- calendars ---


def test_a_schedule_is_downloaded_as_a_calendar(browser: Client, office: Schedule) -> None:
    response = browser.get(f"/schedules/week/{office.pk}/calendar/")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="werktijden.ics"'
    assert b"BYDAY=MO,TU,WE,TH,FR" in response.content


def test_a_calendar_is_read_into_the_form_and_nothing_is_saved(browser: Client, acme: Customer) -> None:
    lines = (
        "BEGIN:VCALENDAR",
        "X-WR-CALNAME:Winkel",
        "BEGIN:VEVENT",
        "SUMMARY:Open",
        "DTSTART;TZID=Europe/Amsterdam:20240101T090000",
        "DURATION:PT8H",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TH",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "SUMMARY:Braderie",
        "DTSTART:20270601T090000",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    sent = SimpleUploadedFile("winkel.ics", "\r\n".join(lines).encode(), "text/calendar")
    page = browser.post("/schedules/week/import/", {"file": sent})
    shown = text(page)
    assert "Gelezen, nog niet opgeslagen" in shown
    assert "Braderie: deze komt één keer" in shown
    assert 'action="/schedules/week/new/"' in page.content.decode()
    with tenant(acme):
        assert not Schedule.objects.exists()
    rows = page.context["rows"]
    assert (
        rows.forms[0].initial | {"days": [0, 3], "start": "9:00", "end": "17:00", "name": "Open"}
        == rows.forms[0].initial
    )
    browser.post(
        "/schedules/week/new/",
        week_form({"days": ["0", "3"], "start": "9:00", "end": "17:00", "name": "Open"}, name="Winkel", stored=1),
    )
    with tenant(acme):
        assert periods_of(Schedule.objects.get()) == [PeriodRow(frozenset({0, 3}), 540, 1020, "Open")]


@pytest.mark.parametrize("kind", ["week", "holidays"])
def test_a_file_that_is_no_calendar_is_refused_with_the_reason(browser: Client, kind: str) -> None:
    sent = SimpleUploadedFile("foto.ics", b"\x89PNG\r\n", "text/calendar")
    assert "Dit is geen agenda." in text(browser.post(f"/schedules/{kind}/import/", {"file": sent}, follow=True))
    assert "Kies eerst een bestand." in text(browser.post(f"/schedules/{kind}/import/", follow=True))


def test_somebody_of_another_customer_finds_nothing(carol: User, client: Client, office: Schedule) -> None:
    client.force_login(carol)
    for page in ("", "calendar/", "remove/"):
        assert client.get(f"/schedules/week/{office.pk}/{page}").status_code == 404


def test_the_owner_made_it(owner: Actor, acme: Customer) -> None:
    with tenant(acme):
        services.create_schedule(actor=owner, customer=acme, name="Nacht", periods=[NIGHT])
        entry = AuditEntry.objects.get(verb="schedule.create")
    assert (entry.user, entry.changes["periods"][1]) == (owner.user, "Storingsdienst: fr 22:00-6:00")
