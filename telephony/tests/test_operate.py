"""Operators give numbers to customers and make and edit their lines."""

import pytest
from django.test import Client

from accounts.access import system
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Line, NumberRange, PhoneNumber
from telephony.selectors import Target
from telephony.services import NewDevice
from telephony.tests.phones import Phone
from telephony.tests.test_pages import text


@pytest.fixture
def operator(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


def test_an_operator_gives_numbers_and_takes_them_back(operator: Client, acme: Customer) -> None:
    fields = {"customer": str(acme.pk), "first": "088 765 40 00", "last": "088 765 40 09"}
    shown = text(operator.post("/operate/numbers/", fields, follow=True))
    assert "Nummers gegeven aan Acme." in shown
    assert "Acme 088 765 40 00 088 765 40 09 10 10" in shown
    with tenant(acme):
        found = NumberRange.objects.get()
        assert AuditEntry.objects.get(verb="number_range.add").user_name == "Olga Test"
    operator.post(f"/operate/numbers/{acme.pk}/{found.pk}/remove/")
    with tenant(acme):
        assert not PhoneNumber.objects.exists()


def test_a_single_number_is_a_range_of_one(operator: Client, acme: Customer) -> None:
    operator.post("/operate/numbers/", {"customer": str(acme.pk), "first": "013 123 4567", "last": ""})
    with tenant(acme):
        assert PhoneNumber.objects.get().e164 == "+31131234567"


@pytest.mark.parametrize(("first", "last"), [("112", ""), ("abc", ""), ("088 765 40 09", "088 765 40 00")])
def test_what_is_no_range_is_refused_beside_its_field(operator: Client, acme: Customer, first: str, last: str) -> None:
    response = operator.post("/operate/numbers/", {"customer": str(acme.pk), "first": first, "last": last})
    assert "data-errors" in response.content.decode()
    with tenant(acme):
        assert not NumberRange.objects.exists()


def test_a_range_in_use_stays(operator: Client, acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        found = NumberRange.objects.get()
    shown = text(operator.post(f"/operate/numbers/{acme.pk}/{found.pk}/remove/", follow=True))
    assert "is van Sanne Bakker (121)." in shown


def test_an_operator_makes_a_line(operator: Client, acme: Customer, numbers: list[PhoneNumber], bob: User) -> None:
    fields = {"display_name": "Receptie", "extension": "209", "number": str(numbers[0].pk), "user": str(bob.pk)}
    shown = text(operator.post(f"/operate/lines/{acme.pk}/new/", fields, follow=True))
    assert "Receptie (209) gemaakt." in shown
    assert "Receptie Acme 209 088 765 40 00 Bob Test" in shown


def test_a_taken_extension_is_refused_with_proposals(operator: Client, acme: Customer, sales: Line) -> None:
    fields = {"display_name": "Another", "extension": "101", "number": "", "user": ""}
    response = operator.post(f"/operate/lines/{acme.pk}/new/", fields)
    assert "Verkoop gebruikt 101 al. Vrij in de buurt: 102, 100, 103." in text(response)


def test_a_renamed_line_reaches_its_phone_and_those_that_forward_to_it(
    operator: Client, acme: Customer, sanne: Line, sales: Line, phone: NewDevice
) -> None:
    with tenant(acme):
        services.set_forward(actor=system(acme), line=sanne, on=True, target=Target(dialable=sales.dialable))
    fields = {"display_name": "Sales", "extension": "201", "number": "", "user": ""}
    operator.post(f"/operate/lines/{acme.pk}/{sales.pk}/", fields)
    body = Phone(phone.device.login, phone.password).fetch("/provision/249ad80a46b3.cfg").content
    assert b"forward.always.target = 201" in body


def test_a_line_keeps_its_own_number_and_employee_when_only_its_name_changes(
    operator: Client, acme: Customer, sanne: Line, bob: User
) -> None:
    page = operator.get(f"/operate/lines/{acme.pk}/{sanne.pk}/").content.decode()
    assert "088 765 40 01" in page
    with tenant(acme):
        number = PhoneNumber.objects.get(dialable=sanne.dialable)
    fields = {"display_name": "S. Bakker", "extension": "121", "number": str(number.pk), "user": str(bob.pk)}
    operator.post(f"/operate/lines/{acme.pk}/{sanne.pk}/", fields)
    with tenant(acme):
        line = Line.objects.get()
        assert (str(line), line.user, line.dialable.numbers.get()) == ("S. Bakker (121)", bob, number)


def test_a_line_is_edited_only_under_its_own_customer(operator: Client, birch: Customer, sanne: Line) -> None:
    assert operator.get(f"/operate/lines/{birch.pk}/{sanne.pk}/").status_code == 404


def test_operators_find_lines_of_every_customer(operator: Client, birch: Customer, sanne: Line) -> None:
    with tenant(birch):
        services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
    shown = text(operator.get("/operate/lines/"))
    assert "Sanne Bakker Acme" in shown
    assert "Carol Birch" in shown
    narrowed = text(operator.get("/operate/lines/", {"customer": str(birch.pk)}))
    assert "Sanne Bakker Acme" not in narrowed


def test_nobody_else_finds_these_pages(alice: User, dave: User, acme: Customer, sanne: Line) -> None:
    for user in (alice, dave):
        stranger = Client()
        stranger.force_login(user)
        for path in ("/operate/numbers/", "/operate/lines/", f"/operate/lines/{acme.pk}/new/"):
            assert stranger.get(path).status_code == 404
        assert stranger.post("/operate/numbers/", {"customer": acme.pk, "first": "0131234567"}).status_code == 404
