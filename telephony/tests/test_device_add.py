"""`manage.py device_add`: a device by one command, for operators and their scripts."""

import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.access import system
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Device, Dialable, Line
from telephony.provisioning.catalogue import BY_CODE, find, near
from telephony.services import NewDevice
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone


def add(customer: str = "acme", model: str = "T46U", mac: str = "24-9A-D8-0A-46-B3", line: str = "121") -> Any:
    """What the last line of output says."""
    out = io.StringIO()
    call_command("device_add", customer=customer, model=model, mac=mac, line=line, json=True, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def refused(**given: str) -> Any:
    """The JSON document of a refusal; its sentence is the error as well."""
    out = io.StringIO()
    options = {"customer": "acme", "model": "T46U", "mac": "249ad80a46b4", "line": "121"} | given
    with pytest.raises(CommandError) as error:
        call_command("device_add", **options, json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["message"] == str(error.value)
    return told


def test_a_phone_that_asks_with_what_is_printed_gets_its_settings(sanne: Line, acme: Customer) -> None:
    told = add()
    assert told["url"] == f"http://127.0.0.1:8000/provision/{T46U}.cfg"
    assert len(told["password"]) == 20
    body = Phone(told["username"], told["password"]).fetch(f"/provision/{T46U}.cfg").content
    assert sanne.sip_user.encode() in body
    with tenant(acme):
        entry = AuditEntry.objects.filter(verb="device.create").get()
        assert told["password"] not in Device.objects.get().password
    assert entry.door == "command"


def test_it_is_told_to_people_too(sanne: Line) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("device_add", customer="acme", model="T46U", mac=T46U, line="121", stdout=out, stderr=err)
    assert "username:  acme-249ad80a46b3" in out.getvalue()
    assert "shown this once" in err.getvalue()


@pytest.mark.parametrize("line", ["121", "088 765 40 01", "+31887654001"])
def test_a_line_is_meant_by_its_extension_or_by_its_number(sanne: Line, line: str) -> None:
    assert add(line=line)["line"] == str(sanne)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("T46U", "yealink-t46u"),
        ("SIP-T46U", "yealink-t46u"),
        ("yealink t46u", "yealink-t46u"),
        ("yealink-t46u", "yealink-t46u"),
        ("VVX_450", "poly-vvx450"),
        ("Polycom VVX450", "poly-vvx450"),
        ("grp2614", "grandstream-grp2614"),
        ("Snom D785", "snom-d785"),
        ("Generic SIP", "generic-sip"),
        ("N670", "gigaset-n670-ip-pro"),
        ("Gigaset N510", "gigaset-n510-ip-pro"),
        ("N870", "gigaset-n870-ip-pro"),
        ("CP-8841", "cisco-cp-8841-3pcc"),
        ("Acrobits", "acrobits"),
    ],
)
def test_a_model_is_meant_by_the_name_on_its_label(said: str, code: str) -> None:
    found = find(said)
    assert found is not None
    assert found.code == code


def test_every_model_is_found_by_its_code_its_name_and_its_title() -> None:
    for model in BY_CODE.values():
        assert [find(model.code), find(model.name), find(model.title)] == [model] * 3


def test_what_is_no_model_is_refused_with_those_that_look_like_it(sanne: Line) -> None:
    told = refused(model="T46Q")
    assert told["error"] == "model_unknown"
    assert "Yealink T46U" in told["proposals"]
    assert near("☎") == []
    assert refused(model="toaster")["error"] == "model_unknown"


def test_an_address_in_use_is_refused_here_and_at_another_customer(phone: NewDevice, birch: Customer) -> None:
    assert refused(mac=T46U)["error"] == "mac_taken"
    with tenant(birch):
        services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
    assert refused(customer="birch", mac=T46U, line="20")["error"] == "mac_taken"


def test_a_line_of_another_customer_is_none(sanne: Line, birch: Customer) -> None:
    assert refused(customer="birch")["error"] == "line_unknown"
    assert refused(line="0887654009")["error"] == "line_unknown"
    assert refused(line="")["error"] == "line_unknown"


def test_a_group_is_no_line(acme: Customer) -> None:
    with tenant(acme):
        services.create_dialable(
            actor=system(acme),
            customer=acme,
            kind=Dialable.Kind.HUNT_GROUP,
            display_name="Sales",
            extension="300",
        )
    assert refused(line="300")["error"] == "not_a_line"


@pytest.mark.parametrize(("mac", "code"), [("", "mac_length"), ("zz", "mac_characters"), ("0" * 12, "mac_zero")])
def test_a_phone_needs_an_address(sanne: Line, mac: str, code: str) -> None:
    assert refused(mac=mac)["error"] == code


def test_a_customer_that_is_not_there_is_refused(acme: Customer) -> None:
    assert refused(customer="nobody")["error"] == "customer_unknown"


def test_a_refusal_leaves_nothing_behind(sanne: Line, acme: Customer) -> None:
    refused(mac="ffffffffffff")
    with tenant(acme):
        assert not Device.objects.exists()


def test_an_app_gets_an_address_that_works_once(sanne: Line) -> None:
    told = add(model="Linphone", mac="")
    assert (told["mac"], told["password"]) == ("", "")
    path = told["url"].removeprefix("http://127.0.0.1:8000")
    assert [Phone("", "").ask(path).status_code for _ in range(2)] == [200, 404]
    with_name = add(model="Acrobits", mac="")
    query = f"cloud_username={with_name['username']}&cloud_password={with_name['password']}"
    assert Phone("", "").ask(f"/provision/softphone/acrobits?{query}").status_code == 200


def test_of_a_generic_phone_only_what_is_typed_into_it_is_told(sanne: Line) -> None:
    told = add(model="generic", mac="")
    assert [told[name] for name in ("url", "typed", "username", "password")] == [""] * 4
    sip = told["sip"]
    assert (sip["server"], sip["port"]) == (settings.SIP_SERVER, settings.SIP_PORT)
    assert (sip["users"], sip["voicemail"]) == ([sanne.sip_user], "1233")
    assert add()["sip"] is None


def test_people_are_told_the_values_of_a_generic_phone_too(sanne: Line) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("device_add", customer="acme", model="generic", line="121", stdout=out, stderr=err)
    assert f"users:     {sanne.sip_user}" in out.getvalue()
    assert "password" not in out.getvalue() + err.getvalue()
