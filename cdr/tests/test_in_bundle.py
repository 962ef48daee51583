"""Calls that a bundle covers say so wherever they are shown, and their amount is what is left to pay."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.exporting.stream import content
from cdr.models import CallRecord, ExportForm
from cdr.selectors.calls import cursor_of
from cdr.tests.test_exports import planned, read, sheet
from cdr.tests.worlds import a_bundle, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import Leg

MONTH = "month=2026-10"
WHOLE, PART, NOT = "0201234561", "0201234562", "0021253726"  # wholly, partly and not in the bundle


@pytest.fixture
def called(acme: Customer, tmp_path: Path) -> None:
    """Two calls of two minutes to Dutch fixed numbers under a bundle of three minutes, and one to Morocco."""
    a_tariff()
    a_bundle(acme, kind="minutes", included_minutes=3)
    rows = [
        asterisk_row(dst=number, unique=f"1.{place}", start=f"2026-10-05 1{place}:00:00", billsec=120)
        for place, number in enumerate((WHOLE, PART, NOT))
    ]
    load(write(tmp_path, rows), a_source())


@pytest.mark.django_db
def test_the_list_says_which_calls_a_bundle_covers_and_shows_what_is_left_to_pay(
    called: None, client: Client, alice: User
) -> None:
    client.force_login(alice)
    groups = client.get(f"/calls/details/?{MONTH}").context["groups"]
    lines = [line for group in groups for line in group.lines]
    assert [line.bundle for line in lines] == ["", "deels in bundel", "in bundel"]
    assert [line.call.micros - line.call.amount for line in lines] == [
        0,
        lines[1].call.discount,
        lines[2].call.discount,
    ]
    assert 0 < lines[1].call.discount < lines[2].call.discount


@pytest.mark.django_db
def test_the_list_writes_it_beside_the_call(called: None, client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get(f"/calls/details/?{MONTH}").content.decode()
    assert page.count("deels in bundel") == 1


@pytest.mark.django_db
def test_the_story_of_a_call_says_what_it_would_have_cost_and_what_the_bundle_covers(
    called: None, client: Client, alice: User, acme: Customer
) -> None:
    client.force_login(alice)
    with tenant(acme):
        call = CallRecord.objects.get(leg=Leg.CALL, other="+31201234562")
    page = " ".join(client.get(f"/calls/{cursor_of(call)}/").content.decode().replace("\u00a0", " ").split())
    assert "deels in bundel" in page
    assert "Dat is € 0,0750, waarvan een bundel € 0,0600 dekt." in page


@pytest.mark.django_db
def test_the_story_of_another_call_says_nothing_of_bundles(
    called: None, client: Client, alice: User, acme: Customer
) -> None:
    client.force_login(alice)
    with tenant(acme):
        call = CallRecord.objects.get(leg=Leg.CALL, other="+21253726")
    assert "waarvan een bundel" not in client.get(f"/calls/{cursor_of(call)}/").content.decode()


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
@pytest.mark.parametrize("form", list(ExportForm))
def test_every_file_has_the_seconds_that_a_bundle_covers(called: None, acme: Customer, form: ExportForm) -> None:
    made = planned(acme, form)
    rows = sheet(b"".join(content(made))) if form is ExportForm.XLSX else read(made)
    assert [row[10] for row in rows[1:4]] == ["0", "60", "120"]
    assert [row[8] for row in rows[1:4]] == ["120", "120", "120"]


@pytest.mark.django_db(transaction=True)
def test_without_bundles_the_files_say_zero(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, [asterisk_row(start="2026-10-05 10:00:00")]), a_source())
    assert [row[10] for row in read(planned(acme, ExportForm.ISO))[1:]] == ["0"]


@pytest.mark.django_db
def test_the_api_gives_the_seconds_in_the_bundle_and_the_money_it_takes_off(
    called: None, client: Client, alice: User
) -> None:
    _, key = create_token(actor=system(door=Door.COMMAND), user=alice, name="test")
    headers: dict[str, Any] = {"Authorization": f"Bearer {key}"}
    results = client.get(f"/api/v1/calls/?{MONTH}", headers=headers).json()["results"]
    assert [call["covered_seconds"] for call in results] == [0, 60, 120]
    assert [(call["amount"], call["discount"]) for call in results[1:]] == [
        ("0.015000", "0.060000"),
        ("0.000000", "0.075000"),
    ]
