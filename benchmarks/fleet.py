"""Phones of every maker, with the requests that each makes after a power cut, and what each of those must get."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import tenant
from benchmarks.wire import Reply, Talk
from portal.lib.crypto import generate_password
from telephony import services, vault
from telephony.models import Device, DeviceLine
from telephony.provisioning import digest

PHONES = int(os.environ.get("BENCH_PHONES", "10000"))
OF_A_CUSTOMER = 100
LOG: Final = b"boot: ready\n" * 170  # 2 kB
_NONCE = re.compile(rb'nonce="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Step:
    """A file that is asked or sent, and the status it gets: at once, or after a challenge where it needs the login."""

    file: str
    status: int
    login: bool = False
    method: str = "GET"
    built_in_first: bool = False  # with a user name and password of its maker, before its own


def _open(file: str, status: int = 404) -> Step:
    return Step(file, status)


def _login(file: str, status: int = 200) -> Step:
    return Step(file, status, login=True)


def _sent(file: str) -> Step:
    return Step(file, 204, login=True, method="PUT")


PLANS: Final[dict[str, tuple[Step, ...]]] = {
    "yealink-t46u": (
        _open("y000000000108.boot"),
        _open("{mac}.boot"),
        _open("y000000000108.cfg", 200),
        _login("{mac}.cfg"),
        _sent("{mac}.log"),
    ),
    "snom-d785": (_open("snomD785.htm"), _login("snomD785-{MAC}.htm"), _open("snomD785-firmware.htm")),
    "poly-vvx450": (
        _login("{mac}.cfg"),
        _login("{mac}-user.cfg"),
        _login("{mac}-phone.cfg", 404),
        _login("{mac}-web.cfg", 404),
        _open("{mac}-license.cfg"),
        _login("{mac}-directory.xml", 404),
        _sent("{mac}-boot.log"),
        _sent("{mac}-app.log"),
    ),
    "grandstream-gxp2170": (_open("cfg{mac}"), _login("cfg{mac}.xml"), _open("cfggxp2170.xml"), _open("cfg.xml")),
    "cisco-spa504g": (_login("spa504G.cfg", 404), _login("{mac}.xml")),
    "fanvil-x4u": (_open("F0V00X400000.cfg"), _login("{mac}.cfg")),
    "gigaset-n670-ip-pro": (Step("{mac}.xml", 200, login=True, built_in_first=True),),
    "panasonic-kx-hdv130": (_open("ConfigCommon.cfg"), _login("Config{MAC}.cfg")),
    "htek-uc924": (_open("cfg0010.xml"), _login("cfg{mac}.xml")),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A phone that stands somewhere."""

    mac: str
    login: str
    password: str
    plan: tuple[Step, ...]

    def talk(self) -> Talk:
        """All it asks after a power cut, as most phones do: challenged anew for each file."""
        mine, built_in = ((name, _md5(f"{name}:{digest.REALM}:{word}")) for name, word in self._logins())
        for step in self.plan:
            path = "/provision/" + step.file.replace("{mac}", self.mac).replace("{MAC}", self.mac.upper())
            body = LOG if step.method == "PUT" else b""
            reply = yield request(step.method, path, body=body)
            for login in (built_in, mine) if step.built_in_first else (mine,) if step.login else ():
                if reply.status != 401:
                    return f"{step.file}: {reply.status} before the log-in"
                header = signed(*login, step.method, path, nonce_of(reply), 1)
                reply = yield request(step.method, path, header, body)
            if reply.status != step.status:
                return f"{step.file}: {reply.status} instead of {step.status}"
        return ""

    def requests(self) -> int:
        """How many that are."""
        return sum(1 + step.login + step.built_in_first for step in self.plan)

    def _logins(self) -> Iterator[tuple[str, str]]:
        yield self.login, self.password
        yield self.mac.upper(), "built-in secret"


def nonce_of(reply: Reply) -> str:
    """Of a challenge."""
    found = _NONCE.search(reply.head)
    assert found, reply
    return found[1].decode()


def signed(login: str, ha1: str, method: str, path: str, nonce: str, count: int) -> str:
    """An Authorization header that answers a challenge."""
    nc = f"{count:08x}"
    response = _md5(f"{ha1}:{nonce}:{nc}:0a4f113b:auth:{_md5(f'{method}:{path}')}")
    return (
        f'Digest username="{login}", realm="{digest.REALM}", nonce="{nonce}", uri="{path}", '
        f'response="{response}", qop=auth, nc={nc}, cnonce="0a4f113b"'
    )


def request(method: str, path: str, authorization: str = "", body: bytes = b"", keeps: str = "") -> bytes:
    """As it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: provisioning.test", "User-Agent: Yealink SIP-T46U 108.86.0.90"]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    if keeps:
        lines.append(f"If-None-Match: {keeps}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def make_fleet() -> list[Desk]:
    """Phones of all makers in turn, a hundred to a customer; their answers stand ready."""
    fleet: list[Desk] = []
    while len(fleet) < PHONES:
        fleet += _of_customer(len(fleet) // OF_A_CUSTOMER, min(OF_A_CUSTOMER, PHONES - len(fleet)))
    return fleet


def _of_customer(number: int, phones: int) -> list[Desk]:
    customer = Customer.objects.create(reference=f"desk-{number}", name=f"Desk {number}")
    actor, now, models = system(customer, Door.COMMAND), timezone.now(), list(PLANS)
    made: list[tuple[Device, str]] = []
    with tenant(customer):
        line = services.create_line(actor=actor, customer=customer, display_name="Bench", extension="201")
        for place in range(phones):
            mac, password = f"02{number * OF_A_CUSTOMER + place:010x}", generate_password()
            device = Device(
                customer=customer,
                model_code=models[place % len(models)],
                mac=mac,
                login=f"{customer.reference}-{mac}",
                password=vault.encrypt(password),
                admin_password=vault.encrypt(generate_password()),
                password_made_at=now,
            )
            made.append((device, password))
        devices = Device.objects.bulk_create([device for device, _ in made])
        DeviceLine.objects.bulk_create(DeviceLine(customer=customer, device=device, line=line) for device in devices)
        services.keep_answers(devices)
    return [Desk(device.mac or "", device.login, password, PLANS[device.model_code]) for device, password in made]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
