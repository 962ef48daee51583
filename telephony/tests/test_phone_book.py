"""The phone book of a company on its phones."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Line
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.phone_book import Entry, render_book
from telephony.provisioning.vendors.base import Unrenderable
from telephony.services import NewDevice
from telephony.tasks import write_phone_books
from telephony.tests.phones import Phone, nonce_of

BOOK = "/provision/phonebook.xml"
VENDORS = [Vendor.YEALINK, Vendor.SNOM, Vendor.CISCO, Vendor.FANVIL, Vendor.GRANDSTREAM]
TELEPHONE = {Vendor.GRANDSTREAM: ("Contact", "FirstName", "Phone/phonenumber")}


def read(vendor: Vendor, body: bytes) -> list[tuple[str, str]]:
    entry, name, number = TELEPHONE.get(vendor, ("DirectoryEntry", "Name", "Telephone"))
    found = etree.fromstring(body).iter(entry)
    return [(one.findtext(name) or "", one.findtext(number) or "") for one in found]


@pytest.fixture
def yealink(phone: NewDevice) -> Phone:
    return Phone(phone.device.login, phone.password)


def test_a_phone_reads_the_names_and_extensions_of_its_company(yealink: Phone, sales: Line, birch: Customer) -> None:
    with tenant(birch):
        services.create_line(actor=system(birch), customer=birch, display_name="Elsewhere", extension="20")
    write_phone_books()
    response = yealink.fetch(BOOK)
    assert response.status_code == 200
    assert read(Vendor.YEALINK, response.content) == [("Sanne Bakker", "121"), ("Verkoop", "101")]
    assert yealink.fetch(BOOK, If_None_Match=response["ETag"]).status_code == 304


def test_a_new_name_is_in_the_book_when_the_worker_came(yealink: Phone, sanne: Line, acme: Customer) -> None:
    write_phone_books()
    assert write_phone_books() == 0
    with tenant(acme):
        services.change_dialable(
            actor=system(acme), dialable=sanne.dialable, display_name="Sanne & Zn", extension="122", number=None
        )
    assert write_phone_books() == 1
    assert read(Vendor.YEALINK, yealink.fetch(BOOK).content) == [("Sanne & Zn", "122")]


def test_somebody_without_an_extension_is_in_it_by_number(yealink: Phone, sanne: Line, acme: Customer) -> None:
    with tenant(acme):
        number = sanne.dialable.numbers.get()
        services.change_dialable(
            actor=system(acme), dialable=sanne.dialable, display_name="Sanne", extension=None, number=number
        )
    write_phone_books()
    assert read(Vendor.YEALINK, yealink.fetch(BOOK).content) == [("Sanne", "0887654001")]


def test_nobody_reads_a_book_without_a_right_login(yealink: Phone) -> None:
    assert yealink.ask(BOOK).status_code == 401
    assert Phone(yealink.username, "wrong").fetch(BOOK).status_code == 401


def test_a_book_costs_two_queries_however_long_it_is(yealink: Phone, sales: Line) -> None:
    write_phone_books()
    header = yealink.digest(nonce_of(yealink.ask(BOOK)), BOOK)
    with CaptureQueriesContext(connection) as captured:
        assert yealink.ask(BOOK, authorization=header).status_code == 200
    assert len(captured) == 2


def test_vendors_that_are_told_of_no_book_have_none() -> None:
    assert {vendor for vendor in Vendor if render_book(vendor, []) is not None} == set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
@given(names=st.lists(st.text(min_size=1, max_size=20), max_size=4))
def test_a_book_reads_back_name_by_name(vendor: Vendor, names: list[str]) -> None:
    try:
        body = render_book(vendor, [Entry(name, "121") for name in names])
    except Unrenderable:
        return
    assert body is not None
    assert read(vendor, body) == [(name, "121") for name in names]
