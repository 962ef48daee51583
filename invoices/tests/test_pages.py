"""The archive, one invoice and its PDF, for those who may see them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from invoices.models import Invoice, OneOffCharge, Subscription
from invoices.services import bill
from portal.lib.periods import Month

type Subscribe = Callable[..., Subscription]
NBSP = "\u00a0"


def billed(customer: Customer, month: Month) -> Invoice:
    with time_machine.travel(f"{month.shifted(1)}-02T10:00:00+01:00", tick=False):
        made = bill(actor=system(customer, Door.COMMAND), customer=customer, month=month).invoice
    assert made is not None
    return made


@pytest.fixture
def two(acme: Customer, subscribed: Subscribe, called: Callable[..., None]) -> tuple[Invoice, Invoice]:
    """September and October of Acme; in October fewer calls and a new phone."""
    subscribed(acme, billed_until=date(2026, 9, 1))
    called(acme, Month(2026, 9), calls=1796, micros=295_920_000)
    called(acme, Month(2026, 10), calls=1850, micros=277_080_000)
    first = billed(acme, Month(2026, 9))
    with tenant(acme):
        OneOffCharge.objects.create(
            customer=acme, description="Yealink T46U voor Lisa Jansen", price_micros=149_000_000, day=date(2026, 10, 5)
        )
    return first, billed(acme, Month(2026, 10))


@pytest.fixture
def at_acme(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode().replace(NBSP, " ")


def test_the_archive_lists_every_invoice_newest_first(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    shown = page(at_acme, "/invoices/")
    assert shown.index("oktober 2026") < shown.index("september 2026")
    for words in ("2026-000002", "2 november 2026", "€ 684,11", "Factuurnr.", "Bedrag incl. btw"):
        assert words in shown


def test_the_archive_is_filtered_by_period_and_number_and_sorted(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    assert "2026-000002" not in page(at_acme, "/invoices/?last=2026-09-30")
    assert "2026-000001" not in page(at_acme, "/invoices/?number=0002")
    shown = page(at_acme, "/invoices/?sort=number")
    assert shown.index("2026-000001") < shown.index("2026-000002")


def test_a_day_within_a_month_means_that_month(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    shown = page(at_acme, "/invoices/?first=2026-10-15&last=2026-10-20")
    assert "2026-000002" in shown
    assert "2026-000001" not in shown


def test_a_filter_that_cannot_be_read_restricts_nothing(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    assert "2026-000001" in page(at_acme, "/invoices/?first=yesterday&sort=colour")


def test_an_invoice_leads_to_its_calls_and_to_what_they_add_up_to(
    at_acme: Client, two: tuple[Invoice, Invoice]
) -> None:
    shown = page(at_acme, f"/invoices/{two[1].pk}/")
    for path in ("/calls/details/", "/calls/"):
        assert f'href="{path}?invoice=2026-000002"' in shown
        assert "Factuur: oktober 2026 · 2026-000002" in page(at_acme, f"{path}?invoice=2026-000002")


@pytest.mark.parametrize("typed", ["2026-000001", " 2026-000001 ", "2026-09"])
def test_calls_are_asked_for_by_the_number_of_their_invoice(
    at_acme: Client, two: tuple[Invoice, Invoice], acme: Customer, typed: str
) -> None:
    shown = page(at_acme, f"/calls/?invoice={typed}")
    assert "Factuur: september 2026 · 2026-000001" in shown
    assert "€ 295,92" in shown
    assert "€ 277,08" not in shown


def test_the_number_of_an_invoice_of_a_month_without_calls_finds_none(
    at_acme: Client, acme: Customer, subscribed: Subscribe
) -> None:
    subscribed(acme, billed_until=date(2026, 10, 1))
    found = billed(acme, Month(2026, 10))
    assert "Geen gesprekken met deze filters" in page(at_acme, f"/calls/?invoice={found.number}")


@pytest.mark.parametrize("path", ["/calls/", "/calls/details/"])
def test_the_number_of_an_invoice_of_another_customer_is_as_unknown_as_any(
    client: Client, carol: User, two: tuple[Invoice, Invoice], path: str
) -> None:
    client.force_login(carol)
    for number in (two[0].number, "2026-999999"):
        shown = page(client, f"{path}?invoice={number}")
        assert "Je hebt geen factuur met dit nummer. Kies er een uit de lijst." in shown
        assert "295,92" not in shown


def test_the_api_takes_the_number_of_an_invoice_and_refuses_one_that_is_not_yours(
    client: Client, alice: User, carol: User, two: tuple[Invoice, Invoice]
) -> None:
    def totals(user: User) -> Any:
        key = create_token(actor=system(), user=user, name="t")[1]
        return client.get("/api/v1/call-totals/?invoice=2026-000001", headers={"Authorization": f"Bearer {key}"})

    assert totals(alice).json()["amount"] == "295.920000"
    refused = totals(carol)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["invoice"])


def test_a_saved_filter_keeps_the_number_of_its_invoice(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    at_acme.post("/calls/filters/new/", {"name": "September", "query": "invoice=2026-000001"})
    assert "2026-000001" in page(at_acme, "/calls/filters/")


def test_filters_that_fit_nothing_say_so_and_can_be_cleared(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    assert "Geen factuur past bij deze filters" in page(at_acme, "/invoices/?number=nothing")


def test_before_the_first_invoice_the_archive_says_when_it_comes(at_acme: Client) -> None:
    assert "Nog geen facturen" in page(at_acme, "/invoices/")


def test_an_invoice_opens_with_the_difference_and_its_causes(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    shown = page(at_acme, f"/invoices/{two[1].pk}/")
    for words in (
        "Factuur oktober 2026",
        "€ 684,11",
        "€ 565,38 excl. btw",
        "<b>€ 130,16 meer dan september</b>",
        "is het verschil − € 18,84",
        "Yealink T46U voor Lisa Jansen",
        "+ € 149,00",
        "Minder gesprekskosten",
        "54 gesprekken meer",
        "Verschil met september",
    ):
        assert words in shown, words


def test_the_first_invoice_has_nothing_to_be_compared_with(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    shown = page(at_acme, f"/invoices/{two[0].pk}/")
    assert "Dit is de eerste factuur." in shown
    assert "T.o.v." not in shown


def test_the_page_reads_in_english_for_who_does(at_acme: Client, alice: User, two: tuple[Invoice, Invoice]) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    assert "€130.16 more than September" in page(at_acme, f"/invoices/{two[1].pk}/")


def test_the_pdf_is_downloaded_under_its_number(at_acme: Client, two: tuple[Invoice, Invoice]) -> None:
    response = at_acme.get(f"/invoices/{two[1].pk}/pdf/")
    assert response.headers["Content-Disposition"] == 'attachment; filename="2026-000002.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.content.startswith(b"%PDF-")


@pytest.mark.parametrize("address", ["/invoices/{}/", "/invoices/{}/pdf/"])
def test_another_customers_invoice_is_not_there(
    client: Client, carol: User, two: tuple[Invoice, Invoice], address: str
) -> None:
    client.force_login(carol)
    assert client.get(address.format(two[0].pk)).status_code == 404
    assert "2026-000001" not in page(client, "/invoices/")


@pytest.mark.parametrize("address", ["/invoices/", "/invoices/{}/", "/invoices/{}/pdf/"])
def test_a_colleague_without_the_role_is_told_no(
    client: Client, bob: User, two: tuple[Invoice, Invoice], address: str
) -> None:
    client.force_login(bob)
    assert client.get(address.format(two[0].pk)).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_archive(
    at_acme: Client, two: tuple[Invoice, Invoice], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(at_acme, "/invoices/")
    with django_assert_num_queries(8):
        page(at_acme, "/invoices/")
    with django_assert_num_queries(12):
        page(at_acme, f"/invoices/{two[1].pk}/")
