"""Why a phone is not green: the first thing that is wrong, and what to do about it at this model."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import selectors, services
from telephony.device_state import Check, alg_words, checks_of
from telephony.models import Device, Line
from telephony.provisioning.catalogue import MODELS
from telephony.provisioning.gate import Event
from telephony.registrations import Registration
from telephony.services import NewDevice
from telephony.tests.test_pages import text

NOW = timezone.now()


def happened(phone: NewDevice, outcome: str, **changes: Any) -> None:
    device = phone.device
    said = {"etag": device.answer.etag, "agent": "Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3"} | changes
    event = Event(device.login, int(NOW.timestamp()), outcome, "192.0.2.7", said["etag"], 1, said["agent"])
    services.store_events([event])


def first_fault(phone: NewDevice, registration: Registration | None = None) -> Check | None:
    """The first check that is not fine; only that one has steps."""
    with tenant(phone.device.customer_id), translation.override("en"):
        device = selectors.devices().get(pk=phone.device.pk)
        fetched, answer = selectors.last_events([device]).get(device.pk), selectors.answer_of(device)
        events = selectors.events_of(device)
        checks = checks_of(device, events, fetched, answer, registration, registrar=True)
    faults = [check for check in checks if not check.fine]
    assert all(check.steps for check in faults[:1])
    assert not any(check.steps for check in faults[1:])
    return faults[0] if faults else None


def test_a_phone_that_never_asked_is_told_how_to(phone: NewDevice) -> None:
    fault = first_fault(phone)
    assert fault is not None
    assert fault.title == "Found us"
    assert any("Auto Provision" in step for step in fault.steps)


def test_a_wrong_password_comes_before_all_that_follows_from_it(phone: NewDevice) -> None:
    happened(phone, "refused")
    fault = first_fault(phone)
    assert fault is not None
    assert fault.title == "User name and password fit"
    assert "New password" in fault.steps[0]


def test_a_phone_whose_web_page_our_settings_switched_off_is_reset_before_a_password_is_typed(
    acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="grandstream-ht802", mac="ec74d70a8023", lines=[sanne]
        )
    for device, resets in ((made, True), (phone, False)):
        happened(device, "refused", agent="")
        fault = first_fault(device)
        assert fault is not None
        assert any("factory settings" in step for step in fault.steps) is resets


def test_a_wrong_model_is_named(phone: NewDevice) -> None:
    happened(phone, "fetched", agent="Yealink SIP-T48U 109.86.0.20 24:9a:d8:0a:46:b3")
    fault = first_fault(phone)
    assert fault is not None
    assert (fault.title, "T48U" in fault.steps[0]) == ("Right model", True)


def test_another_phone_with_this_login_is_named(phone: NewDevice) -> None:
    happened(phone, "fetched", agent="Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:99")
    fault = first_fault(phone)
    assert fault is not None
    assert fault.title == "Right phone"


def test_an_old_configuration_is_fetched_after_a_restart(phone: NewDevice) -> None:
    happened(phone, "fetched", etag="old")
    fault = first_fault(phone)
    assert fault is not None
    assert fault.title == "Newest settings"
    assert any("hold OK for ten seconds" in step for step in fault.steps)


def test_a_phone_that_does_not_log_in_is_led_through_its_network(phone: NewDevice, settings: Settings) -> None:
    settings.SIP_SERVER, settings.SIP_PORT, settings.SIP_TRANSPORT = "sip.example.nl", 5061, "tls"
    happened(phone, "fetched")
    fault = first_fault(phone)
    assert fault is not None
    assert fault.title == "Registered"
    assert any("sip.example.nl, TCP 5061" in step for step in fault.steps)
    assert "SIP ALG" in fault.steps[-1]


def test_a_green_phone_has_no_fault(phone: NewDevice, sanne: Line) -> None:
    happened(phone, "fetched")
    there = Registration(sanne.pk, "", ".", "192.0.2.7", "", "249ad80a46b3", "", NOW, NOW + dt.timedelta(minutes=5))
    assert first_fault(phone, there) is None


def test_sip_alg_disturbs_no_phone_that_speaks_encrypted(phone: NewDevice, settings: Settings) -> None:
    settings.SIP_TRANSPORT = "tls"
    assert "cannot disturb" in alg_words(phone.device) or "niet storen" in alg_words(phone.device)
    settings.SIP_TRANSPORT = "udp"
    assert "measure" in alg_words(phone.device) or "meten" in alg_words(phone.device)


FAMILIES = {(model.vendor, model.family): model for model in MODELS if model.has_mac}


@pytest.mark.parametrize("family", FAMILIES, ids="-".join)
def test_every_family_has_steps_for_each_fault(acme: Customer, sanne: Line, family: tuple[str, str]) -> None:
    model = FAMILIES[family]  # type: ignore[index]
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code=model.code, mac="249ad80a46b9", lines=[sanne]
        )
    assert first_fault(made) is not None
    for outcome, etag in (("refused", ""), ("fetched", "old"), ("fetched", made.device.answer.etag)):
        with tenant(acme):
            made.device.events.all().delete()
        happened(made, outcome, etag=etag, agent="")
        assert first_fault(made) is not None


def test_the_page_shows_the_steps(browser: Client, phone: NewDevice, acme: Customer) -> None:
    happened(phone, "refused")
    shown = text(browser.get(f"/devices/{phone.device.pk}/"))
    assert "Kies hier Nieuw wachtwoord." in shown
    with tenant(acme):
        assert Device.objects.count() == 1
