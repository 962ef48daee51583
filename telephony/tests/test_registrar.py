"""A real registrar and a real telephone, which gets nothing but what the portal hands out."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils.html import strip_tags
from psycopg.conninfo import conninfo_to_dict
from pytest_django import Settings

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer, User
from accounts.tenancy import tenant
from conftest import free_port
from portal.database import as_owner
from portal.roles import SIP
from telephony import selectors, services, vault
from telephony.device_api import DeviceViewSet
from telephony.models import Line
from telephony.provisioning import digest
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.render import resync
from telephony.registrations import of_device, registrations
from telephony.tests.phones import Phone
from telephony.tests.test_api import read
from telephony.tests.test_device_add import add

CONFIG = Path(__file__).parents[1] / "registrar" / "kamailio.cfg"
MODULES = "/usr/lib/baresip/modules"
PATIENCE = 15  # seconds


@dataclass(frozen=True, slots=True)
class Registrar:
    port: int
    rpc: str


def wait_for(seen: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end, why
        time.sleep(0.1)


@pytest.fixture
def registrar(settings: Settings, transactional_db: None, tmp_path: Path) -> Iterator[Registrar]:
    """Kamailio on this test's database, at a port of its own."""
    port, rpc_port = free_port(), free_port()
    database = conninfo_to_dict(os.environ["DATABASE_SIP_URL"])
    environment = os.environ | {
        "TZ": "UTC",
        "PGHOST": str(database["host"]),  # a folder with a socket, which has no place in the URL
        "SIP_DATABASE_URL": f"postgres://{SIP}:{database['password']}@/{connection.settings_dict['NAME']}",
        "SIP_LISTEN": f"udp:127.0.0.1:{port}",
        "SIP_LISTEN_TCP": f"tcp:127.0.0.1:{port}",
        "RPC_LISTEN": f"tcp:127.0.0.1:{rpc_port}",
        "RPC_PORT": str(rpc_port),
    }
    settings.SIP_SERVER, settings.SIP_PORT, settings.SIP_TRANSPORT = "127.0.0.1", port, "udp"
    settings.REGISTRAR_RPC_URL = f"http://127.0.0.1:{rpc_port}/rpc"
    log = tmp_path / "kamailio.log"
    command = ["kamailio", "-DD", "-E", "-f", str(CONFIG), "-Y", str(tmp_path), "-P", str(tmp_path / "pid"), "-m", "64"]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            yield Registrar(port, settings.REGISTRAR_RPC_URL)
        finally:
            process.terminate()
            process.wait()
            sys.stdout.write(log.read_text())  # shown where the test fails


@dataclass(frozen=True, slots=True)
class Softphone:
    """baresip with the account that a phone's configuration names; `seen` is what it said and received."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def seen(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def softphone(folder: Path, values: Mapping[str, str]) -> Iterator[Softphone]:
    """A telephone that knows the values of a Yealink's configuration and nothing else."""
    folder.mkdir()
    server = f"{values['account.1.sip_server.1.address']}:{values['account.1.sip_server.1.port']}"
    account = f"<sip:{values['account.1.user_name']}@{server}>;auth_pass={values['account.1.password']};regint=60"
    (folder / "accounts").write_text(f"{account}\n")
    (folder / "contacts").write_text("")
    modules = f"module_path {MODULES}\nmodule g711.so\nmodule_app account.so\nmodule_app menu.so\n"
    (folder / "config").write_text(f"sip_listen 127.0.0.1:0\n{modules}")
    log = folder / "log"
    command = ["baresip", "-s", "-f", str(folder)]
    with log.open("wb") as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out) as process:
        try:
            yield Softphone(process, log)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def configuration(phone: services.NewDevice) -> dict[str, str]:
    """What the phone fetches with its own login."""
    return settings_at(f"/provision/{phone.device.mac}.cfg", phone.device.login, phone.password)


def settings_at(path: str, login: str, password: str) -> dict[str, str]:
    body = Phone(login, password).fetch(path).content.decode()
    pairs = (line.split(" = ", 1) for line in body.splitlines() if " = " in line)
    return dict(pairs)


