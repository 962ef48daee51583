"""The provider's operators: brands, partners, customers and their people."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import selectors
from accounts.models import AuditEntry, Brand, BrandHost, Customer, Membership, Partner, User
from accounts.tenancy import Crossing, crossing
from accounts.tests.test_login import text_of
from conftest import Mailbox


@pytest.fixture
def as_olga(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


BRAND = {
    "name": "West ICT",
    "mark": "wave",
    "colour": "#aa3311",
    "sender": "noreply@west.example",
    "hosts": "west.localhost\nWEST.example",
    "support_phone": "013 555 01 20",
}


def verbs() -> list[str]:
    with crossing(Crossing.OPERATE):
        return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_new_brand_shows_on_its_hosts_at_once(as_olga: Client, django_capture_on_commit_callbacks: Any) -> None:
    assert Client().get("/accounts/login/", headers={"host": "west.localhost"}).status_code == 421
    with django_capture_on_commit_callbacks(execute=True):
        as_olga.post("/operate/brands/new/", BRAND)
    brand = Brand.objects.get(name="West ICT")
    assert brand.support_phone == "+31135550120"
    assert [entry.host for entry in brand.hosts.all()] == ["west.example", "west.localhost"]
    assert "West ICT" in Client().get("/accounts/login/", headers={"host": "west.localhost"}).content.decode()
    assert verbs() == ["brand.create"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("colour", "red", "bijvoorbeeld #2346A8"),
        ("hosts", "https://west.example/", "is geen hostnaam"),
        ("support_phone", "abc", "geen telefoonnummer"),
        ("hosts", "north.localhost", "toont al het merk North ICT"),
    ],
)
def test_a_brand_that_cannot_be_is_refused_with_what_to_do(
    as_olga: Client, north: Partner, field: str, value: str, words: str
) -> None:
    page = as_olga.post("/operate/brands/new/", BRAND | {field: value}).content.decode()
    assert words in page
    assert not Brand.objects.filter(name="West ICT").exists()


def test_the_preview_shows_what_becomes_of_a_colour(as_olga: Client) -> None:
    picture = as_olga.get("/operate/brands/preview/", {"colour": "#FFEE00"}).content.decode()
    assert picture.startswith("<svg")
    assert "style" not in picture
    assert "#FFEE00" not in picture.upper().replace("#FFEE00</", "") or "contrast" in picture
    assert as_olga.get("/operate/brands/preview/", {"colour": '"><script>'}).content.decode().count("script") == 0


def test_a_changed_brand_is_told_from_what_to_what(as_olga: Client, north: Partner) -> None:
    brand = north.brand
    data = {
        "name": brand.name,
        "mark": brand.mark,
        "colour": "#112233",
        "sender": brand.sender,
        "hosts": "north.localhost",
    }
    as_olga.post(f"/operate/brands/{brand.pk}/", data)
    with crossing(Crossing.OPERATE):
        assert AuditEntry.objects.get().changes == {"colour": ["#7A2A68", "#112233"]}


def test_a_partner_needs_a_brand_of_its_own(as_olga: Client, north: Partner, provider: Brand) -> None:
    brand = Brand.objects.create(name="West ICT", sender="noreply@west.example")
    page = as_olga.get("/operate/partners/new/").content.decode()
    assert f'value="{brand.pk}"' in page
    assert f'value="{north.brand_id}"' not in page
    as_olga.post("/operate/partners/new/", {"name": "West", "brand": brand.pk})
    assert Partner.objects.get(name="West").brand == brand


def test_a_person_of_a_partner_gets_a_log_in_by_mail(as_olga: Client, north: Partner, mailbox: Mailbox) -> None:
    as_olga.post(
        f"/operate/partners/{north.pk}/people/",
        {
            "person-first_name": "Fred",
            "person-last_name": "Post",
            "person-email": "Fred@Example.com",
            "person-username": "fred",
            "person-language": "nl",
        },
    )
    membership = Membership.objects.get(user__username="fred")
    assert membership.partner == north
    assert membership.user.email == "fred@example.com"
    link = re.search(r"http://north.localhost(/\S+)", text_of(mailbox.messages[0]))
    assert link is not None
    visitor = Client()
    form = visitor.get(link[1], follow=True)
    visitor.post(form.redirect_chain[-1][0], {"password1": "een lange zin is fijn"})
    assert membership.user.check_password("x") is False
    membership.user.refresh_from_db()
    assert membership.user.check_password("een lange zin is fijn")


def test_a_customer_is_made_with_its_partner_and_address(as_olga: Client, north: Partner) -> None:
    data = {"name": "Oak", "reference": "oak", "partner": north.pk, "city": "Oss", "country": "nl"}
    answer = as_olga.post("/operate/customers/new/", data)
    oak = Customer.objects.get(reference="oak")
    assert answer.headers["Location"] == f"/operate/customers/{oak.pk}/users/"
    assert oak.country == "NL"


@pytest.mark.parametrize(
    ("field", "value"),
    [("reference", "Acme B.V."), ("reference", "acme"), ("kvk_number", "123"), ("country", "Nederland"), ("name", "")],
)
def test_a_customer_that_cannot_be_is_refused(as_olga: Client, acme: Customer, field: str, value: str) -> None:
    data = {"name": "Oak", "reference": "oak", "country": "NL"} | {field: value}
    page = as_olga.post("/operate/customers/new/", data).content.decode()
    assert "Nog niet opgeslagen" in page
    assert Customer.objects.count() == 1


def test_the_first_owner_of_a_customer_is_invited_under_the_partners_brand(
    as_olga: Client, acme: Customer, mailbox: Mailbox
) -> None:
    as_olga.post(f"/operate/customers/{acme.pk}/users/", {"email": "boss@example.com", "preset": "owner"})
    assert mailbox.messages[0]["From"] == "North ICT <noreply@north.localhost>"
    assert len(acme.invitations.get().roles) == len(Membership.ROLES)


def test_an_operator_makes_somebody_owner_and_mails_a_password_link(
    as_olga: Client, alice: User, bob: User, mailbox: Mailbox
) -> None:
    membership = bob.memberships.get()
    as_olga.post(f"/operate/people/{membership.pk}/owner/")
    membership.refresh_from_db()
    assert membership.manages_users
    as_olga.post(f"/operate/people/{membership.pk}/password/")
    assert mailbox.messages[0]["To"] == "bob@example.com"
    as_olga.post(f"/operate/people/{membership.pk}/block/")
    membership.refresh_from_db()
    assert membership.is_blocked


def test_an_operator_does_not_block_themselves(as_olga: Client, olga: User) -> None:
    membership = olga.memberships.get()
    as_olga.post(f"/operate/people/{membership.pk}/block/")
    membership.refresh_from_db()
    assert not membership.is_blocked


def test_the_operators_log_book_names_the_customer(as_olga: Client, acme: Customer, north: Partner) -> None:
    as_olga.post(
        f"/operate/customers/{acme.pk}/",
        {"name": "Acme", "reference": "acme", "partner": north.pk, "city": "Oss", "country": "NL"},
    )
    page = as_olga.get("/operate/audit/").content.decode()
    assert "Olga Test heeft de klant Acme gewijzigd" in page
    assert "Oss" in page


@pytest.mark.parametrize(
    "path", ["/operate/customers/", "/operate/partners/", "/operate/brands/", "/operate/operators/"]
)
@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_take_as_many_queries_for_many_as_for_few(
    as_olga: Client, north: Partner, path: str, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        brand = Brand.objects.create(name=f"B{number}", sender="x@example.com")
        BrandHost.objects.create(brand=brand, host=f"h{number}.localhost")
        partner = Partner.objects.create(name=f"P{number}", brand=brand)
        Customer.objects.create(reference=f"c{number}", name=f"C{number}", partner=partner)
        user = User.objects.create_user(username=f"o{number}", email=f"o{number}@example.com")
        Membership.objects.create(user=user, operates=True)
    selectors.forget_brands()
    as_olga.get(path)
    with django_assert_max_num_queries(9):
        as_olga.get(path)
