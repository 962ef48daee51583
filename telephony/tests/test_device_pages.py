"""Apps, one-time links and files of phones in the browser."""

import datetime as dt
import html
import re

import pytest
import segno
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import vault
from telephony.models import Device, Line, PhoneFile
from telephony.provisioning.catalogue import MODELS
from telephony.services import NewDevice
from telephony.tests.phones import Phone
from telephony.tests.test_pages import text


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def log(acme: Customer, phone: NewDevice) -> PhoneFile:
    with tenant(acme):
        return PhoneFile.objects.create(
            customer=acme,
            device=phone.device,
            name="app.log",
            at=timezone.now() - dt.timedelta(hours=1),
            size=2048,
            body=vault.encrypt("<script>boot</script>\n"),
        )


def link_in(response: HttpResponseBase) -> str:
    found = re.search(r"data-link>http://[^/]+(/provision/[^<]+)<", response.content.decode())  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_every_model_can_be_chosen_under_its_maker(browser: Client, sanne: Line) -> None:
    page = browser.get("/devices/new/").content.decode()
    assert page.count("<optgroup") == 11
    assert page.count("<option") == len(MODELS) + 1


def test_an_app_is_made_with_a_code_that_works_once(browser: Client, sanne: Line, acme: Customer) -> None:
    made = browser.post("/devices/new/", {"line": str(sanne.pk), "model_code": "linphone", "mac": ""})
    assert made["Cache-Control"] == "no-store"
    assert 'src="data:image/svg+xml' in made.content.decode()
    path = link_in(made)
    nobody = Phone("", "")
    assert nobody.ask(path).status_code == 200
    assert nobody.ask(path).status_code == 404
    with tenant(acme):
        assert Device.objects.get().mac is None
        page = browser.get(f"/devices/{Device.objects.get().pk}/")
    assert "Nieuwe code maken" in text(page)
    assert path.rsplit("/", 1)[1] not in page.content.decode()


def test_a_generic_phone_is_made_and_shows_what_is_typed_into_it(browser: Client, sanne: Line) -> None:
    fields = {"line": str(sanne.pk), "model_code": "generic-sip", "mac": ""}
    page = browser.post("/devices/new/", fields, follow=True)
    told = text(page)
    assert sanne.sip_user in told
    assert "Voicemail" in told
    assert "zonder ondersteuning" in told
    assert "nooit bereikbaar vanaf internet" in told
    assert "Met de hand ingesteld" in told
    assert "Geef het een lijn" not in told
    assert f"/phones/{sanne.pk}/secret/" in page.content.decode()
    assert "Wat dit toestel deed" not in told
    assert "Waarom is het niet groen?" in told


def test_a_generic_phone_takes_no_password_and_no_link(browser: Client, acme: Customer, sanne: Line) -> None:
    fields = {"line": str(sanne.pk), "model_code": "generic-sip", "mac": ""}
    refused = browser.post("/devices/new/", fields | {"password": "Own-Password-123"})
    assert refused.context["form"].errors.as_data()["password"][0].code == "fetches_nothing"
    browser.post("/devices/new/", fields)
    with tenant(acme):
        page = f"/devices/{Device.objects.get().pk}/"
    assert f"{page}password/" not in browser.get(page).content.decode()
    assert "haalt geen instellingen op" in text(browser.post(f"{page}password/", {"password": "", "overlap": "0"}))
    assert "haalt geen instellingen op" in text(browser.post(f"{page}link/", follow=True))


