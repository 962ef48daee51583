"""What nobody of the customer may call is not reached by way of a group, a menu or night mode either."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import Actor, system
from accounts.errors import Refusal
from accounts.models import Customer, User
from accounts.tenancy import tenant
from pbx import services
from pbx.models import AutoAttendant, ExchangeSettings, HuntGroup
from pbx.routing import route, shapes
from pbx.routing.features import Target as Way
from pbx.routing.shapes import Action, Call, Inside, Key, NightMode, NightSetting, ObjectNight, Outcome, Outside
from pbx.services import GroupSettings, KeySettings, NightChoice
from pbx.tests.conftest import line
from pbx.tests.test_api import Api
from pbx.tests.test_pages import first
from pbx.tests.test_pages_groups import group_form
from pbx.tests.worlds import DAY, MEHMET, MENU, SALES, exchange, night
from portal.lib.numbers import Block
from telephony.models import OutgoingBlocks
from telephony.provisioning.config import Does
from telephony.selectors import Target
from telephony.services import NewKey, change_device_keys, change_outgoing_blocks, create_device

NO_MOBILE = frozenset({Block.MOBILE})
MOBILE = Target(external="+31612345601")
AMSTERDAM = Target(external="+31201234567")


def worlds(to: Way) -> dict[str, tuple[shapes.Exchange, Call]]:
    """Every way by which the exchange itself sends a call outside, and a call that takes it."""
    inside, barred = Inside(MEHMET), {"barred": NO_MOBILE}
    group = shapes.HuntGroup(id=SALES, name="Verkoop", extension="101", overflow=to, wait_seconds=30)
    asleep = shapes.HuntGroup(
        id=SALES, name="Verkoop", extension="101", members=(MEHMET,), night=ObjectNight(NightSetting.ON, to)
    )
    keys = {"1": Key(Action.TRANSFER_WITHOUT_PROMPT, to), "9": Key(Action.TRANSFER_TO_OPERATOR, to)}
    menu = shapes.AutoAttendant(id=MENU, name="Menu", extension="150", business=shapes.Menu("Welkom", keys))
    return {
        "overflow": (exchange(group, **barred), Call("101", inside)),
        "overflow, from outside": (exchange(group, numbers={"+31887654001": SALES}, **barred), Call("+31887654001")),
        "a key": (exchange(menu, **barred), Call("150", inside, ("1",))),
        "no key": (exchange(menu, **barred), Call("150", inside)),
        "a key, from outside": (
            exchange(menu, numbers={"+31887654001": MENU}, **barred),
            Call("+31887654001", Outside("+31201234567"), ("1",)),
        ),
        "night": (exchange(night=night(NightMode.ON, to), **barred), Call("101", inside)),
        "a night of its own": (exchange(asleep, **barred), Call("101", inside)),
    }


WAYS = sorted(worlds(Way()))


@pytest.mark.parametrize("way", WAYS)
def test_the_exchange_sends_no_call_to_what_is_blocked(way: str) -> None:
    plan = route(*worlds(Way(number="+31612345601"))[way], DAY)
    assert (plan.outcome, plan.steps[-1].rule) == (Outcome.BARRED, "barred_mobile")


@pytest.mark.parametrize("way", WAYS)
def test_the_exchange_sends_calls_to_what_is_not_blocked(way: str) -> None:
    assert route(*worlds(Way(number="+31201234567"))[way], DAY).outcome is Outcome.OUTSIDE


@pytest.mark.parametrize("way", WAYS)
def test_whoever_dials_112_gets_it_whatever_is_blocked(way: str) -> None:
    world, _call = worlds(Way(number="+31612345601"))[way]
    assert route(world, Call("112", Inside(MEHMET)), DAY).outcome is Outcome.EMERGENCY


def test_a_form_refuses_what_is_blocked(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    block(acme, NO_MOBILE)
    attendant, number = first(acme, AutoAttendant), "06 12 34 56 01"
    with tenant(acme):
        schedule = acme_exchange.night_schedule_id
    for path, given, field in (
        ("groups/new/", group_form([], name="Nieuw", extension="150", overflow=number), "overflow"),
        (f"menus/{attendant.pk}/business/", {"action_1": "transfer_with_prompt", "target_1": number}, "target_1"),
        ("night/", {"night_mode": "on", "night_schedule": schedule, "night_target": number}, "night_target"),
        (
            "people/new/",
            {"name": "Sanne", "extension": "121", "night_setting": "on", "night_target": number},
            "night_target",
        ),
    ):
        shown = browser.post(f"/exchange/{path}", given)
        assert shown.context["form"].errors.as_data()[field][0].code == "forward_blocked", path
    with tenant(acme):
        assert not HuntGroup.objects.filter(dialable__extension="150").exists()


def lead(acme: Customer, way: str, to: Target) -> None:
    """Let one thing of Acme's exchange send calls there."""
    actor = system(acme)
    with tenant(acme):
        group, attendant = HuntGroup.objects.get(dialable__extension="101"), AutoAttendant.objects.get()
        if way == "Verkoop":
            change_sales(actor, group, GroupSettings(wait_seconds=30, overflow=to))
        elif way == "nachtschakeling van Verkoop":
            change_sales(actor, group, GroupSettings(), NightChoice("on", to))
        elif way == "Welkomstmenu, toets 5":
            keys = {"5": KeySettings(action="transfer_with_prompt", target=to)}
            services.set_menu(actor=actor, attendant=attendant, moment="after_hours", greeting="", keys=keys)
        else:
            settings = ExchangeSettings.objects.get()
            services.change_night(actor=actor, settings=settings, mode="off", target=to, schedule=None, holidays=None)