def text(response: HttpResponseBase) -> str:
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).split())  # type: ignore[attr-defined]


@pytest.mark.registrar
@pytest.mark.softphone
def test_a_phone_registers_with_what_it_fetched_and_its_page_shows_that_until_it_leaves(
    registrar: Registrar, tmp_path: Path, acme: Customer, sanne: Line, phone: services.NewDevice, alice: User
) -> None:
    browser = Client()
    browser.force_login(alice)
    page = f"/devices/{phone.device.pk}/"
    assert "Aangemeld" not in text(browser.get("/devices/"))
    with softphone(tmp_path / "softphone", configuration(phone)) as softphone_:
        wait_for(lambda: "Aangemeld" in text(browser.get("/devices/")), "the phone is not on the list as registered")
        assert "Aangemeld Het toestel is aangemeld: het gaat over en kan bellen." in text(browser.get(page))
        assert read(DeviceViewSet, alice, phone.device.pk).data["registered_at"]
        asked = browser.post(f"{page}fetch/", follow=True)
        assert "gevraagd zijn instellingen op te halen" in text(asked)
        wait_for(lambda: "Event: check-sync" in softphone_.seen(), "the phone was not asked to fetch")
    wait_for(lambda: "Aangemeld" not in text(browser.get("/devices/")), "the phone left and still counts as registered")


@pytest.mark.registrar
@pytest.mark.softphone
def test_a_phone_registers_with_nothing_but_what_the_command_printed(
    registrar: Registrar, tmp_path: Path, acme: Customer, sanne: Line, alice: User
) -> None:
    told = add()
    browser = Client()
    browser.force_login(alice)
    values = settings_at(told["url"].removeprefix("http://127.0.0.1:8000"), told["username"], told["password"])
    with softphone(tmp_path / "softphone", values):
        wait_for(lambda: "Aangemeld" in text(browser.get("/devices/")), "the phone is not on the list as registered")


@pytest.mark.registrar
@pytest.mark.softphone
def test_a_wrong_password_registers_nothing(
    registrar: Registrar, tmp_path: Path, acme: Customer, sanne: Line, phone: services.NewDevice
) -> None:
    values = configuration(phone) | {"account.1.password": "Wrong0wrong1wrong2wr"}
    with softphone(tmp_path / "softphone", values) as softphone_:
        wait_for(lambda: softphone_.seen().count("401 Unauthorized") > 1, "the registrar did not refuse")
        with tenant(acme):
            assert registrations([sanne]) == {}


@pytest.mark.registrar
@pytest.mark.softphone
def test_the_password_of_one_line_does_not_register_another(
    registrar: Registrar, tmp_path: Path, acme: Customer, sanne: Line, sales: Line, phone: services.NewDevice
) -> None:
    values = configuration(phone)
    values["account.1.user_name"], auth = sales.sip_user, values["account.1.user_name"]
    values["account.1.password"] += f";auth_user={auth}"
    with softphone(tmp_path / "softphone", values) as softphone_:
        wait_for(lambda: "403 Forbidden" in softphone_.seen(), "the registrar did not refuse")
        with tenant(acme):
            assert registrations([sanne, sales]) == {}


@pytest.mark.django_db(transaction=True)
def test_a_phone_that_is_not_logged_in_cannot_be_asked(
    settings: Settings, owner: Actor, acme: Customer, phone: services.NewDevice
) -> None:
    settings.REGISTRAR_RPC_URL = "http://127.0.0.1:9/rpc"
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.ask_to_fetch(actor=owner, device=phone.device)
    assert refused.value.code == "not_registered"


@pytest.mark.django_db(transaction=True)
def test_without_a_registrar_the_portal_says_so(owner: Actor, acme: Customer, phone: services.NewDevice) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.ask_to_fetch(actor=owner, device=phone.device)
    assert refused.value.code == "registrar_not_configured"


