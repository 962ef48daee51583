"""Devices over the API, as a partner's script uses it."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from telephony import services, vault
from telephony.models import Device, Line, PhoneFile
from telephony.provisioning.gate import Event
from telephony.services import NewDevice
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone
from telephony.tests.test_registrar import log_in

FILE = f"/provision/{T46U}.cfg"
type Ask = Callable[..., Any]


def asks(user: User) -> Ask:
    """A script with a key of this user."""
    client, key = Client(), create_token(actor=system(door=Door.COMMAND), user=user, name="test")[1]

    def ask(path: str, data: object = None, method: str = "get") -> Any:
        content = {} if data is None else {"data": data, "content_type": "application/json"}
        headers = {"Authorization": f"Bearer {key}"}
        return getattr(client, method)(f"/api/v1/{path}", **content, headers=headers)

    return ask


@pytest.fixture
def script(alice: User) -> Ask:
    return asks(alice)


def test_a_device_is_made_with_what_it_logs_in_with_told_once(script: Ask, acme: Customer, sanne: Line) -> None:
    made = script("devices/", {"model": "SIP-T46U", "mac": "24-9A-D8-0A-46-B3", "lines": ["121"]}, "post")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    told = made.json()
    assert told["url"].endswith(FILE)
    assert Phone(told["username"], told["password"]).fetch(FILE).status_code == 200
    assert told["password"] not in script(f"devices/{told['id']}/").content.decode()
    with tenant(acme):
        assert AuditEntry.objects.get(verb="device.create").door == "api"


def test_a_device_is_made_with_a_password_of_ones_own(script: Ask, sanne: Line) -> None:
    new = {"model": "T46U", "mac": T46U, "lines": ["121"]}
    assert script("devices/", new | {"password": "weak"}, "post").json()["title"] == "password short"
    told = script("devices/", new | {"password": "Own-Password-123"}, "post").json()
    assert told["password"] == "Own-Password-123"
    assert Phone(told["username"], told["password"]).fetch(FILE).status_code == 200


def test_of_a_generic_phone_only_what_is_typed_into_it_is_told(script: Ask, acme: Customer, sanne: Line) -> None:
    new = {"model": "Generic SIP", "lines": ["121"]}
    assert script("devices/", new | {"password": "Own-Password-123"}, "post").json()["title"] == "fetches nothing"
    told = script("devices/", new, "post").json()
    assert [told[name] for name in ("url", "typed", "username", "password")] == [""] * 4
    assert told["sip"]["users"] == [sanne.sip_user]
    many = script("devices/many/", {"devices": [new]}, "post").json()
    assert (many[0]["password"], many[0]["sip"]["users"]) == ("", [sanne.sip_user])
    for act in ("password", "link"):
        assert script(f"devices/{told['id']}/{act}/", {}, "post").json()["title"] == "fetches nothing"
    secret = script(f"lines/{sanne.pk}/secret/", {}, "post").json()
    assert secret["sip_user"] == told["sip"]["users"][0]


def test_an_app_is_made_with_an_address_that_works_once(script: Ask, sanne: Line) -> None:
    told = script("devices/", {"model": "Linphone", "lines": ["121"]}, "post").json()
    path = told["url"].removeprefix("http://127.0.0.1:8000")
    assert [Phone("", "").ask(path).status_code for _ in range(2)] == [200, 404]
    assert (told["username"], told["password"]) == ("", "")


@pytest.mark.parametrize("app", ["Linphone", "Zoiper"])
def test_an_app_that_only_takes_a_code_gets_no_password(script: Ask, sanne: Line, app: str) -> None:
    new = {"model": app, "lines": ["121"]}
    assert script("devices/", new | {"password": "Own-Password-123"}, "post").json()["title"] == "takes no password"
    path = f"devices/{script('devices/', new, 'post').json()['id']}/"
    assert script(f"{path}password/", {}, "post").json()["title"] == "takes no password"
    assert script(f"{path}link/", {}, "post").status_code == 201


def test_an_app_that_logs_in_gets_a_password_of_its_own(script: Ask, sanne: Line) -> None:
    made = script("devices/", {"model": "Acrobits", "lines": ["121"]}, "post").json()
    told = script(f"devices/{made['id']}/password/", {}, "post").json()
    query = f"cloud_username={told['username']}&cloud_password={told['password']}"
    assert Phone("", "", secure=True).ask(f"/provision/softphone/acrobits?{query}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"model": "T46Q"}, 409, "model unknown"),
        ({"mac": "zz"}, 409, "mac characters"),
        ({"lines": ["999"]}, 409, "line unknown"),
        ({"lines": []}, 400, "invalid"),
        ({"lines": "121"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_field(
    script: Ask, acme: Customer, sanne: Line, changes: dict[str, object], status: int, code: str
) -> None:
    given = {"model": "T46U", "mac": T46U, "lines": ["121"]} | changes
    answer = script("devices/", given, "post")
    assert (answer.status_code, answer.json()["title"]) == (status, code)
    assert next(iter(answer.json()["errors"])) in {"model", "mac", "line", "lines"}
    with tenant(acme):
        assert not Device.objects.exists()


def test_many_are_judged_and_then_made_all_or_none(script: Ask, acme: Customer, sanne: Line) -> None:
    rows = [{"model": "T46U", "mac": f"249ad80a46{number:02}", "lines": ["121"]} for number in range(3)]
    wrong = [*rows, {"model": "T46U", "mac": "249ad80a4602", "lines": ["121"]}]
    judged = script("devices/many/", {"devices": wrong, "dry_run": True}, "post").json()
    assert [[fault["code"] for fault in row["faults"]] for row in judged] == [[], [], ["mac_twice"], ["mac_twice"]]
    refused = script("devices/many/", {"devices": wrong}, "post")
    assert refused.status_code == 409
    assert refused.json()["title"] == "mac twice"
    with tenant(acme):
        assert not Device.objects.exists()
    made = script("devices/many/", {"devices": rows}, "post")
    assert (made.status_code, len(made.json())) == (201, 3)
    last = made.json()[-1]
    assert Phone(last["username"], last["password"]).fetch("/provision/249ad80a4602.cfg").status_code == 200


def test_lines_of_a_device_are_changed(script: Ask, sanne: Line, sales: Line, phone: NewDevice) -> None:
    changed = script(f"devices/{phone.device.pk}/", {"lines": ["101", "121"]}, "patch")
    assert changed.json()["lines"] == [sales.pk, sanne.pk]


def test_a_password_is_renewed_with_an_overlap_and_closed(script: Ask, phone: NewDevice) -> None:
    path = f"devices/{phone.device.pk}/"
    renewed = script(f"{path}password/", {"overlap_hours": 24}, "post").json()
    for password in (phone.password, renewed["password"]):
        assert Phone(phone.device.login, password).fetch(FILE).status_code == 200
    assert script(f"{path}password/", {"overlap_hours": 24}, "post").status_code == 409
    assert script(f"{path}close-password/", {}, "post").status_code == 204
    assert Phone(phone.device.login, phone.password).fetch(FILE).status_code == 401
    assert script(f"{path}password/", {"password": "weak"}, "post").json()["title"] == "password short"
    assert script(f"{path}password/", {"overlap_hours": 999}, "post").status_code == 400
    own = script(f"{path}password/", {"password": "Own-Password-123"}, "post").json()
    assert own["password"] == "Own-Password-123"


def test_a_secret_of_a_line_is_renewed(script: Ask, sanne: Line, phone: NewDevice) -> None:
    told = script(f"lines/{sanne.pk}/secret/", {"overlap_hours": 1}, "post")
    assert told["Cache-Control"] == "no-store"
    assert told.json()["previous_until"]
    body = Phone(phone.device.login, phone.password).fetch(FILE).content.decode()
    assert told.json()["sip_secret"] in body


def test_a_link_works_once(script: Ask, phone: NewDevice) -> None:
    made = script(f"devices/{phone.device.pk}/link/", {}, "post")
    assert made.status_code == 201
    path = made.json()["url"].removeprefix("http://127.0.0.1:8000") + f"{T46U}.cfg"
    assert [Phone("", "").ask(path).status_code for _ in range(2)] == [200, 404]


def test_keys_are_read_and_set(script: Ask, sanne: Line, sales: Line, phone: NewDevice) -> None:
    path = f"devices/{phone.device.pk}/keys/"
    wanted = [{"does": "blf", "target": "101"}, {"does": "speed", "target": "06 12345601", "label": "Jos"}]
    found = script(path, wanted, "put").json()
    assert [(key["does"], key["label"]) for key in found] == [("blf", "Verkoop"), ("speed", "Jos")]
    assert script(path).json() == found
    assert script(path, [{"does": "blf", "target": "0612345601"}], "put").json()["title"] == "lamp without extension"
    assert script(path, [{"does": "fly", "target": "101"}], "put").status_code == 400
    assert script(path, [], "put").json() == []


def test_what_a_device_did_and_sent_is_read(script: Ask, acme: Customer, phone: NewDevice) -> None:
    services.store_events([Event(phone.device.login, 1_795_000_000, "fetched", "192.0.2.7", "x", 12)])
    with tenant(acme):
        sent = PhoneFile.objects.create(
            customer=acme,
            device=phone.device,
            name="app.log",
            at=timezone.now() - dt.timedelta(hours=1),
            size=4,
            body=vault.encrypt("boot"),
        )
    path = f"devices/{phone.device.pk}/"
    assert [event["address"] for event in script(f"{path}events/").json()] == ["192.0.2.7"]
    assert [file["id"] for file in script(f"{path}files/").json()] == [sent.pk]
    assert script(f"{path}files/{sent.pk}/").content == b"boot"
    state = script(f"{path}state/").json()
    assert state["kind"] == "warn"
    assert any(not check["fine"] for check in state["checks"])
    assert "IP-VPN" in state["advice"]


def test_asking_to_fetch_says_when_nothing_reaches_the_device(script: Ask, phone: NewDevice) -> None:
    answer = script(f"devices/{phone.device.pk}/fetch/", {}, "post")
    assert (answer.status_code, answer.json()["title"]) == (409, "registrar not configured")


def test_a_released_address_comes_free(script: Ask, sanne: Line, phone: NewDevice) -> None:
    assert script(f"devices/{phone.device.pk}/", method="delete").status_code == 204
    assert Phone(phone.device.login, phone.password).fetch(FILE).status_code == 401
    assert script("devices/", {"model": "T46U", "mac": T46U, "lines": ["121"]}, "post").status_code == 201


def test_the_catalogue_and_the_book_are_read(script: Ask, sanne: Line, sales: Line) -> None:
    assert {"code": "yealink-t46u", "title": "Yealink T46U", "vendor": "yealink", "lines": 16, "keys": 27} in script(
        "phone-models/"
    ).json()
    assert script("phone-book/").json() == [
        {"name": "Sanne Bakker", "number": "121"},
        {"name": "Verkoop", "number": "101"},
    ]


def test_strangers_find_no_device_and_colleagues_without_the_right_are_refused(
    bob: User, carol: User, sanne: Line, phone: NewDevice
) -> None:
    path = f"devices/{phone.device.pk}/"
    new = {"model": "T46U", "mac": "249ad80a46b9", "lines": ["121"]}
    for ask, wanted in ((asks(carol), 404), (asks(bob), 403)):
        acts = [
            ask(path),
            ask(path, {"lines": ["121"]}, "patch"),
            ask(path, method="delete"),
            ask(f"{path}password/", {}, "post"),
            ask(f"{path}close-password/", {}, "post"),
            ask(f"{path}link/", {}, "post"),
            ask(f"{path}fetch/", {}, "post"),
            ask(f"{path}keys/"),
            ask(f"{path}keys/", [], "put"),
            ask(f"{path}events/"),
            ask(f"{path}files/"),
            ask(f"{path}state/"),
            ask(f"{path}settings/"),
            ask(f"{path}announce/", {}, "post"),
            ask(f"lines/{sanne.pk}/secret/", {}, "post"),
        ]
        assert {answer.status_code for answer in acts} == {wanted}
    assert asks(bob)("devices/", new, "post").status_code == 403
    assert asks(bob)("devices/many/", {"devices": [new]}, "post").status_code == 403
    assert asks(carol)("devices/", new, "post").json()["title"] == "line unknown"
    assert asks(bob)("redirect-services/").status_code == 403
    assert asks(bob)("own-lines/").status_code == 200
    assert asks(bob)(f"own-lines/{sanne.pk}/secret/", {}, "post").status_code == 404
    assert Phone(phone.device.login, phone.password).fetch(FILE).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_is_logged_in_is_read_of_the_devices_that_are_shown_and_of_no_others(
    script: Ask, acme: Customer, phone: NewDevice, sanne: Line, sales: Line
) -> None:
    other = script("devices/", {"model": "T46U", "mac": "24:9A:D8:0A:46:B4", "lines": ["101"]}, "post").json()["id"]
    for line in (sanne, sales):
        log_in(line, "sip:x@192.0.2.9:5060")
    for path, lines in (
        ("devices/", [sanne.pk, sales.pk]),
        ("devices/?page_size=1", [sanne.pk]),
        (f"devices/{other}/", [sales.pk]),
        (f"devices/{other}/state/", [sales.pk]),
    ):
        with CaptureQueriesContext(connection) as queries:
            told = script(path)
        assert told.status_code == 200
        (read,) = [query["sql"] for query in queries if "sip.registration" in query["sql"]]
        assert [pk for pk in (sanne.pk, sales.pk) if re.search(rf"\b{pk}\b", read.split("ANY")[1])] == lines, path
    assert [each["registered_at"] is not None for each in script("devices/").json()["results"]] == [True, True]
