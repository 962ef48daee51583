"""What phones send to granian itself, which hands it on in its own way."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts.models import Customer
from accounts.tenancy import tenant
from conftest import free_port
from telephony.models import ProvisioningEvent
from telephony.provisioning.exchange import Answer
from telephony.services import NewDevice
from telephony.tasks import store_phone_events, store_phone_files
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, nonce_of
from telephony.tests.test_phone_files import kept
from telephony.views.phone_door import Response
from telephony.views.provision import MAX_KEPT, MAX_SENT

PATIENCE = 60  # seconds
PATH = f"/provision/{T46U}-app.log"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def granian(transactional_db: None) -> Iterator[int]:
    """The portal on this test's database, at a port of its own."""
    port = free_port()
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database.geturl()}
    options = ("--interface", "wsgi", "--blocking-threads", "2", "--no-ws", "--host", "127.0.0.1", "--port", str(port))
    command = [sys.executable, "-m", "granian", *options, "portal.wsgi:application"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not _listens(port):
                assert time.monotonic() < end, "granian does not listen"
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as wire:
        try:
            wire.request("GET", "/provision")
            return wire.getresponse().status == HTTPStatus.NOT_FOUND
        except OSError:
            return False


def send(port: int, phone: NewDevice, body: Iterable[bytes], method: str = "PUT", path: str = PATH) -> int:
    """The status that a phone gets which sends these chunks with its first request and again with its password."""
    desk, status, header = Phone(phone.device.login, phone.password), 0, ""
    chunks = list(body)
    for _ in range(2):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as wire:
            headers = {"Authorization": header} if header else {}
            headers["Transfer-Encoding"] = "chunked"
            with suppress(BrokenPipeError):  # the server need not wait for all of it before it answers
                wire.request(method, path, iter(chunks), headers, encode_chunked=True)
            told = wire.getresponse()
            status = told.status
            if status == HTTPStatus.UNAUTHORIZED:
                asks = [("WWW-Authenticate", value) for value in told.headers.get_all("WWW-Authenticate", [])]
                challenge = Response(Answer(HTTPStatus.UNAUTHORIZED, headers=asks))
                header = desk.digest(nonce_of(challenge), path, method=method)
    return status


def test_a_log_that_comes_in_chunks_is_kept(granian: int, phone: NewDevice, acme: Customer) -> None:
    for method in ("PUT", "POST"):
        assert send(granian, phone, [b"boot\n", b"ready\n"], method) == HTTPStatus.NO_CONTENT
    assert send(granian, phone, [b"setting = 1\n"], path=f"/provision/{T46U}-local.cfg") == HTTPStatus.NO_CONTENT
    assert (store_phone_files(), store_phone_events()) == (3, 3)
    assert sorted(kept(acme)) == [("app.log", 11, "boot\nready\n")] * 2 + [("local.cfg", 12, "setting = 1\n")]
    with tenant(acme):
        assert [event.outcome for event in ProvisioningEvent.objects.all()] == ["sent"] * 3


def test_chunks_without_end_are_read_as_far_as_a_log_may_go(granian: int, phone: NewDevice, acme: Customer) -> None:
    assert send(granian, phone, [b"a" * MAX_KEPT] * (MAX_SENT // MAX_KEPT)) == HTTPStatus.NO_CONTENT
    too_much = [b"a" * MAX_KEPT] * (MAX_SENT // MAX_KEPT) + [b"a"]
    assert send(granian, phone, too_much) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert (store_phone_files(), store_phone_events()) == (1, 2)
    assert [(size, len(body)) for _, size, body in kept(acme)] == [(MAX_SENT, MAX_KEPT)]
    with tenant(acme):
        assert ProvisioningEvent.objects.first().outcome == "not_taken"  # type: ignore[union-attr]
