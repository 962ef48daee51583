"""What a call would cost, and why: on the page, for operators and in the API."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.cost_api import CallCostViewSet
from cdr.cost_asking import read_length
from cdr.cost_words import step_words
from cdr.models import CustomerRate, Tariff
from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price, calculate
from cdr.tests.worlds import NOW, a_tariff
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


@pytest.fixture
def basis(acme: Customer, birch: Customer) -> Tariff:
    return a_tariff()


def ask(user: User, **query: str) -> Any:
    request = APIRequestFactory().get("/api/v1/call-cost/", query)
    force_authenticate(request, user=user)
    return CallCostViewSet.as_view({"get": "list"})(request)


def read(client: Client, user: User, url: str, **query: str) -> str:
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def own_price(customer: Customer, prefix: str, minute: int) -> None:
    with tenant(customer):
        CustomerRate.objects.create(
            customer=customer, prefix=prefix, minute_micros=minute, setup_micros=0, valid_from=date(2020, 1, 1)
        )


@pytest.mark.parametrize("number", ["0612345678", "06-12 34 56 78", "+31 6 12345678", "0031612345678"])
def test_the_answer_comes_in_words_for_any_spelling_of_a_number(
    basis: Tariff, alice: User, client: Client, number: str
) -> None:
    page = read(client, alice, "/calls/cost/", number=number, duration="2")
    assert f"€{NBSP}0,18 · 2{NBSP}min naar Nederland mobiel" in page
    assert "Basis, prijzen vanaf 1 januari 2020" in page


def test_an_amount_finer_than_a_cent_keeps_four_decimals(basis: Tariff, alice: User, client: Client) -> None:
    assert f"€{NBSP}0,0603 · 1:01 naar Nederland vast" in read(
        client, alice, "/calls/cost/", number="0201234567", duration="1:01"
    )


@pytest.mark.parametrize("number", ["112", "113", "0800 0410", "116 111"])
def test_what_is_never_charged_says_so(basis: Tariff, alice: User, client: Client, number: str) -> None:
    assert "Gratis ·" in read(client, alice, "/calls/cost/", number=number)


def test_a_number_without_a_price_says_so_and_never_nothing(basis: Tariff, alice: User, client: Client) -> None:
    page = read(client, alice, "/calls/cost/", number="+49 30 901820")
    assert "De prijs is niet bekend" in page
    assert "0,00" not in page


def test_a_number_of_ones_own_costs_nothing(basis: Tariff, acme: Customer, alice: User, client: Client) -> None:
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654000")
    assert "eigen nummer" in read(client, alice, "/calls/cost/", number="088 765 40 00")


def test_nonsense_is_refused_with_what_to_type(basis: Tariff, alice: User, client: Client) -> None:
    page = read(client, alice, "/calls/cost/", number="hallo?", duration="lang")
    assert "Dit is geen telefoonnummer" in page
    assert "Nog geen antwoord" in page
    assert "Nog niet opgeslagen" not in page
    assert "Typ de duur in minuten" in page


def test_an_own_price_is_named_and_only_its_customer_has_it(
    basis: Tariff, acme: Customer, alice: User, carol: User, client: Client
) -> None:
    own_price(acme, "316", 10_000)
    mine = read(client, alice, "/calls/cost/", number="0612345678", duration="2")
    assert f"€{NBSP}0,02 ·" in mine
    assert f"in plaats van €{NBSP}0,0900 per minuut in Basis" in mine
    assert f"€{NBSP}0,18 ·" in read(client, carol, "/calls/cost/", number="0612345678", duration="2")


def test_an_operator_asks_it_for_any_customer(
    basis: Tariff, acme: Customer, birch: Customer, olga: User, client: Client
) -> None:
    own_price(acme, "316", 10_000)
    query = {"number": "0612345678", "duration": "2"}
    assert f"€{NBSP}0,02 ·" in read(client, olga, "/operate/call-cost/", customer="acme", **query)
    assert f"€{NBSP}0,18 ·" in read(client, olga, "/operate/call-cost/", customer="birch", **query)
    assert "Geen klant heeft deze referentie" in read(client, olga, "/operate/call-cost/", customer="nobody")


def test_the_api_gives_words_amount_and_steps(basis: Tariff, alice: User) -> None:
    data = ask(alice, number="020 123 4567", seconds="61", at="2026-10-15T09:12:00+02:00").data
    assert (data["number"], data["outcome"], data["amount"]) == ("+31201234567", "priced", "0.060250")
    assert (data["billed_seconds"], data["setup"], data["band"]) == (61, "0.045000", None)
    assert [step["code"] for step in data["steps"]] == [
        "number", "tariff", "prefix", "band", "setup", "billed", "traffic", "amount",
    ]  # fmt: skip


def test_the_api_tells_free_from_unknown(basis: Tariff, alice: User) -> None:
    free, unknown = ask(alice, number="112").data, ask(alice, number="+49 30 901820").data
    assert (free["outcome"], free["amount"]) == ("free", "0.000000")
    assert (unknown["outcome"], unknown["amount"]) == ("no_rate", None)


def test_the_api_names_the_band(basis: Tariff, acme: Customer, alice: User) -> None:
    own_price(acme, "31", 60_000)
    with tenant(acme):
        CustomerRate.objects.update(offpeak_minute_micros=30_000)
    moments = ("2026-10-15T19:59:59+02:00", "2026-10-15T20:00:00+02:00", "2026-10-17T12:00:00+02:00")
    found = [ask(alice, number="0201234567", seconds="60", at=moment).data for moment in moments]
    assert [(data["band"], data["amount"]) for data in found] == [
        ("peak", "0.060000"),
        ("off_peak", "0.030000"),
        ("off_peak", "0.030000"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"number": "x"},
        {"number": "112", "seconds": "-1"},
        {"number": "112", "seconds": "99999999"},
        {"number": "112", "at": "yesterday"},
        {"number": "112", "own": "0201234567"},
    ],
)
def test_the_api_names_what_is_wrong_with_a_question(basis: Tariff, alice: User, wrong: dict[str, str]) -> None:
    response = ask(alice, **wrong)
    assert response.status_code == 400
    assert len(response.data["errors"]) == 1


def test_who_may_not_see_calls_may_not_ask(basis: Tariff, bob: User) -> None:
    assert ask(bob, number="112").status_code == 403


def test_the_page_reads_only_the_rates_of_the_number(
    basis: Tariff, alice: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(alice)
    with django_assert_max_num_queries(20):
        client.get("/calls/cost/", {"number": "0612345678"})


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        *(("2", 120), ("2:30", 150), ("0:45", 45), ("1:02:03", 3723), ("1440", 86_400)),
        *((wrong, None) for wrong in ("1441", "1:60", "-1", "", "2:", "1:2:3:4", "x")),
    ],
)
def test_a_length_is_read_as_people_write_it(typed: str, seconds: int | None) -> None:
    assert read_length(typed) == seconds


@pytest.mark.parametrize(
    ("first", "step", "words"),
    [
        (1, 1, "per seconde"),
        (6, 6, "in stappen van 6 seconden"),
        (60, 30, "minstens 60 seconden, daarna in stappen van 30"),
    ],
)
def test_billed_time_is_told_in_words(first: int, step: int, words: str) -> None:
    made = calculate(Price(0, 60_000, first_seconds=first, step_seconds=step), PeakHours(), seconds=90, start=NOW)
    with override("nl"):
        assert step_words(made) == words


def test_an_operator_asks_the_api_for_any_customer_and_nobody_else_does(
    basis: Tariff, acme: Customer, olga: User, alice: User, client: Client
) -> None:
    def ask(user: User, **asked: str) -> Any:
        headers = {"Authorization": f"Bearer {create_token(actor=system(), user=user, name='t')[1]}"}
        return client.get("/api/v1/customer-call-cost/", asked, headers=headers)

    found = ask(olga, customer=acme.reference, number="020 123 4567", seconds="60").json()
    assert (found["number"], found["outcome"], found["amount"]) == ("+31201234567", "priced", "0.060000")
    assert list(ask(olga, customer="nobody", number="112").json()["errors"]) == ["customer"]
    assert list(ask(olga, customer=acme.reference, number="veel").json()["errors"]) == ["number"]
    assert ask(alice, customer=acme.reference, number="112").status_code == 404
