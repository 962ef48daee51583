"""Numbers with unlimited calls: said behind the number, on a page of their own, and in the API."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony.api import PhoneNumberViewSet
from telephony.line_api import LineViewSet
from telephony.models import Line, UnlimitedCalling
from telephony.services import UnlimitedDays, keep_unlimited_calling
from telephony.tests.test_api import read
from telephony.tests.test_pages import text

pytestmark = pytest.mark.django_db

SANNE, FREE = "+31887654001", "+31887654002"
TODAY = timezone.localdate()


def keep(customer: Customer, days: Sequence[UnlimitedDays]) -> None:
    with tenant(customer):
        keep_unlimited_calling(customer_id=customer.pk, days=days)


@pytest.fixture
def unlimited(acme: Customer, sanne: Line) -> None:
    """Sanne's number, from today on."""
    keep(acme, [UnlimitedDays(SANNE, TODAY, None)])


def test_the_settings_of_a_number_say_that_it_is_unlimited(
    browser: Client, employee: Client, sanne: Line, sales: Line, unlimited: None
) -> None:
    assert "088 765 40 01 · intern 121 · Bellen onbeperkt" in text(browser.get(f"/phones/{sanne.pk}/"))
    assert "Bellen onbeperkt" not in text(browser.get(f"/phones/{sales.pk}/"))
    assert "088 765 40 01 Bellen onbeperkt" in text(browser.get("/phones/"))
    assert "088 765 40 01 · intern 121 · Bellen onbeperkt" in text(employee.get("/my-phone/"))


def test_a_page_lists_the_numbers(browser: Client, acme: Customer, sanne: Line) -> None:
    assert "Geen nummer heeft Bellen onbeperkt" in text(browser.get("/phones/unlimited/"))
    keep(acme, [UnlimitedDays(SANNE, TODAY, None), UnlimitedDays(FREE, TODAY, None)])
    shown = text(browser.get("/phones/unlimited/"))
    assert "2 nummers" in shown
    assert "088 765 40 01 Sanne Bakker 121" in shown
    assert "088 765 40 02 – –" in shown


def test_the_api_tells_it_of_lines_and_of_numbers(alice: User, sanne: Line, unlimited: None) -> None:
    assert read(LineViewSet, alice, sanne.pk).data["unlimited_numbers"] == [SANNE]
    found = read(PhoneNumberViewSet, alice).data["results"]
    assert [number["number"] for number in found if number["unlimited_calling"]] == [SANNE]


@pytest.mark.parametrize(
    ("first", "end", "holds"),
    [
        (TODAY, TODAY + timedelta(days=1), True),
        (TODAY - timedelta(days=9), TODAY, False),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_it_holds_on_its_days_only(
    alice: User, acme: Customer, sanne: Line, first: date, end: date | None, *, holds: bool
) -> None:
    keep(acme, [UnlimitedDays(SANNE, first, end)])
    assert bool(read(LineViewSet, alice, sanne.pk).data["unlimited_numbers"]) == holds


def test_of_two_bundles_from_one_day_the_longer_counts(acme: Customer, sanne: Line) -> None:
    soon, later = TODAY + timedelta(days=5), TODAY + timedelta(days=9)
    keep(acme, [UnlimitedDays(SANNE, TODAY, soon), UnlimitedDays(SANNE, TODAY, later)])
    keep(acme, [UnlimitedDays(SANNE, TODAY, later), UnlimitedDays(SANNE, TODAY, soon)])
    with tenant(acme):
        assert UnlimitedCalling.objects.get().valid_to == later


def test_what_one_customer_has_is_not_told_to_another(
    browser: Client, birch: Customer, sanne: Line, unlimited: None
) -> None:
    keep(birch, [])
    assert "1 nummer" in text(browser.get("/phones/unlimited/"))
    with tenant(birch):
        assert not UnlimitedCalling.objects.exists()
