"""New passwords and SIP secrets, while phones still know the ones before."""

import datetime as dt
import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.access import Actor, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import selectors, services, tasks, vault
from telephony.models import Line, ProvisioningAnswer
from telephony.provisioning.catalogue import MODELS
from telephony.provisioning.render import lost_marks
from telephony.registrations import registrations
from telephony.services import NewDevice
from telephony.services.rotation import SETTLING
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone
from telephony.tests.test_pages import text
from telephony.tests.test_registrar import Registrar, configuration, registrar, softphone, wait_for

__all__ = ["registrar"]
FILE = f"/provision/{T46U}.cfg"
DAY = dt.timedelta(days=1)


@pytest.fixture
def renewed(acme: Customer, phone: NewDevice) -> Iterator[NewDevice]:
    """The phone with a new password, made a little ago, while the one before opens for a day."""
    with tenant(acme):
        yield services.make_new_password(actor=system(acme), device=phone.device, overlap=DAY)


def previous(phone: NewDevice) -> dt.datetime | None:
    return ProvisioningAnswer.objects.get(device=phone.device).previous_until


def ask(made: NewDevice) -> int:
    code: int = Phone(made.device.login, made.password).fetch(FILE).status_code
    return code


@pytest.mark.django_db(transaction=True)
def test_the_old_password_opens_and_hands_out_the_new_one_until_that_is_used(acme: Customer, phone: NewDevice) -> None:
    with tenant(acme):
        made = services.make_new_password(actor=system(acme), device=phone.device, overlap=DAY)
    given = configuration(phone)  # with the old one
    assert given["static.auto_provision.server.password"] == made.password
    tasks.store_phone_events()
    assert previous(phone) is not None
    time.sleep(1.1)  # events have whole seconds
    assert ask(made) == 200
    tasks.store_phone_events()
    assert previous(phone) is None
    assert (ask(phone), ask(made)) == (401, 200)


def test_the_old_password_opens_no_longer_than_its_end(phone: NewDevice, renewed: NewDevice) -> None:
    assert ask(phone) == 200
    with time_machine.travel(timezone.now() + DAY + dt.timedelta(minutes=1)):
        assert (ask(phone), ask(renewed)) == (401, 200)


def test_without_an_overlap_the_old_password_opens_nothing(acme: Customer, phone: NewDevice) -> None:
    with tenant(acme):
        made = services.make_new_password(actor=system(acme), device=phone.device)
    assert (ask(phone), ask(made)) == (401, 200)


def test_a_wrong_password_fits_neither(phone: NewDevice, renewed: NewDevice) -> None:
    assert ask(NewDevice(phone.device, "Wrong0wrong1wrong2wr")) == 401


def test_the_old_password_opens_by_basic_too(phone: NewDevice, renewed: NewDevice) -> None:
    desk = Phone(phone.device.login, phone.password, secure=True)
    assert desk.ask(FILE, authorization=desk.basic()).status_code == 200


def test_a_second_rotation_waits_for_the_first_unless_it_holds_at_once(
    acme: Customer, phone: NewDevice, renewed: NewDevice
) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.make_new_password(actor=system(acme), device=phone.device, overlap=DAY)
    assert refused.value.code == "password_in_rotation"
    with tenant(acme):
        last = services.make_new_password(actor=system(acme), device=phone.device)
    assert [ask(phone), ask(renewed), ask(last)] == [401, 401, 200]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Short1!", "password_short"),
        ("alllowercaseletters", "password_classes"),
        ("With a space 123!", "password_characters"),
        ("Wachtwoordé123!", "password_characters"),
    ],
)
def test_a_weak_own_password_is_refused(acme: Customer, phone: NewDevice, typed: str, code: str) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.make_new_password(actor=system(acme), device=phone.device, typed=typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "model",
    [
        each
        for each in MODELS
        if each.has_mac
        and each.name
        in {
            "T46U",
            "D785",
            "VVX450",
            "GRP2614",
            "GXP2170",
            "SPA504G",
            "CP-8841-3PCC",
            "X4U",
            "N510 IP PRO",
            "KX-HDV130",
            "UC924",
        }
    ],
    ids=lambda model: model.code,
)
def test_an_own_password_of_marks_fits_every_maker_or_is_refused_in_words(
    acme: Customer, sanne: Line, model: object
) -> None:
    code = model.code  # type: ignore[attr-defined]
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code=code, mac="249ad80a46b9", lines=[sanne]
        )
        hard = "Aa1]\"';&<>%/@:#$"
        lost = lost_marks(made.device.model.vendor, hard)
        if lost:
            with pytest.raises(Refusal) as refused:
                services.make_new_password(actor=system(acme), device=made.device, typed=hard)
            assert refused.value.code == "password_unfit"
        typed = "".join(each for each in hard if each not in lost) + "Aa1-Aa1-Aa1-"
        services.make_new_password(actor=system(acme), device=made.device, typed=typed)
        body = vault.decrypt(ProvisioningAnswer.objects.get(device=made.device).body)
    assert typed in html.unescape(body)