@pytest.mark.django_db(transaction=True)
def test_the_account_of_a_line_follows_the_realm_and_goes_with_the_line(
    settings: Settings, owner: Actor, acme: Customer, sales: Line
) -> None:
    settings.SIP_SERVER = "sip.other.example"
    assert services.keep_all_accounts() == 1
    assert accounts() == [
        (
            acme.pk,
            sales.sip_user,
            "sip.other.example",
            digest.ha1(sales.sip_user, vault.decrypt(sales.sip_secret), realm="sip.other.example"),
        )
    ]
    with tenant(acme):
        services.remove_line(actor=owner, line=sales)
    assert accounts() == []


def accounts() -> list[tuple[object, ...]]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT customer_id, username, domain, ha1 FROM sip.subscriber")
        return list(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ha1 FROM sip.subscriber",
        "SELECT * FROM sip.location",
        "DELETE FROM sip.subscriber",
        "UPDATE sip.location SET contact = ''",
    ],
)
def test_pages_read_no_secret_of_the_registrar_and_write_no_contact(
    acme: Customer, sanne: Line, statement: str
) -> None:
    with tenant(acme), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_another_customer_sees_neither_accounts_nor_registrations_and_writes_none(
    acme: Customer, birch: Customer, sanne: Line
) -> None:
    log_in(sanne, "sip:x@192.0.2.9:5060")
    with tenant(acme):
        assert [each.address for each in registrations([sanne])[sanne.pk]] == ["192.0.2.9"]
    with tenant(birch):
        assert registrations([sanne]) == {}
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sip.subscriber SET ha1 = 'x' WHERE line_id = %s", [sanne.pk])
            assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sip.subscriber (customer_id, line_id, username, domain, ha1) VALUES (%s, %s, 'other', 'd', 'h')",
                [birch.pk, sanne.pk],
            )


def log_in(line: Line, contact: str, agent: str = "", instance: str | None = None, *, seconds: int = 600) -> None:
    """What the registrar writes when a phone logs in."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sip.location (ruid, username, contact, user_agent, instance, expires, last_modified) VALUES "
            "(gen_random_uuid()::text, %s, %s, %s, %s, now() AT TIME ZONE 'UTC' + %s * interval '1 second', now() AT TIME ZONE 'UTC')",
            [line.sip_user, contact, agent, instance, seconds],
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("agent", "instance", "seconds", "its_own"),
    [
        ("Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3", None, 600, True),
        ("Yealink SIP-T46U 108.86.0.20", None, 600, True),
        ("something else", None, 600, True),
        ("Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b4", None, 600, False),
        ("Yealink SIP-T54W 96.86.0.100", None, 600, False),
        ("", "<urn:uuid:00000000-0000-1000-8000-249AD80A46B3>", 600, True),
        ("", "<urn:uuid:00000000-0000-1000-8000-249AD80A46B4>", 600, False),
        ("Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3", None, -1, False),
    ],
)
def test_a_registration_counts_for_the_phone_that_can_have_made_it(
    acme: Customer,
    sanne: Line,
    phone: services.NewDevice,
    agent: str,
    instance: str | None,
    seconds: int,
    its_own: bool,
) -> None:
    log_in(sanne, "sip:x@192.0.2.9:5060", agent, instance, seconds=seconds)
    with tenant(acme):
        device = selectors.devices().get(pk=phone.device.pk)
        assert (of_device(device, registrations([sanne])) is not None) == its_own


@pytest.mark.django_db(transaction=True)
def test_a_registration_counts_where_the_phone_spells_its_model_otherwise(
    owner: Actor, acme: Customer, sanne: Line
) -> None:
    with tenant(acme):
        made = services.create_device(
            actor=owner, customer=acme, model_code="cisco-spa942", mac="000e08a42805", lines=[sanne]
        )
    log_in(sanne, "sip:x@192.0.2.9:5060", "Linksys/SPA-942-6.1.5(a)")
    with tenant(acme):
        device = selectors.devices().get(pk=made.device.pk)
        assert of_device(device, registrations([sanne])) is not None


def test_a_snom_is_told_not_to_restart_for_its_settings() -> None:
    assert (resync(Vendor.SNOM), resync(Vendor.YEALINK)) == ("check-sync;reboot=false", "check-sync")
