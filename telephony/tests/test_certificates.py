"""Certificates of phones' makers, as a trusted proxy hands their subject on."""

import ipaddress
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from telephony.provisioning.certificates import certified_mac
from telephony.services import NewDevice
from telephony.tasks import store_phone_events
from telephony.tests.conftest import T46U

FILE = f"/provision/{T46U}.cfg"
HEADER = "X-Phone-Certificate"
PROXY, PHONE = "10.0.0.1", "192.0.2.10"


@pytest.fixture
def configured(settings: Settings) -> None:
    settings.PHONE_CERTIFICATE_HEADER = HEADER
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]


def ask(subject: str, path: str = FILE, *, peer: str = PROXY, scheme: str = "https", method: str = "GET") -> Any:
    headers = {HEADER: subject, "X-Forwarded-For": PHONE, "X-Forwarded-Proto": scheme}
    return Client().generic(method, path, headers=headers, REMOTE_ADDR=peer)


@pytest.mark.parametrize(
    ("subject", "mac"),
    [
        ("CN=249AD80A46B3,O=Yealink Network Technology", T46U),
        ("O=Polycom Inc.,CN=24:9a:d8:0a:46:b3", T46U),
        ("CN=MAC:249ad80a46b3", T46U),
        ("CN=249ad80a46b3", T46U),
        ("", ""),
        ("CN=Yealink Equipment,O=Yealink", ""),
        ("O=249ad80a46b3", ""),
        ("CN=249ad80a46b3,CN=249ad80a46b4", ""),
        (r"O=x\,CN=249ad80a46b3,CN=Generic", ""),
        ("CN=249ad80a46b34", ""),
        ("CN=x249ad80a46b3", ""),
        ("CN=" + "a" * 600, ""),
    ],
)
def test_a_subject_names_a_phone_by_its_one_common_name(subject: str, mac: str) -> None:
    assert certified_mac(subject) == mac


def test_a_phone_with_its_certificate_gets_its_file_in_one_query(configured: None, phone: NewDevice) -> None:
    with CaptureQueriesContext(connection) as captured:
        answer = ask("CN=249AD80A46B3,O=Yealink")
    assert (answer.status_code, len(captured)) == (200, 1)
    assert b"account.1.password" in answer.content
    assert store_phone_events() == 1


def test_off_by_default_a_certificate_is_none(phone: NewDevice) -> None:
    assert ask("CN=249AD80A46B3").status_code == 401


@pytest.mark.parametrize("changes", [{"peer": "203.0.113.5"}, {"scheme": "http"}])
def test_only_a_trusted_proxy_over_https_is_believed(
    configured: None, phone: NewDevice, changes: dict[str, str]
) -> None:
    assert ask("CN=249AD80A46B3", **changes).status_code == 401


def test_the_certificate_of_another_phone_is_refused_and_told_once(
    configured: None, phone: NewDevice, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask("CN=249AD80A46B4")
    assert answer.status_code == 401
    assert b"account" not in answer.content
    refusals = [record for record in caplog.records if record.message == "provisioning refused"]
    assert [(record.address, record.outcome) for record in refusals] == [(PHONE, "certificate")]  # type: ignore[attr-defined]


def test_the_same_401_for_a_phone_of_nobody_and_for_no_certificate(configured: None, phone: NewDevice) -> None:
    unknown = ask("CN=001565FFFFFF", "/provision/001565ffffff.cfg")
    nothing = ask("", "/provision/001565ffffff.cfg")
    assert unknown.status_code == nothing.status_code == 401
    assert unknown.content == nothing.content


def test_many_wrong_certificates_are_slowed_down(configured: None, phone: NewDevice) -> None:
    found = {ask("CN=249AD80A46B4").status_code for _ in range(12)}
    assert found == {401, 429}


def test_a_certificate_opens_files_of_its_phone_and_no_others(configured: None, phone: NewDevice) -> None:
    assert ask("CN=249AD80A46B3", "/provision/phonebook.xml").status_code == 401
    assert ask("CN=249AD80A46B3", f"/provision/{T46U}-app.log", method="PUT").status_code == 204
    assert ask("CN=249AD80A46B3", "/provision/249ad80a46b4.cfg").status_code == 401
