from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from django.utils import translation
from hypothesis import given, settings

from pbx.dialplan import Plan, sample_moments, tree_of
from pbx.routing import route
from pbx.routing.features import Target
from pbx.routing.shapes import AutoAttendant, Call, Exchange, Menu, Person
from pbx.sentences import STEPS, plan_in_words
from pbx.tests import worlds
from pbx.tests.worlds import DAY, FATIMA, FREE, LISA, MAIN, MEHMET, MENU, NIGHT, OFF, exchange
from portal.charts import Node, call_outline, call_tree
from telephony.schedule_words import period_in_words
from telephony.timetable import ZONE, Holiday, Period, Timetable


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def node(root: Node, title: str) -> Node:
    return next(found for found in walk(root) if found.title == title)


def test_by_day_the_open_branch_is_live_and_the_closed_one_is_not() -> None:
    night = tree_of(Plan(exchange(), DAY), MAIN).children[0]
    assert [(child.via, child.title, child.state) for child in night.children] == [
        ("open", "Welkomstmenu", "now"),
        ("closed", "Bedrijf Voicemail", "other"),
    ]
    assert night.second == "open until 17:30"


def test_at_night_it_is_the_other_way_round() -> None:
    night = tree_of(Plan(exchange(), NIGHT), MAIN).children[0]
    assert [child.state for child in night.children] == ["other", "now"]


def test_keys_lead_to_their_groups_and_a_missing_overflow_is_a_dead_end() -> None:
    root = tree_of(Plan(exchange(), DAY), MAIN)
    shown = [(key.via, key.title) for key in node(root, "Welkomstmenu").children if key.number]
    assert shown == [("1", "Verkoop"), ("2", "Support"), ("9", "Fatima El Idrissi")]
    assert [child.state for child in node(root, "Support").children] == ["dead"]


def test_findings_are_numbered_at_their_object() -> None:
    assert node(tree_of(Plan(exchange(), DAY, {FATIMA: 7}), MAIN), "Fatima El Idrissi").problem == 7


def test_what_follows_a_place_is_drawn_only_where_it_is_met_first() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(LISA))
    fatimas = [found for found in walk(tree_of(Plan(exchange(away), DAY), MAIN)) if found.title == "Fatima"]
    assert sorted(len(found.children) for found in fatimas) == [0, 1]


def test_a_circle_is_drawn_as_a_dead_end() -> None:
    one = Person(
        id=MEHMET, name="Mehmet", extension="103", number="+31887654003", forward_always=Target(LISA), night=OFF
    )
    two = Person(id=LISA, name="Lisa", extension="104", forward_always=Target(MEHMET))
    assert [
        found.title for found in walk(tree_of(Plan(exchange(one, two), DAY), "+31887654003")) if found.state == "dead"
    ] == ["Circle"]


def test_a_menu_with_hours_shows_each_of_its_menus() -> None:
    three = AutoAttendant(
        id=MENU,
        name="Menu",
        number=MAIN,
        night=OFF,
        timetable=worlds.OFFICE,
        after_hours=Menu("avond"),
        holiday=Menu("feest"),
    )
    root = tree_of(Plan(exchange(three), NIGHT), MAIN)
    assert [(child.via, child.state) for child in node(root, "Menu").children] == [
        ("open", "other"),
        ("closed", "now"),
        ("holiday", "other"),
    ]


def test_a_number_of_nobody_is_a_dead_end() -> None:
    assert tree_of(Plan(exchange(), DAY), FREE).children[0].state == "dead"


def test_there_is_a_moment_for_each_view_that_exists() -> None:
    christmas = datetime(2026, 12, 25, tzinfo=ZONE).date()
    table = Timetable(worlds.OFFICE.week, (Holiday("Kerst", christmas, christmas),))
    moments = sample_moments(exchange(night=replace(worlds.night(), timetable=table)), DAY)
    assert list(moments) == ["now", "day", "night", "holiday"]
    assert moments["holiday"].date() == christmas
    assert list(sample_moments(exchange(night=replace(worlds.night(), timetable=None)), DAY)) == ["now"]


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(frozenset(range(5)), 510, 1050), "mo to fr 8:30 to 17:30"),
        (Period(frozenset({5, 6})), "sa, su, all day"),
        (Period(frozenset(range(7))), "every day, all day"),
        (Period(frozenset({0, 2, 4}), 1320, 360), "mo, we, fr 22:00 to 6:00"),
    ],
)
def test_periods_read_as_people_say_them(period: Period, words: str) -> None:
    assert period_in_words(period) == words


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.calls, worlds.moments)
def test_every_step_has_its_words(world: Exchange, call: Call, at: datetime) -> None:
    plan = route(world, call, at)
    assert {step.rule for step in plan.steps} <= set(STEPS)
    assert all(step.text for step in plan_in_words(plan, at))


@settings(max_examples=40)
@given(worlds.exchanges(), worlds.moments)
def test_every_exchange_can_be_drawn(world: Exchange, at: datetime) -> None:
    for number in world.numbers:
        root = tree_of(Plan(world, at), number)
        assert "<svg" in call_tree(root, label="x")
        assert call_outline(root)
