"""Phones go past Django's handlers; what they get there is what a view of Django would give, and everybody else is let through."""

import ipaddress

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from telephony import stored
from telephony.services import NewDevice
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, Wire, nonce_of
from telephony.tests.test_provision import face
from telephony.views import phone_door

FILE = f"/provision/{T46U}.cfg"
EXTRA = {"Referrer-Policy", "Cross-Origin-Opener-Policy", "Vary", "Content-Language", "X-Frame-Options"}


@pytest.fixture
def yealink(phone: NewDevice) -> Phone:
    return Phone(phone.device.login, phone.password)


def seen(phone: Phone, path: str, authorization: str = "", **said: str) -> list[object]:
    status, headers, _, body = face(phone.ask(path, authorization=authorization, **said))
    return [status, sorted(name for name in headers if name[0] not in EXTRA), body]  # type: ignore[attr-defined]


@pytest.mark.parametrize("secure", [False, True])
def test_both_ways_in_give_the_same(yealink: Phone, secure: bool) -> None:
    yealink.secure = secure
    by_django = Phone(yealink.username, yealink.password, secure=secure, client=Client())
    wrong, by_django_wrong = Phone("nobody", "x", secure=secure), Phone("nobody", "x", secure=secure, client=Client())
    for path in (FILE, f"/provision//{T46U}.cfg", "/provision", "/provision/a.boot", "/provision/y000000000108.cfg"):
        assert seen(yealink, path) == seen(by_django, path)
        found = []
        for one, unknown in ((yealink, wrong), (by_django, by_django_wrong)):
            nonce = nonce_of(one.ask(FILE))
            found.append([seen(who, path, who.digest(nonce, path)) for who in (one, unknown)])
        assert found[0] == found[1]
    for one in (yealink, by_django):
        assert seen(one, "/provision/%C3%BC.cfg?%00") == seen(yealink, FILE)
        assert seen(one, FILE, method="DELETE")[0] == 405


def test_the_path_may_hold_any_bytes(yealink: Phone) -> None:
    for path in ("/provision/%ff%fe.cfg", "/provision/%C3%BC", "/provision/%00", "/provision/%E2%82%AC.xml"):
        header = yealink.digest(nonce_of(yealink.ask(FILE)), path)
        assert yealink.ask(path, authorization=header).status_code == 404


def test_pages_and_their_like_go_to_django(db: None) -> None:
    assert Wire().generic("GET", "/healthz").content == b"ok\n"
    assert Wire().generic("GET", "/provisioning").status_code != 200


def test_a_connection_that_broke_while_it_lay_idle_costs_no_phone_its_answer(transactional_db: None) -> None:
    assert stored.by_login("nobody") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        lost = cursor.fetchone()[0]
    connection.connection.pgconn.finish()
    assert stored.by_login("nobody") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != lost


def test_whatever_breaks_is_told_without_a_page(yealink: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_asking: object) -> object:
        raise ValueError("something nobody thought of")

    monkeypatch.setattr(phone_door, "provision", broken)
    response = yealink.ask(FILE)
    assert (response.status_code, response.content, response["Content-Length"]) == (500, b"", "0")


def test_names_that_no_database_can_hold_are_wrong_names(db: None) -> None:
    path = "/provision/softphone/acrobits?cloud_username=%00&cloud_password=x"
    assert Phone("", "", secure=True).ask(path).status_code == 403


def test_a_request_id_is_said_and_taken_from_a_trusted_proxy_only(db: None, settings: Settings) -> None:
    given = "a-request-of-the-proxy"
    phone = Phone("", "", address="10.0.0.1")
    settings.TRUSTED_PROXIES = []
    assert phone.ask(FILE, X_Request_ID=given)["X-Request-ID"] != given
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    assert phone.ask(FILE, X_Request_ID=given)["X-Request-ID"] == given


def test_one_of_several_versions_that_a_phone_keeps_is_enough(yealink: Phone) -> None:
    etag = yealink.fetch(FILE)["ETag"]
    assert yealink.fetch(FILE, If_None_Match=f'"other", W/{etag}').status_code == 304
    assert yealink.fetch("/provision/phonebook.xml", If_None_Match=etag).status_code == 200
    assert len(yealink.fetch(FILE, If_None_Match=etag.strip('"')).content) > 1000
