"""The page about limits: what it says, who may change what, and what each form does."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import system
from accounts.models import AuditEntry, Customer, Membership, Partner, User
from accounts.tenancy import tenant
from cdr.models import GuardEvent, NumberLimit, PartnerLimit, SpendSettings
from cdr.tests.test_limits import EURO, NOON, NUMBER, choose, level, look, spend
from telephony.services import add_number

PAGE = "/calls/limits/"
QUERIES = 20
FORM = {"whose": "own", "amount": "100", "warn_80": "on", "stop": "", "mode": "premium", "velocity": ""}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def kept(customer: Customer) -> SpendSettings:
    with tenant(customer):
        return SpendSettings.objects.get()


def test_the_page_says_what_is_spent_of_what_and_where_it_is_going(
    as_alice: Client, acme: Customer, alice: User
) -> None:
    choose(alice, acme, 100)
    spend(acme, 82)
    look(acme)
    page = text_of(as_alice.get(PAGE))
    assert "Op maandag 30 november ongeveer €" in page
    assert "De limiet is € 100,00 excl. btw per factuurperiode." in page
    assert "82 % van de limiet" in page
    assert "80 % van de limiet voor bellen is verbruikt" in page


@pytest.mark.parametrize(
    ("typed", "micros", "said"),
    [
        ("", None, "het veld is leeg"),
        ("0", 0, "0 betekent geen"),
        ("€ 1.250,50", 1_250_500_000, "€ 1.250,50 excl. btw"),
    ],
)
def test_empty_and_zero_are_both_no_limit_and_the_page_says_which(
    as_alice: Client, acme: Customer, typed: str, micros: int | None, said: str
) -> None:
    answer = as_alice.post(PAGE, {**FORM, "amount": typed})
    assert answer.status_code == 302
    assert kept(acme).amount_micros == micros
    assert said in text_of(as_alice.get(PAGE))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [("amount", "veel", "1234,56"), ("stop", "-5", "0 of meer"), ("velocity", "1.250", "1250")],
)
def test_what_is_no_amount_is_refused_at_its_field(as_alice: Client, field: str, typed: str, said: str) -> None:
    assert said in text_of(as_alice.post(PAGE, {**FORM, field: typed}))


def test_each_warning_and_the_guard_can_be_switched(as_alice: Client, acme: Customer) -> None:
    as_alice.post(PAGE, {**FORM, "stop": "150", "mode": "all", "velocity": "25"})
    found = kept(acme)
    assert found.thresholds == {80}
    assert (found.stop_micros, found.mode, found.velocity_micros) == (150 * EURO, "all", 25 * EURO)


def test_the_default_of_the_partner_can_be_chosen_again(as_alice: Client, acme: Customer, north: Partner) -> None:
    PartnerLimit.objects.create(partner=north, amount_micros=80 * EURO, since=NOON)
    as_alice.post(PAGE, FORM)
    as_alice.post(PAGE, {**FORM, "whose": "partner"})
    found = kept(acme)
    assert (found.own_limit, found.amount_micros) == (False, None)
    assert "De limiet is € 80,00 excl. btw per factuurperiode; je ICT-partner koos die." in text_of(as_alice.get(PAGE))


def test_who_may_not_change_settings_reads_only(client: Client, acme: Customer, bob: User) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    client.force_login(bob)
    assert 'name="amount"' not in text_of(client.get(PAGE))
    assert client.post(PAGE, FORM).status_code == 403
    assert client.post(f"{PAGE}numbers/", {}).status_code == 403
    assert client.post(f"{PAGE}unlock/", {"reason": "x"}).status_code == 403


def test_who_manages_users_sees_who_gets_the_mail(client: Client, acme: Customer, alice: User, bob: User) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True, mails_voip_usage=True)
    client.force_login(bob)
    assert "1 persoon is ervoor aangemeld." in text_of(client.get(PAGE))
    client.force_login(alice)
    assert "bob@example.com" in text_of(client.get(PAGE))


def test_a_number_gets_a_limit_of_its_own_and_loses_it(as_alice: Client, acme: Customer) -> None:
    with tenant(acme):
        add_number(actor=system(acme), customer=acme, e164=NUMBER)
    as_alice.post(f"{PAGE}numbers/", {"number": NUMBER, "number_amount": "20"})
    spend(acme, 12)
    assert "088 765 40 01" in text_of(as_alice.get(PAGE))
    with tenant(acme):
        limit = NumberLimit.objects.get()
    assert limit.amount_micros == 20 * EURO
    as_alice.post(f"{PAGE}numbers/{limit.pk}/remove/")
    with tenant(acme):
        assert not NumberLimit.objects.exists()


@pytest.mark.parametrize(("number", "amount"), [("+31201234567", "20"), (NUMBER, "0"), (NUMBER, ""), ("", "20")])
def test_a_limit_of_no_number_or_no_amount_is_refused(
    as_alice: Client, acme: Customer, number: str, amount: str
) -> None:
    with tenant(acme):
        add_number(actor=system(acme), customer=acme, e164=NUMBER)
    assert as_alice.post(f"{PAGE}numbers/", {"number": number, "number_amount": amount}).status_code == 200
    with tenant(acme):
        assert not NumberLimit.objects.exists()


def test_what_is_stopped_is_said_and_can_be_let_out_with_a_reason(
    as_alice: Client, acme: Customer, alice: User
) -> None:
    choose(alice, acme, stop_micros=100 * EURO, mode="all")
    spend(acme, 110)
    look(acme)
    page = text_of(as_alice.get(PAGE))
    assert "Alle betaalde gesprekken zijn gestopt" in page
    assert "112" in page
    assert as_alice.post(f"{PAGE}unlock/", {"reason": ""}).status_code == 200
    assert level(acme) == "emergency_only"
    as_alice.post(f"{PAGE}unlock/", {"reason": "Beurs in Parijs"})
    assert level(acme) == "open"
    page = text_of(as_alice.get(PAGE))
    assert "Alice Test ontgrendelde de kostenbewaking" in page
    assert "Reden: Beurs in Parijs · sluit weer bij € 120,00" in page
    with tenant(acme):
        assert GuardEvent.objects.count() == 2
        assert AuditEntry.objects.filter(verb="spend_guard.open", note="Beurs in Parijs").count() == 1


def test_who_may_not_unlock_reads_who_can(client: Client, acme: Customer, alice: User, bob: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 110)
    look(acme)
    Membership.objects.filter(user=bob).update(views_invoices=True, edits_settings=True)
    client.force_login(bob)
    page = text_of(client.get(PAGE))
    assert 'name="reason"' not in page
    assert "Wie de kostenbewaking mag ontgrendelen" in page


def test_who_may_not_unlock_is_told_so_at_the_hard_limit(
    client: Client, acme: Customer, alice: User, bob: User
) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 110)
    look(acme)
    Membership.objects.filter(user=bob).update(views_invoices=True, edits_settings=True)
    client.force_login(bob)
    sent = {"whose": "own", "amount": "", "stop": "500", "mode": "premium", "velocity": ""}
    page = text_of(client.post(PAGE, sent))
    assert "Daarvoor is het recht nodig om de kostenbewaking te ontgrendelen" in page
    assert level(acme) == "premium"


def test_calls_without_a_price_are_said(as_alice: Client, acme: Customer) -> None:
    spend(acme, 0, unrated=3)
    assert "3 gesprekken hebben nog geen prijs" in text_of(as_alice.get(PAGE))


def test_the_limit_of_one_customer_is_not_that_of_another(
    client: Client, acme: Customer, alice: User, carol: User
) -> None:
    choose(alice, acme, 100)
    spend(acme, 90)
    client.force_login(carol)
    page = text_of(client.get(PAGE))
    assert "Er is nog geen limiet." in page
    assert "€ 90,00" not in page


def test_the_page_takes_as_many_queries_whatever_it_shows(as_alice: Client, acme: Customer, alice: User) -> None:
    as_alice.get(PAGE)  # the brands are kept from the first page on
    counts = []
    for numbers in (1, 6):
        with tenant(acme):
            for last in range(numbers):
                e164 = f"+3188765{numbers}00{last}"
                add_number(actor=system(acme), customer=acme, e164=e164)
                NumberLimit.objects.create(customer=acme, number=e164, amount_micros=EURO, since=NOON)
                spend(acme, 1, number=e164)
        look(acme)
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(PAGE)
        counts.append(len(queries))
    assert counts == [QUERIES, QUERIES]
