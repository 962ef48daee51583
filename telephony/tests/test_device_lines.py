"""The lines of a phone: added, moved and taken away on its page, up to what the model carries."""

import pytest
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Line
from telephony.provisioning.config import Does
from telephony.selectors import Target
from telephony.services import NewDevice, NewKey
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone
from telephony.tests.test_device_api import asks
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import text

pytestmark = pytest.mark.django_db


def carried(phone: NewDevice) -> list[str]:
    with tenant(phone.device.customer_id):
        keys = phone.device.device_lines.select_related("line__dialable").order_by("position")
        return [str(key.line.dialable.extension) for key in keys]


def page(phone: NewDevice) -> str:
    return f"/devices/{phone.device.pk}/lines/"


def test_a_line_is_added_and_the_phone_gets_it(browser: Client, phone: NewDevice, sanne: Line, sales: Line) -> None:
    shown = browser.post(page(phone), {"line": [sanne.pk, sales.pk, ""]}, follow=True)
    assert "Lijnen opgeslagen. Het toestel heeft ze zodra het zijn instellingen heeft opgehaald." in text(shown)
    body = Phone(phone.device.login, phone.password).fetch(f"/provision/{T46U}.cfg").content.decode()
    assert sanne.sip_user in body
    assert sales.sip_user in body
    browser.post(undo_of(shown))
    assert carried(phone) == ["121"]


def test_a_button_moves_a_line_and_nothing_is_saved_before_it_is_asked(
    browser: Client, phone: NewDevice, sanne: Line, sales: Line
) -> None:
    shown = browser.post(page(phone), {"line": [sanne.pk, sales.pk], "move": "2-up"}).content.decode()
    assert shown.index(f'value="{sales.pk}" selected') < shown.index(f'value="{sanne.pk}" selected')
    assert 'id="line-1" autofocus' in shown
    assert "Nog niet opgeslagen." in shown
    assert carried(phone) == ["121"]
    browser.post(page(phone), {"line": [sales.pk, sanne.pk]})
    assert carried(phone) == ["101", "121"]


@pytest.mark.parametrize(
    ("move", "left"), [("1-away", ["101"]), ("2-away", ["121"]), ("9-up", ["121", "101"]), ("x", ["121", "101"])]
)
def test_a_button_takes_a_line_away(
    browser: Client, phone: NewDevice, sanne: Line, sales: Line, move: str, left: list[str]
) -> None:
    shown = browser.post(page(phone), {"line": [sanne.pk, sales.pk], "move": move})
    assert [str(row.dialable.extension) for row in shown.context["rows"] if row] == left


def test_a_phone_without_a_line_or_with_one_twice_is_refused_with_what_to_do(
    browser: Client, phone: NewDevice, sanne: Line
) -> None:
    shown = text(browser.post(page(phone), {"line": ["", ""]}))
    assert "Een toestel heeft minstens één lijn. Kies een andere lijn, of verwijder het toestel." in shown
    shown = text(browser.post(page(phone), {"line": [sanne.pk, sanne.pk]}))
    assert "Sanne Bakker (121) staat er twee keer. Kies elke lijn één keer." in shown
    assert carried(phone) == ["121"]


@pytest.mark.parametrize(("lines", "code"), [([], "no_line"), (["121", "121"], "line_twice")])
def test_the_api_refuses_the_same(alice: User, phone: NewDevice, lines: list[str], code: str) -> None:
    response = asks(alice)(f"devices/{phone.device.pk}/", {"lines": lines}, "patch")
    assert (response.status_code, response.json()["title"]) == (409, code.replace("_", " "))


def test_no_more_lines_than_the_model_carries(acme: Customer, sanne: Line, sales: Line, browser: Client) -> None:
    with tenant(acme):
        small = services.create_device(
            actor=system(acme), customer=acme, model_code="yealink-t21p-e2", mac="24:9A:D8:0A:46:B4", lines=[sanne]
        )
        room = small.device.model.lines
        more = [
            services.create_line(actor=system(acme), customer=acme, display_name=f"Lijn {place}", extension=str(place))
            for place in range(201, 201 + room)
        ]
    shown = text(browser.post(page(small), {"line": [line.pk for line in (sanne, *more)]}))
    assert "hoogstens" in shown or "at most" in shown
    assert carried(small) == ["121"]


def test_a_line_that_would_push_a_key_off_the_phone_is_refused(
    acme: Customer, phone: NewDevice, sanne: Line, sales: Line
) -> None:
    key = NewKey(Does.SPEED_DIAL, Target(external="+31201234567"), "x")
    with tenant(acme):
        services.change_device_keys(actor=system(acme), device=phone.device, keys=[key] * 26)
        with pytest.raises(Refusal) as refused:
            services.change_device_lines(actor=system(acme), device=phone.device, lines=[sanne, sales])
    assert refused.value.code == "keys_are_full"


def test_a_line_may_stand_on_several_phones(
    acme: Customer, phone: NewDevice, sanne: Line, sales: Line, browser: Client
) -> None:
    with tenant(acme):
        other = services.create_device(
            actor=system(acme), customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B5", lines=[sales]
        )
    browser.post(page(other), {"line": [sales.pk, sanne.pk]})
    assert "121" in carried(phone)
    assert carried(other) == ["101", "121"]


def test_the_change_stands_in_the_log_book_and_an_unchanged_one_does_not(
    browser: Client, acme: Customer, phone: NewDevice, sanne: Line, sales: Line
) -> None:
    browser.post(page(phone), {"line": [sanne.pk]})
    browser.post(page(phone), {"line": [sales.pk]})
    with tenant(acme):
        entry = AuditEntry.objects.get(verb="device.change")
    assert entry.changes == {"lines": ["Sanne Bakker (121)", "Verkoop (101)"]}


def test_an_undo_comes_too_late_when_a_line_is_gone(
    browser: Client, acme: Customer, phone: NewDevice, sanne: Line, sales: Line
) -> None:
    undo = undo_of(browser.post(page(phone), {"line": [sales.pk]}, follow=True))
    with tenant(acme):
        services.remove_line(actor=system(acme), line=sanne)
    shown = browser.post(undo, follow=True)
    assert "kan niet meer" in text(shown)
    assert carried(phone) == ["101"]
    assert browser.post(page(phone) + "undo/forged/").status_code == 302
    assert carried(phone) == ["101"]


def test_a_line_of_another_customer_is_no_choice(
    browser: Client, birch: Customer, phone: NewDevice, sanne: Line
) -> None:
    with tenant(birch):
        foreign = services.create_line(actor=system(birch), customer=birch, display_name="Berk", extension="121")
    browser.post(page(phone), {"line": [sanne.pk, foreign.pk]})
    assert carried(phone) == ["121"]