def test_a_phone_is_made_with_a_password_of_ones_own(browser: Client, sanne: Line) -> None:
    fields = {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": "249ad80a46b3"}
    assert "data-errors" in browser.post("/devices/new/", fields | {"password": "Zwak1!"}).content.decode()
    made = browser.post("/devices/new/", fields | {"password": "Eigen-Wachtwoord-1"})
    assert "Sommige toestellen kunnen dit wachtwoord niet in een adres kwijt" in text(made)
    own = Phone("acme-249ad80a46b3", "Eigen-Wachtwoord-1")
    assert own.fetch("/provision/249ad80a46b3.cfg").status_code == 200


def test_the_page_advises_on_the_router(browser: Client, phone: NewDevice) -> None:
    told = text(browser.get(f"/devices/{phone.device.pk}/"))
    assert "SIP ALG" in told
    assert "IP-VPN" in told


def test_a_desk_phone_without_an_address_is_refused(browser: Client, sanne: Line) -> None:
    response = browser.post("/devices/new/", {"line": str(sanne.pk), "model_code": "snom-d785", "mac": ""})
    assert "data-errors" in response.content.decode()


def test_an_app_whose_maker_does_not_know_us_says_so(browser: Client, sanne: Line, settings: Settings) -> None:
    fields = {"line": str(sanne.pk), "model_code": "zoiper", "mac": ""}
    assert "dat is hier niet ingesteld" in text(browser.post("/devices/new/", fields))
    settings.ZOIPER_PROVIDER_ID = "provider"
    assert 'src="data:image/svg+xml' in browser.post("/devices/new/", fields).content.decode()


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ("linphone", "http://127.0.0.1:8000/provision/softphone/linphone/{token}"),
        ("zoiper", "https://oem.zoiper.com/qr.php?provider_id=provider&t={token}"),
        ("acrobits", "csc:{login}:{token}@CLOUD"),
    ],
)
def test_the_code_of_an_app_says_what_its_maker_understands(
    browser: Client, acme: Customer, sanne: Line, settings: Settings, app: str, code: str
) -> None:
    settings.ZOIPER_PROVIDER_ID, settings.ACROBITS_CLOUD_ID = "provider", "CLOUD"
    shown = browser.post("/devices/new/", {"line": str(sanne.pk), "model_code": app, "mac": ""}).content.decode()
    token = re.search(r"\b[A-Za-z0-9]{32}\b", re.sub(r"<img[^>]*>", "", shown[shown.index("<main") :]))
    assert token
    with tenant(acme):
        said = code.format(token=token[0], login=Device.objects.get().login)
    picture = segno.make(said, error="m").svg_data_uri(scale=6, border=3)
    assert f'src="{picture}"' in html.unescape(shown)


def test_a_link_for_a_desk_phone_is_shown_once_and_opens_its_settings(browser: Client, phone: NewDevice) -> None:
    shown = browser.post(f"/devices/{phone.device.pk}/link/")
    assert shown["Cache-Control"] == "no-store"
    assert Phone("", "").ask(f"{link_in(shown)}249ad80a46b3.cfg").status_code == 200
    assert browser.get(f"/devices/{phone.device.pk}/link/").status_code == 405


def test_a_phone_without_a_line_gets_no_link_but_words(browser: Client, phone: NewDevice, acme: Customer) -> None:
    with tenant(acme):
        phone.device.answer.delete()
    shown = browser.post(f"/devices/{phone.device.pk}/link/", follow=True)
    assert "Geef dit toestel eerst een lijn" in text(shown)


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("snom-d785", "/provision/{mac}.xml"),
        ("cisco-spa504g", "[--uid acme-249ad80a46b3 --pwd "),
        ("panasonic-kx-hdv130", "/provision/Config{MAC}.cfg"),
        ("grandstream-grp2614", "127.0.0.1:8000/provision<"),
    ],
)
def test_the_address_is_shown_as_its_maker_wants_it_typed(browser: Client, sanne: Line, code: str, typed: str) -> None:
    made = browser.post("/devices/new/", {"line": str(sanne.pk), "model_code": code, "mac": "249ad80a46b3"})
    assert typed in made.content.decode()


def test_a_service_of_the_maker_that_is_not_configured_says_so(browser: Client, phone: NewDevice) -> None:
    assert "Yealink RPS is niet ingesteld" in text(browser.get(f"/devices/{phone.device.pk}/"))


def test_files_of_a_phone_stand_on_its_page_and_can_be_kept(browser: Client, phone: NewDevice, log: PhoneFile) -> None:
    assert "app.log" in text(browser.get(f"/devices/{phone.device.pk}/"))
    response = browser.get(f"/devices/{phone.device.pk}/files/{log.pk}/")
    assert response.content == b"<script>boot</script>\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_stranger_finds_no_file_and_makes_no_link(
    client: Client, carol: User, phone: NewDevice, log: PhoneFile
) -> None:
    client.force_login(carol)
    assert client.get(f"/devices/{phone.device.pk}/files/{log.pk}/").status_code == 404
    assert client.post(f"/devices/{phone.device.pk}/link/").status_code == 404
