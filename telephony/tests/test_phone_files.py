"""Logs and settings that phones send: bounded, kept for the device's page, and never given back."""

import pytest

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services, vault
from telephony.memory import gate
from telephony.models import PhoneFile, ProvisioningEvent
from telephony.services import NewDevice
from telephony.services.phone_files import KEPT_OF_A_DEVICE, KEPT_OF_A_NAME
from telephony.tasks import store_phone_events, store_phone_files
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, nonce_of
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
    return sent.status_code


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


def test_what_was_sent_is_not_given_back(yealink: Phone) -> None:
    send(yealink, "-local.cfg", b"password = x")
    store_phone_files()
    assert yealink.fetch(f"/provision/{T46U}-local.cfg").status_code == 404


def test_a_wrong_password_and_another_phone_keep_nothing(yealink: Phone, acme: Customer) -> None:
    assert send(Phone(yealink.username, "wrong"), "-app.log", b"x") == 401
    path = "/provision/001565ffffff-app.log"
    assert yealink.fetch(path, method="PUT").status_code == 404
    assert store_phone_files() == 0


def test_a_replayed_header_keeps_nothing(yealink: Phone) -> None:
    path = f"/provision/{T46U}-app.log"
    header = yealink.digest(nonce_of(yealink.ask(path, method="PUT")), path, method="PUT")
    for status in (204, 401):
        sent = yealink.client.put(path, b"x", headers={"Authorization": header}, REMOTE_ADDR=yealink.address)
        assert sent.status_code == status
    assert store_phone_files() == 1


def test_only_logs_and_local_settings_may_be_sent(yealink: Phone) -> None:
    for name in (".cfg", "-user.cfg", ".xml", "-license.cfg", ".boot"):
        assert yealink.ask(f"/provision/{T46U}{name}", method="PUT").status_code == 405
    assert yealink.ask("/provision/shell.php", method="PUT").status_code == 405


def test_the_queue_of_files_holds_no_secret_in_the_clear(yealink: Phone) -> None:
    send(yealink, "-local.cfg", b"account.1.password = Sup3rSecret")
    assert "Sup3rSecret" not in repr(gate().take_sent(10))


def test_files_of_a_phone_that_was_removed_are_dropped(yealink: Phone, phone: NewDevice, acme: Customer) -> None:
    send(yealink, "-app.log", b"x")
    with tenant(acme):
        services.release_device(actor=system(acme), device=phone.device)
    assert store_phone_files() == 0