def change_sales(actor: Actor, group: HuntGroup, settings: GroupSettings, own: NightChoice | None = None) -> None:
    services.change_group(
        actor=actor,
        group=group,
        name="Verkoop",
        extension="101",
        number=None,
        settings=settings,
        members=[],
        night=own or NightChoice(),
    )


def block(acme: Customer, blocked: frozenset[Block]) -> None:
    with tenant(acme):
        change_outgoing_blocks(actor=system(acme), customer=acme, blocked=blocked)


@pytest.mark.parametrize(
    "way", ["Verkoop", "nachtschakeling van Verkoop", "Welkomstmenu, toets 5", "nachtschakeling van het bedrijf"]
)
def test_a_block_that_would_stop_calls_of_the_exchange_is_refused_and_names_who_sends_them(
    browser: Client, acme: Customer, alice: User, acme_exchange: ExchangeSettings, way: str
) -> None:
    api = Api(alice)
    lead(acme, way, MOBILE)
    page = browser.post("/phones/blocks/", {"mobile": "on"}).content.decode()
    assert "nummers die dan geblokkeerd zijn" in page
    assert way in page
    assert set_by(api, "mobile") == (409, "forwards to blocked")
    with tenant(acme):
        assert not OutgoingBlocks.objects.exists()
    assert set_by(api, "international")[0] == 200
    lead(acme, way, AMSTERDAM)
    assert set_by(api, "mobile")[0] == 200


def set_by(api: Api, blocked: str) -> tuple[int, Any]:
    told = api.client.post(
        "/api/v1/outgoing-blocks/", {"blocked": [blocked]}, content_type="application/json", headers=api.headers
    )
    return told.status_code, told.json().get("title")


def test_keys_of_a_phone_stop_no_block_and_do_not_make_it_slower(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        made = create_device(
            actor=system(acme), customer=acme, model_code="yealink-t46u", mac="249ad80a46b3", lines=[line("103")]
        )
    block(acme, frozenset())
    queries = []
    for count in (1, 9):
        keys = [NewKey(Does.SPEED_DIAL, Target(external=f"+3161234560{place}")) for place in range(count)]
        with tenant(acme):
            change_device_keys(actor=system(acme), device=made.device, keys=keys)
        with CaptureQueriesContext(connection) as captured:
            block(acme, NO_MOBILE)
        queries.append(len(captured))
        block(acme, frozenset())
    assert queries[0] == queries[1]


def test_a_block_of_another_customer_holds_for_that_one_only(
    acme: Customer, birch: Customer, acme_exchange: ExchangeSettings
) -> None:
    lead(acme, "Verkoop", MOBILE)
    block(birch, NO_MOBILE)
    with pytest.raises(Refusal) as refused:
        block(acme, NO_MOBILE)
    assert refused.value.code == "forwards_to_blocked"
