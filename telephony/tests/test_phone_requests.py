"""Every request that phones were seen to make, against the whole application; `expect` says in words what it gets."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Line
from telephony.services import NewDevice
from telephony.tests.phones import Phone, challenges

DATA = Path(__file__).parent / "data"
MODELS: dict[str, str] = json.loads((DATA / "phone-devices.json").read_text())


@dataclass(frozen=True)
class Vector:
    """One request. `device` is the MAC address of the fixture whose login is used, `way` how it differs from the
    plain one, `starts` how the body begins.
    """

    vendor: str
    model: str
    method: str
    path: str
    user_agent: str
    auth: str
    expect: str
    device: str
    status: int
    way: str
    type: str
    starts: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.auth} {self.way}".strip()


VECTORS = [Vector(**row) for row in json.loads((DATA / "phone-requests.json").read_text())]


@pytest.fixture
def made(request: pytest.FixtureRequest, acme: Customer, sanne: Line) -> NewDevice:
    vector: Vector = request.getfixturevalue("vector")
    code = MODELS.get(vector.device, vector.device)
    mac = vector.device if vector.device in MODELS else ""
    with tenant(acme):
        return services.create_device(actor=system(acme), customer=acme, model_code=code, mac=mac, lines=[sanne])


class Unread(io.BytesIO):
    """A body that nobody may look at."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError(f"{size} bytes were read of a body that is too large, or of somebody unknown")


def ask(phone: Phone, vector: Vector, made: NewDevice) -> Any:
    path = f"/provision{vector.path}"
    said: dict[str, Any] = {"method": vector.method, "User_Agent": vector.user_agent}
    match vector.auth, vector.way:
        case "digest", "built_in_first":
            assert Phone(vector.device.upper(), "built-in secret").fetch(path, **said).status_code == 401
            return phone.fetch(path, **said)
        case "digest", "built_in":
            return Phone(vector.device.upper(), "built-in secret").fetch(path, **said)
        case "digest", "replayed":
            assert phone.fetch(path, **said).status_code == 200
            return phone.ask(path, authorization=phone.last, **said)
        case "none", "oversized":
            sent: dict[str, Any] = {"CONTENT_LENGTH": str(50 << 20), "wsgi.input": Unread()}
            return phone.client.generic("PUT", path, headers={"User-Agent": vector.user_agent}, **sent)
        case "none", "token":
            with tenant(made.device.customer):
                link = services.make_link(actor=system(made.device.customer), device=made.device)
            path = path.replace("TOKEN-VALID-EXAMPLE", link.token)
            response = phone.ask(path, X_Linphone_Provisioning="1", **said)
            assert phone.ask(path, **said).status_code == 404
            return response
        case "digest", _:
            return phone.fetch(path, **said)
        case "basic", "wrong_until_429":
            wrong = Phone(phone.username, "wrong", secure=True)
            answers = [wrong.ask(path, authorization=wrong.basic(), **said) for _ in range(12)]
            assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
            return answers[0]
        case "basic", _:
            return phone.ask(path, authorization=phone.basic(), **said)
        case _:
            return phone.ask(path, **said)


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_what_a_phone_was_seen_to_ask_gets_what_is_expected(vector: Vector, made: NewDevice) -> None:
    phone = Phone(made.device.login, made.password, secure=vector.auth == "basic")
    response = ask(phone, vector, made)
    assert response.status_code == vector.status, vector.expect
    assert "Location" not in response
    check_face(vector, response)
    if vector.way in {"built_in", "wrong_until_429"}:
        phone.address = "192.0.2.77"  # the phone itself is not locked out
        assert phone.fetch(f"/provision{vector.path}").status_code == 200
    if vector.way == "replayed":
        assert "stale=true" in challenges(response)[0]


def check_face(vector: Vector, response: HttpResponseBase) -> None:
    body = response.content  # type: ignore[attr-defined]
    if vector.status == 200:
        assert response["Content-Type"].startswith(vector.type)
        text = body.decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n')
        text = text.removeprefix('<?xml version="1.0" encoding="ISO-8859-1"?>\n')
        assert text.startswith(vector.starts)
        if vector.method == "HEAD":
            assert (body, int(response["Content-Length"]) > 1000) == (b"", True)
    elif vector.status == 403:
        assert response["Content-Type"].startswith(vector.type)
        assert b"<message>" in body
    else:
        assert len(body) < 120
        assert b"<html" not in body.lower()
    if vector.status == 401:
        assert challenges(response)[0].startswith("Digest ")
