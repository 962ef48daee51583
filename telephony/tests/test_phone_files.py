"""Logs and settings that phones send: bounded, kept for the device's page, given back to makers' phones that ask for it."""

import io

import pytest
from django.test import Client

from accounts.access import system
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from telephony import services, vault
from telephony.memory import gate
from telephony.models import Device, KeptSettings, Line, PhoneFile, ProvisioningEvent
from telephony.services import NewDevice
from telephony.services.phone_files import KEPT_OF_A_DEVICE, KEPT_OF_A_NAME
from telephony.tasks import store_phone_events, store_phone_files
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, nonce_of, taken
from telephony.tests.test_pages import text
from telephony.views.provision import MAX_KEPT, MAX_SENT


@pytest.fixture
def yealink(phone: NewDevice) -> Phone:
    return Phone(phone.device.login, phone.password)


def send(phone: Phone, name: str, body: bytes, *, method: str = "PUT") -> int:
    path = f"/provision/{T46U}{name}"
    header = phone.digest(nonce_of(phone.ask(path, method=method)), path, method=method)
    sent = phone.client.generic(
        method, path, body, content_type="text/plain", headers={"Authorization": header}, REMOTE_ADDR=phone.address
    )
    return int(sent.status_code)


def kept(acme: Customer) -> list[tuple[str, int, str]]:
    with tenant(acme):
        return [(found.name, found.size, vault.decrypt(found.body)) for found in PhoneFile.objects.all()]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_log_is_kept_and_told_in_the_history(yealink: Phone, acme: Customer, method: str) -> None:
    assert send(yealink, ".log", b"boot\nready\n", method=method) == 204
    assert store_phone_files() == 1
    assert kept(acme) == [("log", 11, "boot\nready\n")]
    assert store_phone_events() == 1
    with tenant(acme):
        assert ProvisioningEvent.objects.get().outcome == "sent"


def test_of_a_long_log_the_end_is_kept(yealink: Phone, acme: Customer) -> None:
    assert send(yealink, "-app.log", b"a" * MAX_KEPT + b"the end") == 204
    store_phone_files()
    name, size, body = kept(acme)[0]
    assert (name, size, len(body)) == ("app.log", MAX_KEPT + 7, MAX_KEPT)
    assert body.endswith("the end")


@pytest.mark.parametrize(("name", "size"), [("-app.log", MAX_SENT + 1), ("-local.cfg", MAX_KEPT + 1)])
def test_what_is_too_large_is_refused_and_not_kept(yealink: Phone, acme: Customer, name: str, size: int) -> None:
    assert send(yealink, name, b"x" * size) == 413
    assert store_phone_files() == 0
    assert kept(acme) == []
    assert told(acme) == [("not_taken", size)]


def told(acme: Customer) -> list[tuple[str, int]]:
    """What its history says."""
    store_phone_events()
    with tenant(acme):
        return [(found.outcome, found.size) for found in ProvisioningEvent.objects.all()]


def raw(phone: Phone, body: bytes, **environ: object) -> int:
    """The status of a log whose request reaches the portal with this besides, or instead of, what is usual."""
    path = f"/provision/{T46U}-app.log"
    header = phone.digest(nonce_of(phone.ask(path, method="PUT")), path, method="PUT")
    told = {"REMOTE_ADDR": phone.address, "wsgi.input": io.BytesIO(body)} | environ
    return int(phone.client.generic("PUT", path, body, headers={"Authorization": header}, **told).status_code)


def test_what_is_larger_than_can_be_told_is_told_as_very_large(yealink: Phone, acme: Customer) -> None:
    assert raw(yealink, b"x", CONTENT_LENGTH="9" * 40) == 413
    assert told(acme) == [("not_taken", 10**9)]


def test_what_breaks_off_is_not_kept(yealink: Phone, acme: Customer) -> None:
    assert raw(yealink, b"<X>", CONTENT_LENGTH="5") == 400
    assert store_phone_files() == 0
    assert told(acme) == [("not_taken", 5)]


def test_chunks_are_read_where_the_server_tells_their_end_and_refused_where_it_does_not(
    yealink: Phone, acme: Customer
) -> None:
    chunks = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert raw(yealink, b"boot\n", **chunks) == 411
    assert told(acme) == [("not_taken", 0)]
    assert raw(yealink, b"boot\n", **chunks, **{"wsgi.input_terminated": True}) == 204
    store_phone_files()
    assert kept(acme) == [("app.log", 5, "boot\n")]


def test_the_newest_few_of_each_name_are_kept(yealink: Phone, acme: Customer) -> None:
    for number in range(6):
        assert send(yealink, "-local.cfg", b"setting = %d" % number) == 204
        store_phone_files()
    assert [body for _, _, body in kept(acme)] == ["setting = 5", "setting = 4", "setting = 3"]
    for name in ("-app.log", "-boot.log", "-phone.cfg", "-web.cfg", "-directory.xml", "-calls.xml"):
        for number in range(KEPT_OF_A_NAME):
            send(yealink, name, b"%d" % number)
    store_phone_files()
    assert len(kept(acme)) == KEPT_OF_A_DEVICE


