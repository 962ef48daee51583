"""Calls always end: loops are named, and what holds for every exchange is tried on many."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.routing import route
from pbx.routing.features import Target
from pbx.routing.shapes import (
    Call,
    Exchange,
    HuntGroup,
    Inside,
    NightSetting,
    ObjectNight,
    Outcome,
    Outside,
    Person,
    Voicemail,
)
from pbx.tests import worlds
from pbx.tests.test_routing import inside, rules
from pbx.tests.worlds import (
    BOX,
    DAY,
    LISA,
    MEHMET,
    SALES,
    exchange,
)

# --- loops ---


def test_two_who_forward_to_each_other_are_a_loop_that_is_named() -> None:
    one = Person(id=MEHMET, name="Mehmet", extension="103", forward_always=Target(LISA))
    two = Person(id=LISA, name="Lisa", extension="104", forward_always=Target(number="103"))
    plan = route(exchange(one, two), inside("103", None), DAY)
    assert (plan.outcome, plan.steps[-1].facts["circle"]) == (Outcome.LOOP, "Lisa (104) → Mehmet (103) → Lisa (104)")


def test_a_night_target_of_its_own_that_is_itself_is_a_loop() -> None:
    self_made = HuntGroup(
        id=SALES, name="Verkoop", extension="101", members=(MEHMET,), night=ObjectNight(NightSetting.ON, Target(SALES))
    )
    assert route(exchange(self_made), inside("101"), DAY).outcome is Outcome.LOOP


def test_a_group_that_overflows_into_itself_is_a_loop() -> None:
    group = HuntGroup(
        id=SALES, name="Verkoop", extension="101", members=(MEHMET,), overflow=Target(SALES), wait_seconds=20
    )
    assert route(exchange(group), inside("101"), DAY).outcome is Outcome.LOOP


def test_more_than_five_redirects_end_the_call() -> None:
    chain = [Person(id=n, name=f"P{n}", extension=f"30{n}", forward_always=Target(n + 1)) for n in range(10, 18)]
    plan = route(exchange(*chain), Call("3010", Inside(None)), DAY)
    assert plan.outcome is Outcome.TOO_MANY_REDIRECTS


def test_a_target_that_is_gone_ends_the_call_in_words() -> None:
    lost = Person(id=MEHMET, name="Mehmet", extension="103", forward_always=Target(77))
    assert rules(route(exchange(lost), inside("103"), DAY))[-1] == "gone"


# --- what holds for every exchange ---


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.calls, worlds.moments)
def test_every_call_ends(world: Exchange, call: Call, at: datetime) -> None:
    plan = route(world, call, at)
    assert plan.steps
    assert [step.seconds for step in plan.steps] == sorted(step.seconds for step in plan.steps)


@settings(max_examples=60)
@given(worlds.exchanges(), st.sampled_from(["112", "1 1 2", " 112", "１１２"]), st.none() | worlds.ids, worlds.moments)
def test_112_always_gets_out(world: Exchange, text: str, person: int | None, at: datetime) -> None:
    plan = route(world, Call(text, Inside(person)), at)
    assert plan.outcome is Outcome.EMERGENCY


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.calls, worlds.moments)
def test_the_same_call_has_the_same_plan(world: Exchange, call: Call, at: datetime) -> None:
    assert route(world, call, at) == route(world, call, at)


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.calls, worlds.moments)
def test_every_step_and_every_ring_is_about_an_object_that_exists(world: Exchange, call: Call, at: datetime) -> None:
    plan = route(world, call, at)
    assert {step.subject for step in plan.steps} - {None} <= set(world.objects)
    assert all(isinstance(world.objects[each.person], Person) for each in plan.rings)
    assert not {each.person for each in plan.rings if not each.number} & world.unreachable


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.own_numbers, worlds.moments)
def test_an_own_number_never_leaves_the_exchange_by_itself(world: Exchange, number: str, at: datetime) -> None:
    if number in world.numbers:
        first = route(world, Call(number, Inside(None)), at).steps[0]
        assert first.rule in {"stays_inside", "not_in_use"}


@settings(max_examples=60)
@given(worlds.exchanges(), worlds.calls, worlds.moments)
def test_no_call_from_outside_is_sent_to_an_emergency_number(world: Exchange, call: Call, at: datetime) -> None:
    if isinstance(call.caller, Outside):
        assert route(world, call, at).outcome is not Outcome.EMERGENCY


def test_a_box_that_does_not_record_hangs_up_after_its_notice() -> None:
    notice = Voicemail(id=BOX, name="Bedrijf Voicemail", extension="999", records=False)
    assert route(exchange(notice), inside("999"), DAY).outcome is Outcome.ANNOUNCED
