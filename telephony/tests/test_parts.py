"""What the parts of a line's page say while they are folded, and which one is open."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import part_words, services
from telephony.features import Along, Features
from telephony.line_api import LineViewSet
from telephony.models import Line
from telephony.selectors import Target
from telephony.tests.test_api import read
from telephony.tests.test_pages import line_form

MOBILE = Target(external="+31612345601")

STATES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {"quiet": "Uit", "forwarding": "Uit", "voicemail": "Uit", "along": "Uit", "callers": "Niemand geblokkeerd"}),
    ({"do_not_disturb": True}, {"quiet": "Aan"}),
    ({"forward_always": True, "forward_to": MOBILE}, {"forwarding": "Altijd naar 06\xa012\xa034\xa056\xa001"}),
    (
        {"busy_does": "voicemail", "no_answer_does": "forward", "no_answer_to": MOBILE},
        {"forwarding": "Bij bezet, bij geen antwoord"},
    ),
    ({"voicemail": True, "announcement_only": True}, {"voicemail": "Inspreken kan niet"}),
    ({"voicemail": True, "mail_to": "a@b.nl"}, {"voicemail": "Berichten naar a@b.nl"}),
    (
        {"voicemail": True, "voicemail_always": True, "mail_to": "a@b.nl"},
        {"voicemail": "Alle gesprekken, berichten naar a@b.nl"},
    ),
    ({"also_ring": True, "also_rings": (Along(MOBILE),)}, {"along": "06 12 34 56 01"}),
    ({"block_all": True}, {"callers": "Alle bellers"}),
    ({"call_waiting": False, "hide_caller_id": True}, {"calling": "Wisselgesprek staat uit. Je nummer is verborgen."}),
]


@pytest.mark.parametrize(("given", "said"), STATES)
def test_a_folded_part_says_how_it_stands(given: dict[str, Any], said: dict[str, str]) -> None:
    with translation.override("nl"):
        found = part_words.states(Features(**given), lists=0, barred=[])
    assert {name: found[name] for name in said} == said


def test_an_end_is_said_too() -> None:
    until = timezone.now() + timedelta(hours=1)
    features = Features(forward_always=True, forward_to=MOBILE, forward_until=until)
    with translation.override("nl"):
        found = part_words.states(features, lists=0, barred=[])
    assert f"{timezone.localtime(until):%H:%M}" in found["forwarding"]


def test_lists_and_blocks_are_counted_and_named() -> None:
    with translation.override("nl"):
        found = part_words.states(Features(block_anonymous=True), lists=2, barred=["Buitenland", "0900"])
    assert (found["callers"], found["bars"]) == ("Anonieme bellers, 2 lijsten", "Buitenland, 0900")


def _open(content: str) -> list[str]:
    """The ids of what stands first in each open part."""
    parts = re.findall(r'<details class="card"( open)?>(.*?)</details>', content, re.DOTALL)
    assert len(parts) == 9
    return [re.findall(r' id="(\w+)"', inside)[0] for is_open, inside in parts if is_open]


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        ({"busy_does": "voicemail"}, "forwarding"),
        ({"voicemail": "on", "mail_to": "no address"}, "voicemail"),
        ({"also_ring": "on"}, "along"),
        ({"do_not_disturb": "on", "do_not_disturb_until": "2001-01-01T10:00"}, "quiet"),
    ],
)
def test_the_part_with_the_fault_is_open(browser: Client, sanne: Line, sent: dict[str, str], part: str) -> None:
    assert _open(browser.get(f"/phones/{sanne.pk}/").content.decode()) == []
    assert _open(browser.post(f"/phones/{sanne.pk}/", line_form(**sent)).content.decode()) == [part]


def test_with_what_name_apps_log_in_is_read_only_on_the_page_and_in_the_api(
    browser: Client, employee: Client, alice: User, sanne: Line
) -> None:
    for shown in (browser.get(f"/phones/{sanne.pk}/"), employee.get("/my-phone/settings/")):
        assert f'<dd class="num">{sanne.sip_user}</dd>' in shown.content.decode()
    assert read(LineViewSet, alice, sanne.pk).data["sip_user"] == sanne.sip_user


def test_the_page_says_what_none_of_the_lines_may_call_as_well(browser: Client, acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({Block.ADULT_0906}))
    shown = browser.get(f"/phones/{sanne.pk}/").content.decode()
    assert '<span class="aside">Erotiek (0906)</span>' in shown