def test_a_maker_that_does_not_ask_for_it_gets_nothing_back(yealink: Phone) -> None:
    send(yealink, "-local.cfg", b"password = x")
    store_phone_files()
    assert yealink.fetch(f"/provision/{T46U}-local.cfg").status_code == 404
    send(yealink, "-phone.cfg", b"<X/>")
    store_phone_files()
    assert yealink.fetch(f"/provision/{T46U}-phone.cfg").status_code == 404


def test_a_wrong_password_and_another_phone_keep_nothing(yealink: Phone, acme: Customer) -> None:
    assert send(Phone(yealink.username, "wrong"), "-app.log", b"x") == 401
    path = "/provision/001565ffffff-app.log"
    assert yealink.fetch(path, method="PUT").status_code == 404
    assert store_phone_files() == 0


def test_a_replayed_header_keeps_nothing(yealink: Phone) -> None:
    path = f"/provision/{T46U}-app.log"
    header = yealink.digest(nonce_of(yealink.ask(path, method="PUT")), path, method="PUT")
    for status in (204, 401):
        sent = yealink.client.generic("PUT", path, b"x", headers={"Authorization": header}, REMOTE_ADDR=yealink.address)
        assert sent.status_code == status
    assert store_phone_files() == 1


def test_only_logs_and_local_settings_may_be_sent(yealink: Phone) -> None:
    for name in (".cfg", "-user.cfg", ".xml", "-license.cfg", ".boot"):
        assert yealink.ask(f"/provision/{T46U}{name}", method="PUT").status_code == 405
    assert yealink.ask("/provision/shell.php", method="PUT").status_code == 405


def test_the_queue_of_files_holds_no_secret_in_the_clear(yealink: Phone) -> None:
    send(yealink, "-local.cfg", b"account.1.password = Sup3rSecret")
    assert "Sup3rSecret" not in repr(taken(gate().files))


def test_files_of_a_phone_that_was_removed_are_dropped(yealink: Phone, phone: NewDevice, acme: Customer) -> None:
    send(yealink, "-app.log", b"x")
    with tenant(acme):
        services.release_device(actor=system(acme), device=phone.device)
    assert store_phone_files() == 0


POLY = "0004f20a5001"


@pytest.fixture
def poly(acme: Customer, sanne: Line) -> Phone:
    """A VVX450 of Acme."""
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="poly-vvx450", mac=POLY, lines=[sanne]
        )
    return Phone(made.device.login, made.password)


def put(phone: Phone, name: str, body: bytes) -> int:
    path = f"/provision/{POLY}{name}"
    header = phone.digest(nonce_of(phone.ask(path, method="PUT")), path, method="PUT")
    sent = phone.client.generic("PUT", path, body, headers={"Authorization": header}, REMOTE_ADDR=phone.address)
    return int(sent.status_code)


def test_a_poly_gets_back_what_was_set_on_it_last(poly: Phone, acme: Customer) -> None:
    path = f"/provision/{POLY}-phone.cfg"
    assert poly.fetch(path).status_code == 404
    for body in (b"<PHONE_CONFIG><A/></PHONE_CONFIG>", b"<PHONE_CONFIG><B/></PHONE_CONFIG>"):
        assert put(poly, "-phone.cfg", body) == 204
    store_phone_files()
    found = poly.fetch(path)
    assert (found.status_code, found.content) == (200, b"<PHONE_CONFIG><B/></PHONE_CONFIG>")
    assert poly.fetch(path, If_None_Match=found["ETag"]).status_code == 304
    assert poly.fetch(f"/provision/{POLY}-directory.xml").status_code == 404
    assert KeptSettings.objects.count() == 1


def test_what_was_set_is_given_to_the_phone_itself_alone(
    poly: Phone, yealink: Phone, acme: Customer, browser: Client
) -> None:
    put(poly, "-phone.cfg", b"<X/>")
    store_phone_files()
    path = f"/provision/{POLY}-phone.cfg"
    assert poly.ask(path).status_code == 401
    assert Phone(poly.username, "wrong").fetch(path).status_code == 401
    assert yealink.fetch(path).status_code == 404
    unknown = Phone("nobody", "x").ask("/provision/0004f2ffffff-phone.cfg")
    assert unknown.status_code == 401
    assert unknown.content == poly.ask(path).content


def test_what_was_set_is_forgotten_by_hand_and_with_the_phone(
    poly: Phone, acme: Customer, browser: Client, employee: Client
) -> None:
    with tenant(acme):
        pk = Device.objects.get(mac=POLY).pk
    for act in (f"/devices/{pk}/forget/", f"/devices/{pk}/remove/"):
        put(poly, "-web.cfg", b"<X/>")
        store_phone_files()
        assert KeptSettings.objects.count() == 1
        assert employee.post(act).status_code == 403
        browser.post(act)
        assert KeptSettings.objects.count() == 0
    with tenant(acme):
        assert AuditEntry.objects.filter(verb="device.forget_settings").count() == 1


def test_the_page_says_that_the_phone_gets_its_settings_back(poly: Phone, acme: Customer, browser: Client) -> None:
    with tenant(acme):
        pk = Device.objects.get(mac=POLY).pk
    assert "krijgt terug wat erop is ingesteld" not in text(browser.get(f"/devices/{pk}/"))
    put(poly, "-phone.cfg", b"<X/>")
    store_phone_files()
    assert "krijgt terug wat erop is ingesteld" in text(browser.get(f"/devices/{pk}/"))
