"""A phone without a login gets its settings by a link, once."""

import pytest
import time_machine
from django.test import Client
from lxml import etree

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.logs import JsonFormatter
from telephony import services
from telephony.models import Line, ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.first_contact import code_for, hashed, link_for, read_link
from telephony.services import NewDevice
from telephony.tasks import store_phone_events
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone


def link_of(device: NewDevice) -> str:
    with tenant(device.device.customer):
        return services.make_link(actor=system(device.device.customer), device=device.device).token


def app(acme: Customer, line: Line, code: str) -> NewDevice:
    with tenant(acme):
        return services.create_device(actor=system(acme), customer=acme, model_code=code, mac="", lines=[line])


NOBODY = Phone("", "")


def test_a_link_gives_a_phone_its_settings_and_login_once(phone: NewDevice) -> None:
    token = link_of(phone)
    base = f"/provision/once/{token}/"
    assert NOBODY.ask(f"{base}{T46U}.boot").status_code == 404
    assert NOBODY.ask(f"{base}y000000000108.cfg").status_code == 200
    assert NOBODY.ask(f"{base}{T46U}.cfg", method="HEAD").status_code == 200
    response = NOBODY.ask(f"{base}{T46U}.cfg")
    assert response.status_code == 200
    assert f"static.auto_provision.server.password = {phone.password}" in response.content.decode()
    assert NOBODY.ask(f"{base}{T46U}.cfg").status_code == 404
    assert Phone(phone.device.login, phone.password).fetch(f"/provision/{T46U}.cfg").status_code == 200


def test_a_used_link_is_forgotten_by_the_worker_and_told_in_the_history(phone: NewDevice, acme: Customer) -> None:
    token = link_of(phone)
    NOBODY.ask(f"/provision/once/{token}/{T46U}.cfg")
    assert ProvisioningAnswer.objects.get().token_hash == hashed(token)
    assert store_phone_events() == 1
    assert ProvisioningAnswer.objects.get().token_hash is None
    with tenant(acme):
        assert ProvisioningEvent.objects.get().outcome == "first"


def test_a_link_made_after_a_used_one_stays_when_the_worker_comes(phone: NewDevice) -> None:
    first = link_of(phone)
    NOBODY.ask(f"/provision/once/{first}/{T46U}.cfg")
    second = link_of(phone)
    store_phone_events()
    assert NOBODY.ask(f"/provision/once/{second}/{T46U}.cfg").status_code == 200


def test_a_link_ends_after_eight_hours_and_with_the_next_one(phone: NewDevice) -> None:
    with time_machine.travel("2026-11-22T03:00:00Z", tick=False) as clock:
        old = link_of(phone)
        new = link_of(phone)
        assert NOBODY.ask(f"/provision/once/{old}/{T46U}.cfg").status_code == 404
        clock.shift(8 * 3600)
        assert NOBODY.ask(f"/provision/once/{new}/{T46U}.cfg").status_code == 404


def test_a_link_opens_no_other_phone_and_no_other_way(phone: NewDevice) -> None:
    token = link_of(phone)
    for path in (
        f"once/{token}/001565ffffff.cfg",
        f"once/{token}/cfg{T46U}.xml",
        f"softphone/linphone/{token}",
        f"softphone/zoiper?id={token}",
        f"once/{token}/phonebook.xml",
        f"once/{token}",
        "softphone/other",
    ):
        assert NOBODY.ask(f"/provision/{path}").status_code == 404
    assert NOBODY.ask(f"/provision/once/{token}/{T46U}.cfg", method="PUT").status_code == 405
    assert NOBODY.ask(f"/provision/once/{token}/{T46U}.cfg").status_code == 200


def test_guessing_links_is_slowed_down(phone: NewDevice) -> None:
    path = f"/provision/once/{'A1b' * 10}xx/{T46U}.cfg"
    assert [NOBODY.ask(path).status_code for _ in range(12)] == [404] * 10 + [429] * 2


def test_a_poly_keeps_its_link_for_the_file_with_the_settings(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="poly-vvx450", mac="64167f0a4502", lines=[sanne]
        )
    base = f"/provision/once/{link_of(made)}/"
    assert b"[PHONE_MAC_ADDRESS]-user.cfg" in NOBODY.ask(f"{base}64167f0a4502.cfg").content
    assert b"reg.1.address" in NOBODY.ask(f"{base}64167f0a4502-user.cfg").content
    assert NOBODY.ask(f"{base}64167f0a4502-user.cfg").status_code == 404


