"""Bundles on pages and in the API."""

import re
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.models import Bundle, BundleNumber
from cdr.services import close_period
from cdr.tests.worlds import NOW, a_bundle, a_source, a_tariff, asterisk_row, load, write
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db
PAGE = "/calls/bundles/?month=2026-10"


@pytest.fixture(autouse=True)
def november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_olga(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.fixture
def number(acme: Customer) -> str:
    with tenant(acme):
        return PhoneNumber.objects.create(customer=acme, e164="+31887654000").e164


def loaded(folder: Path) -> None:
    a_tariff()
    load(write(folder, [asterisk_row()]), a_source())


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split()).replace("\xa0", " ")


def test_a_customer_sees_how_full_a_bundle_is_and_what_it_saved(
    as_alice: Client, acme: Customer, tmp_path: Path
) -> None:
    a_bundle(acme, name="Groep", kind=Bundle.Kind.MINUTES, included_minutes=2)
    loaded(tmp_path)
    page = text_of(as_alice, PAGE)
    assert "Groep" in page
    assert "van" in page
    assert "€ 0,06" in page


def test_a_full_bundle_says_that_further_calls_are_paid(as_alice: Client, acme: Customer, tmp_path: Path) -> None:
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=1)
    loaded(tmp_path)
    assert "vol: verdere gesprekken worden betaald" in text_of(as_alice, PAGE)


def test_many_numbers_of_a_bundle_are_two_names_and_a_count(as_alice: Client, acme: Customer, tmp_path: Path) -> None:
    a_bundle(acme, [f"+3188765400{place}" for place in range(5)], kind=Bundle.Kind.MINUTES, included_minutes=60)
    loaded(tmp_path)
    assert "088 765 40 00, 088 765 40 01 en nog 3" in text_of(as_alice, PAGE)


def test_a_call_that_a_bundle_covers_says_so_in_the_list_and_in_its_story(
    as_alice: Client, acme: Customer, tmp_path: Path
) -> None:
    a_bundle(acme)
    loaded(tmp_path)
    listed = text_of(as_alice, "/calls/details/?month=2026-10")
    assert "in bundel" in listed
    found = re.search(r"/calls/\d+-\d+/", listed)
    assert found
    assert "waarvan een bundel € 0,06" in text_of(as_alice, found[0])


def test_without_a_bundle_the_page_says_what_one_is(as_alice: Client, acme: Customer) -> None:
    assert "Geen bundel in deze periode" in text_of(as_alice, PAGE)


def test_what_changed_of_a_billed_period_is_told(as_alice: Client, acme: Customer, tmp_path: Path) -> None:
    loaded(tmp_path)
    close_period(month=Month(2026, 10), actor=system())
    a_bundle(acme)
    page = text_of(as_alice, PAGE)
    assert "op de factuur van november 2026" in page


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_asks_as_many_queries_for_many_bundles_as_for_one(
    as_alice: Client, acme: Customer, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for place in range(count):
        a_bundle(acme, [f"+3188765400{place}"], name=f"Bundel {place}")
    as_alice.get(PAGE)
    with django_assert_num_queries(14):
        as_alice.get(PAGE)


# --- operators ---


def posted(**given: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "customer": "acme",
        "name": "Bellen onbeperkt",
        "kind": "unlimited",
        "prefixes": "311 312 short:140",
        "covers_setup": "on",
        "valid_from": "2026-10-01",
        "numbers": "088 765 4000",
    }
    return usual | given


def test_an_operator_makes_a_bundle(as_olga: Client, acme: Customer, number: str) -> None:
    response = as_olga.post(reverse("cdr:operate_bundle_new"), posted())
    assert response.status_code == 302
    with tenant(acme):
        bundle = Bundle.objects.get()
        assert (bundle.prefixes, bundle.included_minutes) == (["311", "312", "short:140"], None)
        assert [place.number for place in BundleNumber.objects.all()] == [number]
    assert "Bellen onbeperkt" in text_of(as_olga, reverse("cdr:operate_bundles"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"customer": "nobody"}, "Geen klant heeft deze referentie"),
        ({"numbers": "020 123 4567"}, "heeft geen nummer 020 123 4567"),
        ({"kind": "minutes"}, "hoeveel minuten"),
        ({"prefixes": ""}, "wat de bundel dekt"),
        ({"prefixes": "abc"}, "Dit is geen begin van een nummer: abc."),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said(
    as_olga: Client, acme: Customer, number: str, given: dict[str, object], said: str
) -> None:
    response = as_olga.post(reverse("cdr:operate_bundle_new"), posted(**given))
    assert said in response.content.decode()
    with tenant(acme):
        assert not Bundle.objects.exists()


def test_an_operator_changes_the_numbers_and_ends_the_bundle(as_olga: Client, acme: Customer, number: str) -> None:
    bundle = a_bundle(acme, [])
    page = reverse("cdr:operate_bundle", args=[bundle.pk])
    assert as_olga.post(page, {"numbers": "088 765 4000", "since": "2026-10-15"}).status_code == 302
    with tenant(acme):
        assert BundleNumber.objects.get().valid_from == date(2026, 10, 15)
    assert as_olga.post(page, {"valid_to": "2026-12-01"}).status_code == 302
    with tenant(acme):
        assert Bundle.objects.get().valid_to == date(2026, 12, 1)
    assert "ten minste één dag" in as_olga.post(page, {"valid_to": "2020-01-01"}).content.decode()


# --- API ---


def key_of(user: User) -> dict[str, str]:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    return {"Authorization": f"Bearer {key}"}


def test_the_api_tells_how_full_a_bundle_is(client: Client, alice: User, acme: Customer, tmp_path: Path) -> None:
    a_bundle(acme, kind=Bundle.Kind.MINUTES, included_minutes=2)
    loaded(tmp_path)
    found = client.get("/api/v1/call-bundles/?month=2026-10", headers=key_of(alice)).json()
    assert found == [
        {
            "bundle": "Bellen onbeperkt",
            "kind": "minutes",
            "numbers": ["+31887654000"],
            "used_seconds": 61,
            "included_seconds": 120,
            "saved": "0.060250",
        }
    ]
    assert client.get("/api/v1/call-bundles/?month=x", headers=key_of(alice)).status_code == 400


def test_an_operator_makes_changes_and_ends_a_bundle_in_the_api(
    client: Client, olga: User, acme: Customer, number: str
) -> None:
    headers = key_of(olga)
    kinds = ["nl_fixed", "nl_mobile"]
    new = posted() | {"numbers": [number], "prefixes": ["31"], "call_types": kinds, "covers_setup": True}
    made = client.post("/api/v1/bundles/", new, content_type="application/json", headers=headers)
    assert made.status_code == 201
    assert made.json()["numbers"] == [number]
    assert made.json()["call_types"] == kinds
    one = f"/api/v1/bundles/{made.json()['id']}/"
    moved = {"numbers": [], "since": "2026-11-01"}
    assert (
        client.post(f"{one}numbers/", moved, content_type="application/json", headers=headers).json()["numbers"] == []
    )
    ended = client.post(f"{one}end/", {"valid_to": "2026-12-01"}, content_type="application/json", headers=headers)
    assert ended.json()["valid_to"] == "2026-12-01"
    assert [bundle["id"] for bundle in client.get("/api/v1/bundles/", headers=headers).json()["results"]] == [
        made.json()["id"]
    ]
    for wrong in ({"numbers": ["+31201234567"]}, {"call_types": ["emergency"]}, {"call_types": ["moon"]}):
        answer = client.post("/api/v1/bundles/", new | wrong, content_type="application/json", headers=headers)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, list(wrong))
