"""Links in mail: into the rooms of the customer that they are about, for whoever may be there."""

from typing import Any

import pytest
from django.test import Client

from accounts import mail, selectors
from accounts.models import AuditEntry, Brand, Customer, Membership, User
from accounts.tenancy import tenant

pytestmark = pytest.mark.django_db


def test_a_link_takes_a_partner_from_one_customer_into_the_rooms_of_another(
    client: Client, dave: User, acme: Customer, birch: Customer
) -> None:
    client.force_login(dave)
    client.post("/customers/birch/enter/")
    answer = client.get("/in/acme/calls/details/?month=2026-10&type=3")
    assert answer.headers["Location"] == "/calls/details/?month=2026-10&type=3"
    assert client.session["customer"] == acme.pk
    with tenant(acme):
        assert AuditEntry.objects.get().verb == "customer.enter"


def test_a_link_into_the_rooms_where_one_is_only_goes_on(client: Client, dave: User, acme: Customer) -> None:
    client.force_login(dave)
    client.post("/customers/acme/enter/")
    assert client.get("/in/acme/calls/").headers["Location"] == "/calls/"
    with tenant(acme):
        assert AuditEntry.objects.count() == 1


def test_ones_own_second_customer_opens_by_a_link(client: Client, alice: User, birch: Customer) -> None:
    Membership.objects.create(user=alice, customer=birch, manages_users=True)
    client.force_login(alice)
    assert client.get("/in/birch/users/", follow=True).status_code == 200
    assert client.session["customer"] == birch.pk


def test_a_link_into_the_rooms_of_others_leads_nowhere(
    client: Client, alice: User, erik: User, olga: User, birch: Customer
) -> None:
    for user in (alice, erik, olga):
        client.force_login(user)
        assert client.get("/in/birch/users/").status_code == 404
        assert client.session.get("customer") is None


def test_a_blocked_place_is_no_way_in(client: Client, alice: User, birch: Customer) -> None:
    Membership.objects.create(user=alice, customer=birch, manages_users=True, is_blocked=True)
    client.force_login(alice)
    assert client.get("/in/birch/users/").status_code == 404


def test_who_is_not_logged_in_arrives_after_the_log_in(client: Client, acme: Customer) -> None:
    answer = client.get("/in/acme/calls/?month=2026-10")
    assert answer.headers["Location"] == "/accounts/login/?next=/in/acme/calls/%3Fmonth%3D2026-10"


@pytest.mark.parametrize(
    "page", ["/evil.example/", "//evil.example/calls/", "\\evil.example/", "evil.example", "nowhere/"]
)
def test_a_link_leads_to_no_other_place(client: Client, alice: User, page: str) -> None:
    client.force_login(alice)
    assert client.get(f"/in/acme/{page}").status_code == 404


@pytest.mark.parametrize(("links", "start"), [("https://{host}", "https://"), ("http://{host}:8042", "http://")])
def test_mail_links_into_the_rooms_of_its_customer_at_the_port_of_the_installation(
    provider: Brand, acme: Customer, settings: Any, links: str, start: str
) -> None:
    settings.MAIL_LINKS = links
    host = selectors.host_of(provider)
    assert mail.rooms_url_of(provider, acme) == f"{start}{host}{':8042' if '8042' in links else ''}/in/acme"
