"""Every option of a line, set through each door: the page of an administrator, the employee's own page, and both APIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import services
from telephony.audio.convert import Sound
from telephony.features import Along, features_of
from telephony.line_api import LineViewSet, OwnLineViewSet
from telephony.models import Greeting, Line
from telephony.selectors import Target
from telephony.tests.test_api import write
from telephony.tests.test_pages import line_form

OUTSIDE = Target(external="+31612345601")
MAIL = {"voicemail": "on", "mail_to": "sanne@acme.example"}
MAILED: Mapping[str, object] = {"voicemail": True, "mail_to": "sanne@acme.example"}


@dataclass(frozen=True)
class Option:
    """As a page sends it, as the API sends it, and what is then set when that is something else than the API's."""

    page: Mapping[str, str]
    api: Mapping[str, object]
    then: Mapping[str, object] = field(default_factory=dict)
    without: tuple[str, ...] = ()  # switches that a browser leaves out of a form


def case(name: str) -> dict[str, Option]:
    """The two places to which one case sends calls."""
    return {
        f"{name}: forward": Option(
            {f"{name}_does": "forward", f"{name}_to": "06 12 34 56 01"},
            {f"{name}_does": "forward", f"{name}_to": "0612345601"},
            {f"{name}_to": OUTSIDE},
        ),
        f"{name}: voicemail": Option({f"{name}_does": "voicemail", **MAIL}, {f"{name}_does": "voicemail", **MAILED}),
    }


OPTIONS: dict[str, Option] = {
    "block own caller ID": Option({"hide_caller_id": "on"}, {"hide_caller_id": True}),
    "call waiting off": Option({}, {"call_waiting": False}, without=("call_waiting",)),
    "do not disturb": Option({"do_not_disturb": "on"}, {"do_not_disturb": True}),
    "voicemail by mail": Option(MAIL, MAILED),
    "copy to a second address": Option(
        {**MAIL, "copy_to": "balie@acme.example"}, {**MAILED, "copy_to": "balie@acme.example"}
    ),
    "all calls to voicemail": Option({**MAIL, "voicemail_always": "on"}, {**MAILED, "voicemail_always": True}),
    "no message possible, then hang up": Option(
        {"voicemail": "on", "announcement_only": "on"}, {"voicemail": True, "announcement_only": True}, {"then_to": None}
    ),
    "no message possible, then transfer": Option(
        {"voicemail": "on", "announcement_only": "on", "then_to": "06 12 34 56 01"},
        {"voicemail": True, "announcement_only": True, "then_to": "0612345601"},
        {"then_to": OUTSIDE},
    ),
    "always forward": Option(
        {"forward_always": "on", "forward_to": "06 12 34 56 01"},
        {"forward_always": True, "forward_to": "+31612345601"},
        {"forward_to": OUTSIDE},
    ),
    **case("busy"),
    **case("no_answer"),
    **case("unreachable"),
    "one ring count": Option(
        {**MAIL, "no_answer_does": "voicemail", "rings": "7"}, {**MAILED, "no_answer_does": "voicemail", "rings": 7}
    ),
    "ring along, with a key and without, also in a call": Option(
        {"also_ring": "on", "also_ring_in_call": "on", "along_0": "0612345601", "along_key_0": "on", "along_1": "0612345602"},
        {
            "also_ring": True,
            "also_ring_in_call": True,
            "also_rings": [{"to": "0612345601"}, {"to": "0612345602", "confirm": False}],
        },
        {"also_rings": (Along(OUTSIDE), Along(Target(external="+31612345602"), confirm=False))},
    ),
    "refuse all callers": Option({"block_all": "on"}, {"block_all": True}),
    "refuse anonymous callers": Option({"block_anonymous": "on"}, {"block_anonymous": True}),
}  # fmt: skip
BARS = Option(
    {f"bar_{block}": "on" for block in Block},
    {"barred": [block.value for block in Block]},
    {"barred": frozenset(Block)},
)


def set_now(line: Line) -> dict[str, Any]:
    with tenant(line.customer_id):
        found = features_of(Line.objects.get(pk=line.pk), timezone.now())
    return {name: getattr(found, name) for name in (each.name for each in fields(found))}


def holds(line: Line, option: Option) -> None:
    wanted = {**option.api, **option.then}
    found = set_now(line)
    assert {name: found[name] for name in wanted} == wanted


