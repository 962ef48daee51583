"""Schedules and holidays: their pages, what follows them, and taking them away."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import Actor, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import schedule_selectors, services
from telephony.callers import Pattern
from telephony.hours import MOST_DAYS, MOST_PERIODS, PeriodRow, public_holidays
from telephony.models import CallerFilter, HolidaySchedule, Line, Schedule
from telephony.schedule_week import week_view
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import text
from telephony.views.schedule_undo import LONGEST, recall, remember

OFFICE = PeriodRow(frozenset(range(5)), 510, 1050)
NIGHT = PeriodRow(frozenset({4}), 1320, 360, "Storingsdienst")
TODAY = dt.date(2026, 11, 26)


@pytest.fixture
def office(acme: Customer) -> Schedule:
    with tenant(acme):
        return services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE])


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
    monday, *_week, sunday = [words for _day, words in view.days]
    assert (monday, sunday) == (["tot 6:00 Nacht"], ["22:00–6:00 Nacht"])
    late, early = sorted(view.blocks, key=lambda piece: -piece.y)
    assert (late.x, late.y, late.height) == ("86.4%", 28 + 22 * 20, 40)
    assert (early.x, early.y, early.height) == ("6.0%", 28, 120)


def test_the_page_shows_what_a_person_typed_also_when_it_is_refused(browser: Client, office: Schedule) -> None:
    rows: list[dict[str, Any]] = [{"days": ["2"], "start": "7:00", "end": "8:00"}, {"start": "9:00", "end": "10:00"}]
    shown = text(browser.post(f"/schedules/week/{office.pk}/", week_form(*rows, stored=1)))
    assert "7:00–8:00" in shown
    assert "Kies minstens één dag." in shown


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
    assert "data-savebar" not in page.content.decode()  # it would hide, because nothing was typed
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


@pytest.mark.parametrize("page", ["", "week/{pk}/"])
def test_a_page_takes_no_more_queries_when_there_is_more_to_show(
    browser: Client, acme: Customer, office: Schedule, sanne: Line, page: str
) -> None:
    url, counts = f"/schedules/{page.format(pk=office.pk)}", []
    browser.get(url)  # the first request of a session writes it
    for more in range(2):
        with tenant(acme):
            for n in range(1, 4):
                name = f"Lijst {more} {n}"
                services.set_caller_filter(
                    actor=system(acme), line=sanne, name=name, patterns=[Pattern("+31201234567")], schedule=office
                )
                services.create_schedule(actor=system(acme), customer=acme, name=name, periods=[OFFICE, NIGHT])
                services.create_dutch_holidays(actor=system(acme), customer=acme, name=name, years=[2026])
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_chooses_a_schedule_sees_its_hours_beside_its_name(employee: Client, office: Schedule, sanne: Line) -> None:
    assert "Werktijden · ma t/m vr 8:30 tot 17:30" in text(employee.get("/my-phone/callers/new/"))
