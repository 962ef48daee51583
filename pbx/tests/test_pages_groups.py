"""The pages of hunt groups and menus."""

import pytest
from django.test import Client

from accounts.models import Customer
from accounts.tenancy import tenant
from pbx.models import AutoAttendant, ExchangeSettings, HuntGroup
from pbx.tests.conftest import line
from pbx.tests.test_pages import first, text
from telephony.models import Line


def group_form(members: list[Line], **changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "name": "Verkoop",
        "extension": "101",
        "policy": "circular",
        "rings": "4",
        "wait_seconds": "45",
        "overflow": "999 · Bedrijf Voicemail",
        "night_setting": "follow",
        "members-TOTAL_FORMS": str(len(members)),
        "members-INITIAL_FORMS": "0",
    }
    for place, member in enumerate(members):
        given |= {f"members-{place}-line": str(member.pk), f"members-{place}-ORDER": str(10 - place)}
    return given | changes


def test_a_group_keeps_its_members_in_the_order_of_their_numbers(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        group, members = HuntGroup.objects.get(dialable__extension="101"), [line("103"), line("104"), line("209")]
    assert browser.post(f"/exchange/groups/{group.pk}/", group_form(members)).status_code == 302
    with tenant(acme):
        changed = HuntGroup.objects.get(pk=group.pk)
        assert [m.line.dialable.extension for m in changed.memberships.all()] == ["209", "104", "103"]
        assert (changed.policy, changed.rings, changed.wait_seconds) == ("circular", 4, 45)
        assert str(changed.overflow) == "Bedrijf Voicemail (999)"


def test_a_group_may_overflow_to_an_outside_number_but_not_to_112(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    new = group_form([], name="Nieuw", extension="150")
    response = browser.post("/exchange/groups/new/", new | {"overflow": "112"})
    assert response.context["form"].errors.as_data()["overflow"][0].code == "forward_to_short_number"
    assert browser.post("/exchange/groups/new/", new | {"overflow": "020 123 45 67"}).status_code == 302
    with tenant(acme):
        assert HuntGroup.objects.get(dialable__extension="150").overflow.external == "+31201234567"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"overflow": ""}, "overflow", "wait_without_overflow"),
        ({"wait_seconds": ""}, "wait_seconds", "overflow_without_wait"),
        ({"overflow": "101"}, "overflow", "points_at_itself"),
        ({"overflow": "zomaar"}, "overflow", "unknown"),
    ],
)
def test_a_group_that_would_lose_calls_is_refused(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings, changes: dict[str, str], field: str, code: str
) -> None:
    with tenant(acme):
        group = HuntGroup.objects.get(dialable__extension="101")
    response = browser.post(f"/exchange/groups/{group.pk}/", group_form([], **changes))
    assert response.context["form"].errors.as_data()[field][0].code == code


def test_a_group_that_a_key_leads_to_cannot_be_removed(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        group = HuntGroup.objects.get(dialable__extension="101")
    assert "Welkomstmenu" in text(browser.post(f"/exchange/groups/{group.pk}/remove/", follow=True))
    with tenant(acme):
        assert HuntGroup.objects.filter(pk=group.pk).exists()


# --- menus ---


def test_all_keys_of_a_menu_are_saved_at_once(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    attendant = first(acme, AutoAttendant)
    given = {"greeting": "Hallo", "action_1": "transfer_with_prompt", "target_1": "102", "action_*": "repeat_menu"}
    assert browser.post(f"/exchange/menus/{attendant.pk}/business/", given).status_code == 302
    with tenant(acme):
        keys = {key.key: str(key.target or key.action) for key in attendant.menus.get(moment="business").keys.all()}
    assert keys == {"1": "Support (102)", "*": "repeat_menu"}


def test_a_key_that_transfers_nowhere_is_refused_at_its_row(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    attendant = first(acme, AutoAttendant)
    response = browser.post(f"/exchange/menus/{attendant.pk}/business/", {"action_1": "transfer_without_prompt"})
    assert response.context["form"].errors.as_data()["target_1"][0].code == "key_without_target"


def test_a_menu_for_holidays_can_be_switched_on_and_off(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    attendant = first(acme, AutoAttendant)
    url = f"/exchange/menus/{attendant.pk}/holiday/"
    browser.post(url, {"plays": "on", "greeting": "Vandaag gesloten"})
    with tenant(acme):
        assert attendant.menus.get(moment="holiday").greeting == "Vandaag gesloten"
    browser.post(url, {"greeting": "Vandaag gesloten"})
    with tenant(acme):
        assert not attendant.menus.filter(moment="holiday").exists()


def test_a_menu_can_be_added_and_removed(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    given = {"name": "Tweede menu", "extension": "150", "night_setting": "follow"}
    assert browser.post("/exchange/menus/new/", given).status_code == 302
    with tenant(acme):
        added = AutoAttendant.objects.get(dialable__extension="150")
    assert browser.post(f"/exchange/menus/{added.pk}/remove/").url == "/exchange/groups/"  # type: ignore[attr-defined]
    with tenant(acme):
        assert not AutoAttendant.objects.filter(pk=added.pk).exists()
