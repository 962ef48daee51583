"""What a caller hears and chooses in a menu."""

import pytest

from pbx.routing import route
from pbx.routing.menus import on_keypad
from pbx.routing.shapes import (
    Action,
    AutoAttendant,
    Call,
    Key,
    Menu,
    Outcome,
    Outside,
    Person,
)
from pbx.tests import worlds
from pbx.tests.test_routing import rules
from pbx.tests.worlds import (
    DAY,
    FATIMA,
    LISA,
    MAIN,
    MEHMET,
    MENU,
    NIGHT,
    OFF,
    exchange,
)
from telephony.timetable import Holiday, Timetable


def test_a_key_brings_the_caller_to_its_group() -> None:
    plan = route(exchange(), Call(MAIN, Outside("+31201234567"), ("2",)), DAY)
    assert rules(plan)[2:5] == ["menu_business", "key_transfer_without_prompt", "group_rings_member"]


def test_one_who_chooses_nothing_goes_to_the_operator() -> None:
    plan = route(exchange(), Call(MAIN), DAY)
    assert rules(plan)[2:5] == ["menu_business", "menu_no_input", "menu_operator"]
    assert plan.rings[0].person == FATIMA


def test_three_mistakes_bring_the_operator() -> None:
    plan = route(exchange(), Call(MAIN, keys=("7", "8", "6", "1")), DAY)
    assert rules(plan).count("key_does_nothing") == 3
    assert plan.rings[0].person == FATIMA


def test_a_menu_without_an_operator_hangs_up_on_one_who_chooses_nothing() -> None:
    bare = AutoAttendant(
        id=MENU, name="Menu", number=MAIN, business=Menu("Welkom", {"1": Key(Action.PLAY_ANNOUNCEMENT)})
    )
    assert route(exchange(bare), Call(MAIN, keys=("1",)), DAY).outcome is Outcome.DISCONNECTED


@pytest.mark.parametrize(
    ("keys", "reached"), [("3103", MEHMET), ("3209", FATIMA), ("4263", LISA), ("4529", MEHMET), ("*5*2", MEHMET)]
)
def test_a_caller_may_dial_an_extension_or_spell_a_name(keys: str, reached: int) -> None:
    assert route(exchange(), Call(MAIN, keys=tuple(keys)), DAY).rings[0].person == reached


def test_an_extension_that_begins_another_can_still_be_dialled() -> None:
    short = Person(id=8, name="Twintig", extension="20")
    assert route(exchange(short), Call(MAIN, keys=tuple("320")), DAY).rings[0].person == 8
    assert route(exchange(short), Call(MAIN, keys=tuple("3209")), DAY).rings[0].person == FATIMA


def test_a_name_that_fits_more_than_one_finds_nobody() -> None:
    namesake = Person(id=8, name="Lies de Boer", first_name="Lies", last_name="de Boer", extension="105")
    assert "key_finds_nobody" in rules(route(exchange(namesake), Call(MAIN, keys=tuple("4263")), DAY))


def test_names_are_spelled_without_prefixes_and_accents() -> None:
    assert on_keypad("van der Bérg", "Zoë") == on_keypad("Berg", "Zoe") == "2374963"


def test_outside_working_hours_its_own_menu_plays_and_on_holidays_a_third() -> None:
    table = Timetable(worlds.OFFICE.week, (Holiday("vrij", NIGHT.date(), NIGHT.date(), 0, 60),))
    three = AutoAttendant(
        id=MENU,
        name="Menu",
        number=MAIN,
        night=OFF,
        timetable=table,
        business=Menu("dag"),
        after_hours=Menu("avond"),
        holiday=Menu("feest"),
    )
    heard = [
        route(exchange(three), Call(MAIN), at).steps[1].facts["greeting"]
        for at in (DAY, NIGHT, DAY.replace(hour=0, minute=30))
    ]
    assert heard == ["dag", "avond", "feest"]