def test_an_own_password_is_warned_of_and_shown_once(browser: Client, phone: NewDevice) -> None:
    page = f"/devices/{phone.device.pk}/password/"
    assert "in een adres" in text(browser.get(page))
    made = browser.post(page, {"password": "Eigen-Wachtwoord-1", "overlap": "24"})
    assert made["Cache-Control"] == "no-store"
    assert "Sommige toestellen kunnen dit wachtwoord niet in een adres kwijt" in text(made)
    assert "Eigen-Wachtwoord-1" in made.content.decode()
    assert ask(NewDevice(phone.device, "Eigen-Wachtwoord-1")) == 200
    assert ask(phone) == 200
    shown = browser.get(f"/devices/{phone.device.pk}/")
    assert "Eigen-Wachtwoord-1" not in shown.content.decode()
    assert "Het toestel heeft het nieuwe wachtwoord nog niet gebruikt." in text(shown)


def test_a_weak_own_password_is_refused_on_the_page(browser: Client, phone: NewDevice) -> None:
    page = f"/devices/{phone.device.pk}/password/"
    assert "data-errors" in browser.post(page, {"password": "zwak", "overlap": "0"}).content.decode()
    assert ask(phone) == 200


def test_the_old_password_can_be_closed_at_once(browser: Client, acme: Customer, phone: NewDevice, alice: User) -> None:
    browser.post(f"/devices/{phone.device.pk}/password/", {"password": "", "overlap": "168"})
    browser.post(f"/devices/{phone.device.pk}/password/close/")
    assert ask(phone) == 401
    with tenant(acme):
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"device.new_password", "device.close_password"} <= verbs


# --- SIP secrets ---


def secret_until(line: Line) -> dt.datetime | None:
    with tenant(line.customer):
        return selectors.previous_secret_until(line)


@pytest.mark.registrar
@pytest.mark.softphone
def test_a_phone_logs_in_with_the_old_secret_and_with_the_new_one(
    registrar: Registrar, tmp_path: Path, acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    before = configuration(phone)

    def there() -> bool:
        with tenant(acme):
            return bool(registrations([sanne]))

    with tenant(acme):
        services.make_new_secret(actor=system(acme), line=sanne, overlap=DAY)
    with softphone(tmp_path / "old", before):
        wait_for(there, "the old secret does not open")
    wait_for(lambda: not there(), "it did not leave")
    after = configuration(phone)
    assert after["account.1.password"] != before["account.1.password"]
    with softphone(tmp_path / "new", after):
        wait_for(there, "the new secret does not open")
    wait_for(lambda: not there(), "it did not leave")
    with tenant(acme):
        services.make_new_secret(actor=system(acme), line=sanne)
    with softphone(tmp_path / "lost", after) as lost:
        wait_for(lambda: lost.seen().count("401 Unauthorized") > 1, "the registrar did not refuse")
        assert not there()


@pytest.mark.django_db(transaction=True)
def test_the_old_secret_ends_a_while_after_the_last_phone_of_the_line_has_fetched(
    acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    with tenant(acme):
        other = services.create_device(
            actor=system(acme), customer=acme, model_code="yealink-t46u", mac="249ad80a46b4", lines=[sanne]
        )
        services.make_new_secret(actor=system(acme), line=sanne, overlap=DAY)
    configuration(phone)
    tasks.store_phone_events()
    until = secret_until(sanne)
    assert until is not None
    assert until > timezone.now() + SETTLING
    configuration(other)
    tasks.store_phone_events()
    until = secret_until(sanne)
    assert until is not None
    assert timezone.now() < until <= timezone.now() + SETTLING


def test_the_new_secret_is_shown_once_and_reaches_the_phone(
    browser: Client, acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    before = configuration(phone)["account.1.password"]
    made = browser.post(f"/phones/{sanne.pk}/secret/", {"overlap": "24"})
    assert made["Cache-Control"] == "no-store"
    shown = re.search(r"data-password>([A-Za-z0-9]{20})<", made.content.decode())
    assert shown
    assert configuration(phone)["account.1.password"] == shown[1] != before
    again = browser.get(f"/phones/{sanne.pk}/secret/")
    assert shown[1] not in again.content.decode()
    assert "Het vorige werkt tot" in text(again)
    with tenant(acme):
        assert vault.decrypt(Line.objects.get(pk=sanne.pk).sip_secret) == shown[1]
        assert AuditEntry.objects.filter(verb="line.new_secret").count() == 1


def test_the_web_role_still_reads_no_secret_of_the_registrar(acme: Customer, sanne: Line, owner: Actor) -> None:
    with tenant(acme), connection.cursor() as cursor:
        cursor.execute("SELECT has_column_privilege('centrale_web', 'sip.subscriber', 'ha1_previous', 'SELECT')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_table_privilege('centrale_web', 'sip.subscriber_previous', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_strangers_and_colleagues_renew_nothing(employee: Client, carol: User, sanne: Line, phone: NewDevice) -> None:
    stranger = Client()
    stranger.force_login(carol)
    for path in (f"/devices/{phone.device.pk}/password/", f"/phones/{sanne.pk}/secret/"):
        assert employee.post(path, {"overlap": "0"}).status_code == 403
        assert stranger.post(path, {"overlap": "0"}).status_code == 404
    assert ask(phone) == 200