def test_a_device_without_a_line_has_no_link(phone: NewDevice, acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        services.remove_line(actor=system(acme), line=sanne)
        with pytest.raises(Refusal) as refused:
            services.make_link(actor=system(acme), device=phone.device)
    assert refused.value.code == "nothing_to_fetch"


def test_linphone_gets_its_account_once(acme: Customer, sanne: Line) -> None:
    path = f"/provision/softphone/linphone/{link_of(app(acme, sanne, 'linphone'))}"
    response = NOBODY.ask(path)
    root = etree.fromstring(response.content)
    entries = {entry.get("name"): entry.text for entry in root.iter("{*}entry")}
    assert entries["username"] == sanne.sip_user
    assert response["Content-Type"].startswith("application/xml")
    assert NOBODY.ask(path).status_code == 404


def test_zoiper_gets_its_account_once(acme: Customer, sanne: Line) -> None:
    path = f"/provision/softphone/zoiper?id={link_of(app(acme, sanne, 'zoiper'))}"
    assert etree.fromstring(NOBODY.ask(path).content).findtext("accounts/account/username") == sanne.sip_user
    assert NOBODY.ask(path).status_code == 404
    assert NOBODY.ask("/provision/softphone/zoiper").status_code == 404


def test_an_acrobits_app_comes_in_by_its_one_time_password_or_its_own(acme: Customer, sanne: Line) -> None:
    made = app(acme, sanne, "acrobits")
    path = f"/provision/softphone/acrobits?cloud_username={made.device.login}&cloud_password="
    token = link_of(made)
    assert NOBODY.ask(path + made.password).status_code == 403  # not over plain HTTP
    safe = Phone("", "", secure=True)
    assert etree.fromstring(safe.ask(path + made.password).content).findtext("username") == sanne.sip_user
    assert NOBODY.ask(path + token).status_code == 200
    spent = NOBODY.ask(path + token)
    assert (spent.status_code, etree.fromstring(spent.content).findtext("message") != "") == (403, True)
    assert safe.ask(path + "wrong").content == spent.content
    assert safe.ask(path.replace(made.device.login, "nobody") + "wrong").content == spent.content


def test_a_desk_phone_has_no_account_for_an_app(phone: NewDevice) -> None:
    query = f"cloud_username={phone.device.login}&cloud_password={phone.password}"
    assert Phone("", "", secure=True).ask(f"/provision/softphone/acrobits?{query}").status_code == 403


def test_no_link_and_no_password_is_in_the_logs(
    acme: Customer, sanne: Line, phone: NewDevice, caplog: pytest.LogCaptureFixture
) -> None:
    made = app(acme, sanne, "acrobits")
    secrets = [link_of(phone), "Sup3rSecretSup3rSecr", link_of(app(acme, sanne, "linphone"))]
    for nobody in (NOBODY, Phone("", "", client=Client())):  # Django itself logs what is not there
        nobody.ask(f"/provision/once/{secrets[0]}/001565ffffff.cfg")
        nobody.ask(f"/provision/softphone/acrobits?cloud_username={made.device.login}&cloud_password={secrets[1]}")
        for _ in range(2):
            nobody.ask(f"/provision/softphone/linphone/{secrets[2]}")
    told = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert "/provision/once/[hidden]/001565ffffff.cfg" in told
    assert [secret for secret in secrets if secret in told] == []


def test_a_code_says_the_link_or_that_the_maker_does_not_know_us() -> None:
    said = {"base": "https://p.test/provision/", "login": "acme-x", "token": "T" * 32}
    empty = {"zoiper_provider": "", "acrobits_cloud": ""}
    assert code_for(Vendor.YEALINK, **said, **empty) == f"https://p.test/provision/once/{'T' * 32}/"
    assert code_for(Vendor.LINPHONE, **said, **empty) == f"https://p.test/provision/softphone/linphone/{'T' * 32}"
    assert code_for(Vendor.ZOIPER, **said, **empty) is None
    assert code_for(Vendor.ACROBITS, **said, **empty) is None
    known = {"zoiper_provider": "abc", "acrobits_cloud": "CLOUD"}
    assert "provider_id=abc" in (code_for(Vendor.ZOIPER, **said, **known) or "")
    assert code_for(Vendor.ACROBITS, **said, **known) == f"csc:acme-x:{'T' * 32}@CLOUD"


@pytest.mark.parametrize("vendor", [Vendor.YEALINK, Vendor.LINPHONE, Vendor.ZOIPER])
def test_a_link_reads_back_what_it_was_made_of(vendor: Vendor) -> None:
    path, _, query = link_for(vendor, base="", token="T" * 32).partition("?")
    link = read_link(path, query)
    assert link is not None
    assert link.token == "T" * 32
