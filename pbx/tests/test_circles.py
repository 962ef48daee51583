"""What would send calls round in a circle through lines, groups and menus is refused, with the circle by name."""

from typing import Any

import pytest
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from pbx import services
from pbx.models import AutoAttendant, ExchangeSettings, HuntGroup
from pbx.services import GroupSettings, KeySettings
from pbx.services.places import FOLLOW
from pbx.tests.conftest import line
from pbx.tests.test_pages import text
from pbx.tests.test_pages_groups import group_form
from telephony.models import Dialable, Line
from telephony.selectors import Target
from telephony.services import set_features

pytestmark = pytest.mark.django_db


def place(extension: str) -> Dialable:
    return Dialable.objects.get(extension=extension)


def forward(customer: Customer, extension: str, to: Dialable, **more: Any) -> None:
    found = Line.objects.get(dialable__extension=extension)
    changes = {"no_answer_does": "forward", "no_answer_to": Target(dialable=to)} | more
    set_features(actor=system(customer), line=found, **changes)


def overflow(customer: Customer, to: Dialable) -> None:
    group = HuntGroup.objects.get(dialable__extension="102")
    services.change_group(
        actor=system(customer),
        group=group,
        name="Support",
        extension="102",
        number=None,
        settings=GroupSettings(wait_seconds=30, overflow=Target(dialable=to)),
        members=[],
        night=FOLLOW,
    )


def operator(customer: Customer, to: Dialable, action: str = "transfer_to_operator") -> None:
    services.set_menu(
        actor=system(customer),
        attendant=AutoAttendant.objects.get(),
        moment="business",
        greeting="",
        keys={"0": KeySettings(action=action, target=Target(dialable=to))},
    )


def test_a_line_cannot_close_a_circle_through_a_group(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        forward(acme, "209", place("101"))
    assert (refused.value.code, refused.value.field) == ("forward_in_a_circle", "no_answer_to")
    assert "Fatima El Idrissi (209) → Verkoop (101) → Fatima El Idrissi (209)" in str(refused.value)


def test_a_group_cannot_close_a_circle_through_lines(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    with tenant(acme):
        forward(acme, "103", place("104"))
        forward(acme, "104", place("102"))
        with pytest.raises(Refusal) as refused:
            overflow(acme, place("103"))
    assert (refused.value.code, refused.value.field) == ("forward_in_a_circle", "overflow")
    assert "Support (102) → Mehmet Kaya (103) → Lisa de Boer (104) → Support (102)" in str(refused.value)


def test_a_menu_cannot_close_one_without_a_choice_of_the_caller(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        menu = AutoAttendant.objects.get().dialable
        operator(acme, place("103"))
        with pytest.raises(Refusal) as refused:
            forward(acme, "103", menu)
        assert "Mehmet Kaya (103) → Welkomstmenu → Mehmet Kaya (103)" in str(refused.value)
        forward(acme, "104", menu)
        with pytest.raises(Refusal) as refused:
            operator(acme, place("104"))
        assert (refused.value.code, refused.value.field) == ("forward_in_a_circle", "target_0")


def test_a_key_that_a_caller_presses_may_lead_back(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    with tenant(acme):
        forward(acme, "104", AutoAttendant.objects.get().dialable)
        operator(acme, place("104"), "transfer_with_prompt")


def test_a_member_of_a_group_may_send_its_own_calls_to_the_group(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    """Its forward is not used for calls of the group, so nothing goes round."""
    with tenant(acme):
        forward(acme, "103", place("102"))


def test_what_is_off_closes_nothing_and_what_is_saved_again_stays(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        forward(acme, "209", place("101"), no_answer_does="nothing")
        overflow(acme, place("209"))
        overflow(acme, place("209"))


def test_pages_show_the_circle_at_the_field_that_closes_it(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        forward(acme, "104", place("101"))
        forward(acme, "103", AutoAttendant.objects.get().dialable)
        group, menu = HuntGroup.objects.get(dialable__extension="101"), AutoAttendant.objects.get()
        members = [line("103")]
    response = browser.post(f"/exchange/groups/{group.pk}/", group_form(members, overflow="104"))
    assert "Verkoop (101) → Lisa de Boer (104) → Verkoop (101)" in text(response)
    assert response.context["form"].errors.as_data()["overflow"][0].code == "forward_in_a_circle"
    given = {"greeting": "Hallo", "action_0": "transfer_to_operator", "target_0": "103"}
    response = browser.post(f"/exchange/menus/{menu.pk}/business/", given)
    assert response.context["form"].errors.as_data()["target_0"][0].code == "forward_in_a_circle"
