"""What a device would get now, and what changed since it last fetched: on its page and in the API, without secrets."""

from dataclasses import replace

import pytest
from django.test import Client

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Line
from telephony.provisioning.catalogue import BY_CODE, Vendor
from telephony.provisioning.redirect import SERVICES
from telephony.provisioning.render import render
from telephony.provisioning.shown import Change, changes, settings_of
from telephony.services import NewDevice
from telephony.tests.sample import LINE, SAMPLES, SECOND, config_of
from telephony.tests.test_device_api import asks
from telephony.tests.test_pages import text
from telephony.tests.test_why_not_green import happened

SECRETS = (LINE.sip_secret, SECOND.sip_secret, "Qw3rTyUi0pAsDfGhJkLz", "Pa55wordPa55wordPa55")


def body_of(code: str, **given: object) -> str:
    return render(replace(config_of(code), **given)).body.decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("code", SAMPLES)
def test_everything_is_told_but_secrets(code: str) -> None:
    shown = settings_of(BY_CODE[code], body_of(code))
    told = "\n".join(f"{setting.name}={setting.value}" for setting in shown)
    assert len(shown) > 8
    assert any(setting.value is None for setting in shown)
    assert not any(secret in told for secret in SECRETS)
    assert LINE.sip_user in told
    assert "sip.centrale.test" in told


@pytest.mark.parametrize("code", SAMPLES)
def test_a_change_is_told_and_a_changed_secret_only_as_such(code: str) -> None:
    model, before = BY_CODE[code], body_of(code)
    assert changes(model, before, before) == []
    renamed = replace(LINE, display_name="Joris Bakker", sip_secret="Another1Secret2Here3")
    found = changes(model, before, body_of(code, lines=(renamed, *config_of(code).lines[1:])))
    assert any("Joris Bakker" in (change.now or "") for change in found)
    secret = [change for change in found if change.now is None]
    assert secret
    assert all(change.before is None for change in secret)
    assert "Another1Secret2Here3" not in str(found)
    assert LINE.sip_secret not in str(found)


@pytest.mark.parametrize("code", [code for code in SAMPLES if BY_CODE[code].lines > 1])
def test_the_secret_of_a_line_that_went_stays_hidden(code: str) -> None:
    found = changes(BY_CODE[code], body_of(code), body_of(code, lines=(LINE,)))
    assert found
    assert SECOND.sip_secret not in str(found)


def test_a_generic_phone_has_no_file() -> None:
    assert settings_of(BY_CODE["generic-sip"], "") == []


def shown(client: Client, phone: NewDevice) -> str:
    return text(client.get(f"/devices/{phone.device.pk}/"))


def rename(acme: Customer, line: Line) -> None:
    dialable = line.dialable
    services.change_dialable(
        actor=system(acme),
        dialable=dialable,
        display_name="Joris Visser",
        extension=dialable.extension,
        number=dialable.numbers.first(),
    )


def test_the_page_tells_what_changed_since_the_phone_fetched(
    client: Client, alice: User, acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    client.force_login(alice)
    assert "Wat het nu krijgt" in shown(client, phone)
    assert "Gewijzigd sinds" not in shown(client, phone)
    happened(phone, "fetched")
    assert "Gewijzigd sinds" not in shown(client, phone)
    with tenant(acme):
        rename(acme, sanne)
        services.make_new_secret(actor=system(acme), line=sanne)
    page = shown(client, phone)
    assert "Gewijzigd sinds de laatste keer ophalen" in page
    assert "Joris Visser" in page
    assert "account.1.password" in page
    assert "geheim, gewijzigd" in page
    phone.device.answer.refresh_from_db()
    happened(phone, "fetched")
    assert "Gewijzigd sinds" not in shown(client, phone)


def test_no_secret_stands_on_the_page(client: Client, alice: User, sanne: Line, phone: NewDevice) -> None:
    client.force_login(alice)
    page = client.get(f"/devices/{phone.device.pk}/").content.decode()
    assert sanne.sip_user in page
    assert phone.password not in page


def test_the_api_tells_the_same(alice: User, acme: Customer, sanne: Line, phone: NewDevice) -> None:
    ask, path = asks(alice), f"devices/{phone.device.pk}/settings/"
    told = ask(path).json()
    values = {setting["name"]: setting["value"] for setting in told["settings"]}
    assert (values["lang.gui"], values["account.1.password"]) == ("Dutch", None)
    assert told["changes"] is None
    happened(phone, "fetched")
    assert ask(path).json()["changes"] == []
    with tenant(acme):
        rename(acme, sanne)
    found = [Change(**change) for change in ask(path).json()["changes"]]
    assert {(change.before, change.now) for change in found} >= {("Sanne Bakker", "Joris Visser")}


def test_nothing_is_said_of_a_change_while_it_is_not_known_what_the_phone_has(
    alice: User, acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    happened(phone, "fetched")
    with tenant(acme):
        rename(acme, sanne)
    happened(phone, "fetched", etag='"in between"')
    assert asks(alice)(f"devices/{phone.device.pk}/settings/").json()["changes"] is None


def test_a_stranger_reads_no_settings(carol: User, phone: NewDevice) -> None:
    assert asks(carol)(f"devices/{phone.device.pk}/settings/").status_code == 404


def test_services_of_makers_say_honestly_that_they_are_not_configured(alice: User, phone: NewDevice) -> None:
    ask = asks(alice)
    told = ask("redirect-services/").json()
    assert {each["vendor"] for each in told} == {vendor.value for vendor in SERVICES}
    assert {each["configured"] for each in told} == {False}
    assert {"Yealink RPS", "Snom SRAPS", "Poly ZTP"} <= {each["name"] for each in told}
    refused = ask(f"devices/{phone.device.pk}/announce/", {}, "post")
    assert (refused.status_code, refused.json()["title"]) == (409, "redirect not configured")
    assert "Yealink RPS" in refused.json()["detail"]


def test_a_maker_without_a_service_is_named_so(alice: User, acme: Customer, sanne: Line) -> None:
    assert Vendor.HTEK not in SERVICES
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="htek-uc924", mac="001fc10a924c", lines=[sanne]
        )
    refused = asks(alice)(f"devices/{made.device.pk}/announce/", {}, "post")
    assert (refused.status_code, refused.json()["title"]) == (409, "no redirect service")
