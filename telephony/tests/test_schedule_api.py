"""Schedules and holidays in the API: the same rules, and the same reasons."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.parsers import MultiPartParser
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import HolidaySchedule, Line, Schedule
from telephony.schedule_api import HolidaysViewSet, PublicHolidaysViewSet, ScheduleViewSet
from telephony.tests.test_schedules import OFFICE, block

WEEK = {
    "name": "Werktijden",
    "periods": [
        {"days": [0, 1], "start": "8:30", "end": "17:30", "name": "Balie"},
        {"days": [5], "start": "22:00", "end": "6:00"},
        {"days": [6]},
    ],
}


def ask(view: Any, user: User, method: str, name: str, data: object = None, **where: Any) -> Any:
    how = where.pop("how", "json")
    request = getattr(APIRequestFactory(), method)(where.pop("url", "/api/v1/"), data, format=how)
    force_authenticate(request, user=user)
    parsers = {"parser_classes": [MultiPartParser]} if how == "multipart" else {}
    return view.as_view({method: name}, **parsers)(request, **where)


def test_a_schedule_is_made_read_changed_and_removed(alice: User, acme: Customer) -> None:
    made = ask(ScheduleViewSet, alice, "post", "create", WEEK)
    assert made.status_code == 201
    assert made.data["used_by"] == []
    assert sorted(made.data["periods"], key=lambda row: row["days"]) == [
        {"name": "Balie", "days": [0, 1], "start": "8:30", "end": "17:30"},
        {"name": "", "days": [5], "start": "22:00", "end": "6:00"},
        {"name": "", "days": [6], "start": "0:00", "end": "24:00"},
    ]
    pk = made.data["id"]
    assert ask(ScheduleViewSet, alice, "get", "retrieve", pk=pk).data == made.data
    changed = ask(ScheduleViewSet, alice, "put", "update", {"name": "Zomer", "periods": []}, pk=pk)
    assert (changed.status_code, changed.data["name"], changed.data["periods"]) == (200, "Zomer", [])
    assert ask(ScheduleViewSet, alice, "delete", "destroy", pk=pk).status_code == 204
    assert ask(ScheduleViewSet, alice, "get", "retrieve", pk=pk).status_code == 404


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ({"days": []}, 400),
        ({"days": [7]}, 400),
        ({"days": [0], "start": "25:00"}, 400),
        ({"days": [0], "start": 830}, 400),
        ({"days": [0], "start": "9:00", "end": "9:00"}, 409),
    ],
)
def test_a_period_that_cannot_be_is_refused(alice: User, acme: Customer, period: dict[str, Any], status: int) -> None:
    assert ask(ScheduleViewSet, alice, "post", "create", {"name": "X", "periods": [period]}).status_code == status


def test_an_employee_reads_to_choose_from_and_changes_nothing(bob: User, acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        office = services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE])
        block(sanne, office)
    read = ask(ScheduleViewSet, bob, "get", "retrieve", pk=office.pk)
    assert (read.status_code, read.data["used_by"]) == (200, None)
    for method, name, where in (("post", "create", {}), ("put", "update", {"pk": office.pk}), ("post", "read", {})):
        assert ask(ScheduleViewSet, bob, method, name, WEEK, **where).status_code == 403
    assert ask(ScheduleViewSet, bob, "delete", "destroy", pk=office.pk).status_code == 403


def test_one_in_use_says_by_what_and_goes_when_another_is_named(
    alice: User, carol: User, acme: Customer, sanne: Line
) -> None:
    with tenant(acme):
        office = services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE])
        other = services.create_schedule(actor=system(acme), customer=acme, name="Zomer", periods=[])
        found = block(sanne, office)
    (use,) = ask(ScheduleViewSet, alice, "get", "retrieve", pk=office.pk).data["used_by"]
    assert (use["name"], use["url"]) == ("Enquêtes (Sanne Bakker (121))", f"/phones/{sanne.pk}/callers/{found.pk}/")
    refused = ask(ScheduleViewSet, alice, "delete", "destroy", pk=office.pk)
    assert (refused.status_code, refused.data["type"]) == (409, "urn:centrale:problem:schedule_in_use")
    assert ask(ScheduleViewSet, carol, "delete", "destroy", pk=office.pk).status_code == 404
    assert ask(ScheduleViewSet, alice, "delete", "destroy", pk=office.pk, url="/?instead=x").status_code == 400
    url = f"/?instead={other.pk}"
    assert ask(ScheduleViewSet, alice, "delete", "destroy", pk=office.pk, url=url).status_code == 204
    with tenant(acme):
        found.refresh_from_db()
    assert found.schedule_id == other.pk


@time_machine.travel(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC))
def test_a_list_that_is_kept_up_to_date_has_the_years_ahead(alice: User, acme: Customer) -> None:
    days = [{"name": "Eerste kerstdag", "first": "2026-12-25"}]
    made = ask(HolidaysViewSet, alice, "post", "create", {"name": "NL", "keep_up_to_date": True, "days": days})
    assert made.status_code == 201
    assert [(row["name"], row["first"], row["last"]) for row in made.data["days"]] == [
        ("Eerste kerstdag", f"{year}-12-25", f"{year}-12-25") for year in range(2026, 2030)
    ]
    same = ask(HolidaysViewSet, alice, "put", "update", made.data, pk=made.data["id"])
    assert same.data == made.data
    with tenant(acme):
        assert HolidaySchedule.objects.get().public_until == 2029


def test_public_holidays_are_offered_by_year(bob: User, acme: Customer) -> None:
    found = ask(PublicHolidaysViewSet, bob, "get", "list", url="/?year=2027").data
    assert [row["day"] for row in found if not row["is_official"]] == ["2027-05-05"]
    assert len(found) == 11
    for wrong in ("x", "20270", "1890"):
        assert ask(PublicHolidaysViewSet, bob, "get", "list", url=f"/?year={wrong}").status_code == 400


def test_a_calendar_goes_out_and_comes_in(alice: User, acme: Customer) -> None:
    pk = ask(ScheduleViewSet, alice, "post", "create", WEEK).data["id"]
    sent = SimpleUploadedFile("x.ics", ask(ScheduleViewSet, alice, "get", "calendar", pk=pk).content)
    read = ask(ScheduleViewSet, alice, "post", "read", {"file": sent}, how="multipart")
    assert read.status_code == 200
    assert (read.data["name"], len(read.data["periods"]), read.data["skipped"]) == ("Werktijden", 3, [])
    with tenant(acme):
        assert Schedule.objects.count() == 1  # reading saves nothing
    wrong = SimpleUploadedFile("x.ics", b"no")
    assert (
        ask(HolidaysViewSet, alice, "post", "read", {"file": wrong}, how="multipart")
        .data["type"]
        .endswith("no_calendar")
    )
