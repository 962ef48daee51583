"""How a call reaches somebody: forwards, do not disturb, voicemail, and in which order."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.routing import route
from pbx.routing.shapes import Call, Exchange, HuntGroup, Inside, Instead, Mailbox, Outcome, Person, Plan, Target
from pbx.tests import worlds
from pbx.tests.worlds import DAY, FATIMA, LISA, MEHMET, SALES, exchange
from portal.lib.numbers import Block

TO_LISA = Instead(Target(LISA))
TO_BOX = Instead(voicemail=True)
BOX = Mailbox(mail_to="fatima@acme.example")


def fatima(**features: object) -> Person:
    return Person(id=FATIMA, name="Fatima", extension="209", **features)  # type: ignore[arg-type]


def called(person: Person, at: datetime = DAY, **changes: object) -> Plan:
    """The plan of a call for Fatima, from Mehmet."""
    return route(exchange(person, **changes), Call("209", Inside(MEHMET)), at)


def rules(plan: Plan) -> list[str]:
    return [step.rule for step in plan.steps[2:]]


def test_without_an_answer_a_call_goes_on_after_its_rings() -> None:
    plan = called(fatima(no_answer=TO_LISA, rings=4))
    assert [(ring.person, ring.seconds, ring.duration) for ring in plan.rings] == [(FATIMA, 0, 20), (LISA, 20, 120)]
    assert rules(plan) == ["rings", "forward_no_answer", "rings", "no_answer"]


def test_without_an_answer_the_voicemail_answers_after_the_same_rings() -> None:
    plan = called(fatima(no_answer=TO_BOX, rings=4, mailbox=BOX))
    assert (plan.rings[0].duration, rules(plan)) == (20, ["rings", "voicemail_no_answer", "mailbox_records"])
    assert plan.outcome is Outcome.VOICEMAIL


def test_a_voicemail_that_is_off_takes_no_call() -> None:
    plan = called(fatima(no_answer=TO_BOX, busy=TO_BOX, unreachable=TO_BOX, voicemail_always=True))
    assert (plan.rings[0].duration, plan.outcome) == (120, Outcome.NO_ANSWER)


@pytest.mark.parametrize(
    ("instead", "end"), [(TO_LISA, "no_answer"), (TO_BOX, "mailbox_records"), (Instead(), "busy_tone")]
)
def test_in_a_call_without_call_waiting_a_caller_goes_where_busy_leads(instead: Instead, end: str) -> None:
    plan = called(fatima(busy=instead, mailbox=BOX, call_waiting=False), busy=frozenset({FATIMA}))
    assert (rules(plan)[0], rules(plan)[-1]) == ("busy", end)


def test_with_call_waiting_busy_leads_nowhere() -> None:
    assert rules(called(fatima(busy=TO_LISA), busy=frozenset({FATIMA}))) == ["call_waiting", "no_answer"]


@pytest.mark.parametrize(("instead", "outcome"), [(TO_LISA, Outcome.NO_ANSWER), (TO_BOX, Outcome.VOICEMAIL)])
def test_without_a_connected_phone_a_call_goes_where_that_leads(instead: Instead, outcome: Outcome) -> None:
    plan = called(fatima(unreachable=instead, mailbox=BOX), unreachable=frozenset({FATIMA}))
    assert (rules(plan)[0], plan.outcome) == ("unreachable", outcome)


def test_one_who_is_not_to_be_disturbed_is_as_busy() -> None:
    plan = called(fatima(do_not_disturb=True, busy=TO_BOX, mailbox=BOX))
    assert (rules(plan), plan.rings) == (["do_not_disturb", "voicemail_busy", "mailbox_records"], ())
    assert called(fatima(do_not_disturb=True)).outcome is Outcome.BUSY


def test_do_not_disturb_ends_by_itself() -> None:
    quiet = fatima(do_not_disturb=True, do_not_disturb_until=DAY + timedelta(hours=1))
    assert called(quiet).steps[2].facts["until"] == (DAY + timedelta(hours=1)).isoformat()
    assert rules(called(quiet, DAY + timedelta(hours=1))) == ["rings", "no_answer"]


def test_a_forward_of_everything_ends_by_itself() -> None:
    away = fatima(forward_always=Target(LISA), forward_until=DAY + timedelta(hours=1))
    assert rules(called(away))[0] == "forward_always"
    assert rules(called(away, DAY + timedelta(hours=1))) == ["rings", "no_answer"]


def test_a_forward_goes_before_the_voicemail_and_that_before_do_not_disturb() -> None:
    everything = {"voicemail_always": True, "mailbox": BOX, "do_not_disturb": True}
    assert rules(called(fatima(forward_always=Target(LISA), **everything)))[0] == "forward_always"
    assert rules(called(fatima(**everything))) == ["voicemail_always", "mailbox_records"]


def test_after_a_greeting_without_messages_the_call_ends_or_goes_on() -> None:
    ends = called(fatima(voicemail_always=True, mailbox=Mailbox(records=False)))
    assert (rules(ends)[1:], ends.outcome) == (["mailbox_announces", "mailbox_hangs_up"], Outcome.ANNOUNCED)
    goes_on = called(fatima(voicemail_always=True, mailbox=Mailbox(records=False, then=Target(LISA))))
    assert (rules(goes_on)[2], goes_on.rings[0].person) == ("mailbox_transfers", LISA)


@pytest.mark.parametrize("feature", ["no_answer", "busy", "unreachable"])
def test_the_own_blocks_of_a_line_hold_for_each_forward(feature: str) -> None:
    away = fatima(
        **{feature: Instead(Target(number="+31612345678"))}, barred=frozenset({Block.MOBILE}), call_waiting=False
    )
    here = {name: frozenset({FATIMA} if name == feature else ()) for name in ("busy", "unreachable")}
    assert called(away, busy=here["busy"], unreachable=here["unreachable"]).outcome is Outcome.BARRED


def test_two_who_answer_for_each_other_are_a_loop_that_is_named() -> None:
    lisa = Person(id=LISA, name="Lisa", extension="104", no_answer=Instead(Target(FATIMA)))
    plan = route(exchange(fatima(no_answer=TO_LISA), lisa), Call("209", Inside(MEHMET)), DAY)
    assert plan.outcome is Outcome.LOOP


def test_a_group_skips_a_member_who_is_not_to_be_disturbed() -> None:
    group = HuntGroup(id=SALES, name="Verkoop", extension="101", members=(FATIMA, LISA))
    plan = route(exchange(group, fatima(do_not_disturb=True)), Call("101", Inside(MEHMET)), DAY)
    assert ("group_skips_quiet", [ring.person for ring in plan.rings]) == (plan.steps[2].rule, [LISA])


def test_one_who_dials_1233_listens_to_the_own_messages() -> None:
    plan = route(exchange(fatima(mailbox=BOX)), Call("1233", Inside(FATIMA)), DAY)
    assert plan.outcome is Outcome.LISTENS
    none = route(exchange(fatima(mailbox=Mailbox(records=False))), Call("1233", Inside(FATIMA)), DAY)
    assert none.steps[0].rule == "no_messages"


@settings(max_examples=60, deadline=None)
@given(
    worlds.exchanges(),
    st.sampled_from(["113", "144", "116 000", "116123", "0800-8112", "0900 8844"]),
    st.none() | worlds.ids,
    worlds.moments,
)
def test_lines_for_help_always_get_out(world: Exchange, text: str, person: int | None, at: datetime) -> None:
    assert route(world, Call(text, Inside(person)), at).outcome is Outcome.OUTSIDE
