"""The story of one call in the API: the same as on its page, with the same numbers hidden."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import Customer, Membership, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.services.corrections import book, reversal, successor
from cdr.tests.test_story import OCTOBER
from cdr.tests.worlds import a_bundle, a_source, a_tariff, asterisk_row, load, write

pytestmark = pytest.mark.django_db


def shown(client: Client, user: User, call: CallRecord) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    answer = client.get(f"/api/v1/calls/{calls.cursor_of(call)}/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    return answer.json()


def test_a_forwarded_call_tells_who_called_who_forwarded_and_which_legs_it_had(
    client: Client, alice: User, forwarded: CallRecord
) -> None:
    story = shown(client, alice, forwarded)["story"]
    assert (story["caller"], story["forwarded_by"], story["called"]) == ("+31201234567", "+31887654000", "+31612345678")
    assert (story["tariff"], story["own_price"], story["valid_from"]) == ("Basis", False, "2020-01-01")
    assert "per minuut" in story["calculation"]
    assert [(leg["direction"], leg["is_call"]) for leg in story["legs"]] == [("incoming", False), ("forwarded", True)]


def test_hidden_digits_are_hidden_in_every_part_of_the_story(client: Client, bob: User, forwarded: CallRecord) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    found = shown(client, bob, forwarded)
    story = found["story"]
    numbers = [found["other"], story["caller"], story["called"], *(leg["other"] for leg in story["legs"])]
    assert all(number.endswith("xxxx") for number in numbers)
    assert story["forwarded_by"] == "+31887654000"


def test_the_rows_of_a_correction_name_each_other(client: Client, alice: User, acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    load(write(tmp_path, [asterisk_row(dst="0612345678", billsec=60)]), a_source())
    with tenant(acme):
        first = CallRecord.objects.get()
    period = OCTOBER.first_day
    with crossing(Crossing.INGEST):
        book([reversal(first, period=period), successor(first, period=period, seconds=120, micros=180_000)])
    with tenant(acme):
        first, back, after = CallRecord.objects.order_by("revision")
    ids = [calls.cursor_of(row) for row in (first, back, after)]
    found = [shown(client, alice, row) for row in (first, back, after)]
    assert [one["correction"] for one in found] == [False, True, False]
    assert [one["story"]["corrections"] for one in found] == [
        {"books_back": None, "booked_back_by": ids[1], "replaces": None, "replaced_by": ids[2]},
        {"books_back": ids[0], "booked_back_by": None, "replaces": None, "replaced_by": ids[2]},
        {"books_back": None, "booked_back_by": None, "replaces": ids[0], "replaced_by": None},
    ]
    assert [len(one["story"]["legs"]) for one in found] == [1, 1, 1]


def test_what_a_bundle_covers_is_named(client: Client, alice: User, acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_bundle(acme, kind="minutes", included_minutes=1)
    load(write(tmp_path, [asterisk_row(dst="0201234567", billsec=120, start="2026-10-05 10:00:00")]), a_source())
    with tenant(acme):
        call = CallRecord.objects.get()
    found = shown(client, alice, call)
    [cover] = found["story"]["bundles"]
    assert (cover["seconds"], cover["amount"]) == (found["covered_seconds"], found["discount"]) != (0, "0.000000")