def sent(option: Option) -> dict[str, str]:
    return {name: value for name, value in line_form(**option.page).items() if name not in option.without}


@pytest.mark.parametrize("option", [*OPTIONS.values(), BARS], ids=[*OPTIONS, "five groups that the line may not call"])
def test_an_administrator_sets_it_on_the_page(browser: Client, sanne: Line, option: Option) -> None:
    assert browser.post(f"/phones/{sanne.pk}/", sent(option)).status_code == 302
    holds(sanne, option)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=list(OPTIONS))
def test_an_employee_sets_it_on_the_own_page(employee: Client, sanne: Line, option: Option) -> None:
    assert employee.post("/my-phone/settings/", sent(option)).status_code == 302
    holds(sanne, option)


@pytest.mark.parametrize("option", [*OPTIONS.values(), BARS], ids=[*OPTIONS, "five groups that the line may not call"])
def test_the_api_sets_it(alice: User, sanne: Line, option: Option) -> None:
    assert write(LineViewSet, alice, sanne.pk, dict(option.api)).status_code == 200
    holds(sanne, option)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=list(OPTIONS))
def test_the_api_sets_it_on_the_own_line(bob: User, sanne: Line, option: Option) -> None:
    assert write(OwnLineViewSet, bob, sanne.pk, dict(option.api)).status_code == 200
    holds(sanne, option)


def test_no_option_is_left_out() -> None:
    """What has a test of its own: ends, greetings, and what a whole case of the table stands for."""
    named = {name for option in [*OPTIONS.values(), BARS] for name in {*option.api, *option.then}}
    ends = {"forward_until", "do_not_disturb_until"}
    greetings = {"busy_greeting", "no_answer_greeting", "announcement"}
    assert {*LineViewSet.features_class().fields} - named == ends | greetings


# --- ends ---


@pytest.mark.parametrize(
    ("switch", "until"), [("do_not_disturb", "do_not_disturb_until"), ("forward_always", "forward_until")]
)
def test_an_end_is_set_through_each_door_and_holds_until_then(
    browser: Client, employee: Client, alice: User, bob: User, sanne: Line, switch: str, until: str
) -> None:
    end = timezone.localtime().replace(second=0, microsecond=0) + timedelta(hours=3)
    page = line_form(**{switch: "on", until: f"{end:%Y-%m-%dT%H:%M}", "forward_to": "06 12 34 56 01"})
    api = {switch: True, until: end.isoformat(), "forward_to": "0612345601"}
    doors = (
        lambda: browser.post(f"/phones/{sanne.pk}/", page),
        lambda: employee.post("/my-phone/settings/", page),
        lambda: write(LineViewSet, alice, sanne.pk, api),
        lambda: write(OwnLineViewSet, bob, sanne.pk, api),
    )
    for door in doors:
        door()
        assert (set_now(sanne)[switch], set_now(sanne)[until]) == (True, end)
        assert not _later(sanne, end, switch)
        write(LineViewSet, alice, sanne.pk, {switch: False, until: None})


def _later(line: Line, at: datetime, switch: str) -> bool:
    with tenant(line.customer_id):
        return bool(getattr(features_of(Line.objects.get(pk=line.pk), at), switch))


# --- greetings ---


@pytest.fixture
def greeting(acme: Customer, settings: LazySettings, tmp_path: Path) -> Greeting:
    settings.MEDIA_ROOT = tmp_path
    with tenant(acme):
        sound = Sound(b"RIFF0123456789", 3000)
        return services.create_greeting(actor=system(acme), customer=acme, name="Gesloten", sound=sound)


@pytest.mark.parametrize("which", ["busy_greeting", "no_answer_greeting", "announcement"])
def test_a_greeting_is_chosen_through_each_door(
    browser: Client, employee: Client, alice: User, bob: User, sanne: Line, greeting: Greeting, which: str
) -> None:
    doors = (
        lambda: browser.post(f"/phones/{sanne.pk}/", line_form(**{which: str(greeting.pk)})),
        lambda: employee.post("/my-phone/settings/", line_form(**{which: str(greeting.pk)})),
        lambda: write(LineViewSet, alice, sanne.pk, {which: greeting.pk}),
        lambda: write(OwnLineViewSet, bob, sanne.pk, {which: greeting.pk}),
    )
    for door in doors:
        door()
        assert set_now(sanne)[which] == greeting
        write(LineViewSet, alice, sanne.pk, {which: None})
        assert set_now(sanne)[which] is None
