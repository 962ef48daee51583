"""Keys of a phone beside those of its lines: on its page, and on the phone."""

import pytest
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import DeviceKey, Line
from telephony.provisioning.config import Does
from telephony.selectors import Target
from telephony.services import NewDevice, NewKey
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone
from telephony.tests.test_pages import text


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def lines_of(phone: NewDevice) -> list[str]:
    body = Phone(phone.device.login, phone.password).fetch(f"/provision/{T46U}.cfg").content.decode()
    return [line for line in body.splitlines() if line.startswith("linekey.")]


def give(phone: NewDevice, acme: Customer, *keys: NewKey) -> None:
    with tenant(acme):
        services.change_device_keys(actor=system(acme), device=phone.device, keys=keys)


def form(*rows: tuple[str, str, str], initial: int = 0) -> dict[str, str]:
    data = {"keys-TOTAL_FORMS": str(len(rows)), "keys-INITIAL_FORMS": str(initial)}
    for number, (does, target, label) in enumerate(rows):
        data |= {f"keys-{number}-does": does, f"keys-{number}-target": target, f"keys-{number}-label": label}
    return data


def test_keys_reach_the_phone_after_those_of_its_lines(phone: NewDevice, sales: Line, acme: Customer) -> None:
    lamp = NewKey(Does.BUSY_LAMP, Target(dialable=sales.dialable))
    give(phone, acme, lamp, NewKey(Does.SPEED_DIAL, Target(external="+31201234567"), "Klant"))
    assert lines_of(phone)[3:] == [
        "linekey.2.type = 16",
        "linekey.2.line = 1",
        "linekey.2.value = 101",
        "linekey.2.label = Verkoop",
        "linekey.3.type = 13",
        "linekey.3.line = 1",
        "linekey.3.value = 0201234567",
        "linekey.3.label = Klant",
    ]


def test_a_key_follows_the_extension_it_watches(phone: NewDevice, sales: Line, acme: Customer) -> None:
    give(phone, acme, NewKey(Does.BUSY_LAMP, Target(dialable=sales.dialable)))
    with tenant(acme):
        services.change_dialable(
            actor=system(acme), dialable=sales.dialable, display_name="Verkoop", extension="105", number=None
        )
    assert "linekey.2.value = 105" in lines_of(phone)


def test_what_a_key_dials_is_not_removed_under_it(phone: NewDevice, sales: Line, acme: Customer) -> None:
    give(phone, acme, NewKey(Does.SPEED_DIAL, Target(dialable=sales.dialable)))
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.remove_line(actor=system(acme), line=sales)
    assert refused.value.code == "still_pointed_at"
    assert "Verkoop" in str(refused.value)


def test_a_lamp_cannot_watch_a_number_outside(phone: NewDevice, acme: Customer) -> None:
    with pytest.raises(Refusal) as refused:
        give(phone, acme, NewKey(Does.BUSY_LAMP, Target(external="+31201234567")))
    assert refused.value.code == "lamp_without_extension"


def test_a_phone_takes_no_more_keys_than_it_has(phone: NewDevice, acme: Customer) -> None:
    key = NewKey(Does.SPEED_DIAL, Target(external="+31201234567"), "x")
    give(phone, acme, *[key] * 26)
    with pytest.raises(Refusal) as refused:
        give(phone, acme, *[key] * 27)
    assert refused.value.code == "keys_are_full"


def test_more_lines_on_a_phone_leave_room_for_fewer_keys(
    phone: NewDevice, sanne: Line, sales: Line, acme: Customer
) -> None:
    key = NewKey(Does.SPEED_DIAL, Target(external="+31201234567"), "x")
    give(phone, acme, *[key] * 26)
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.change_device_lines(actor=system(acme), device=phone.device, lines=[sanne, sales])
    assert refused.value.code == "keys_are_full"
    give(phone, acme, *[key] * 25)
    with tenant(acme):
        services.change_device_lines(actor=system(acme), device=phone.device, lines=[sanne, sales])
    assert lines_of(phone)[-1] == "linekey.27.label = x"
    assert len({line.split(".")[1] for line in lines_of(phone)}) == 27


def test_keys_are_saved_shown_and_taken_away_on_their_page(
    browser: Client, phone: NewDevice, sales: Line, acme: Customer
) -> None:
    path = f"/devices/{phone.device.pk}/keys/"
    assert 'name="keys-3-target"' in browser.get(path).content.decode()
    saved = browser.post(
        path, form(("blf", "101", ""), ("speed", "020 123 45 67", "Klant"), ("speed", "", "")), follow=True
    )
    assert "Toetsen opgeslagen." in text(saved)
    assert "Verkoop bezetlamp" in text(saved)
    with tenant(acme):
        assert [(key.position, key.label) for key in DeviceKey.objects.all()] == [(1, "Verkoop"), (2, "Klant")]
    browser.post(path, form(("blf", "", ""), ("speed", "020 123 45 67", "Klant"), initial=2))
    with tenant(acme):
        assert [(key.position, key.label) for key in DeviceKey.objects.all()] == [(1, "Klant")]
        assert AuditEntry.objects.filter(verb="device.keys").count() == 2


def test_a_refusal_is_told_and_nothing_changes(browser: Client, phone: NewDevice, acme: Customer) -> None:
    path = f"/devices/{phone.device.pk}/keys/"
    assert "Een bezetlamp heeft een collega" in text(browser.post(path, form(("blf", "020 123 45 67", ""))))
    assert "geen nummer" in text(browser.post(path, form(("speed", "onzin", ""))))
    with tenant(acme):
        assert not DeviceKey.objects.exists()
